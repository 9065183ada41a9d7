#include <algorithm>

#include "strategies.hpp"

namespace omniroute::routing {
namespace {

/// Round the ring from where the turn points. Who is left out keeps its slot, so that the others' turns do not move.
class RoundRobin final : public Ordering {
 public:
  [[nodiscard]] std::string_view name() const override { return "round-robin"; }
  void order(const Occasion& occasion, std::vector<std::size_t>& order) const override {
    as_written(occasion, order);
    const std::size_t slots = std::max<std::size_t>(1, occasion.slots);
    const std::size_t start = occasion.turn % slots;
    const auto distance = [&](std::size_t i) { return (occasion.choices[i].slot + slots - start) % slots; };
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return distance(a) < distance(b); });
  }
  [[nodiscard]] bool takes_turns() const override { return true; }
};

}  // namespace

const Ordering& round_robin() noexcept {
  static const RoundRobin instance;
  return instance;
}

}  // namespace omniroute::routing
