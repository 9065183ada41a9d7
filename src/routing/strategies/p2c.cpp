#include <algorithm>

#include "strategies.hpp"

namespace omniroute::routing {
namespace {

/// Two drawn, the one with less under way and fewer recent failures first; the rest as written.
class PowerOfTwo final : public Ordering {
 public:
  [[nodiscard]] std::string_view name() const override { return "p2c"; }
  void order(const Occasion& occasion, std::vector<std::size_t>& order) const override {
    as_written(occasion, order);
    const std::size_t count = order.size();
    if (count < 2) return;
    const std::size_t one = occasion.dice.below(count);
    const std::size_t other = (one + 1 + occasion.dice.below(count - 1)) % count;
    const bool other_first = score(occasion.choices[other]) < score(occasion.choices[one]);
    const std::size_t first = other_first ? other : one;
    std::rotate(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(first), order.begin() + static_cast<std::ptrdiff_t>(first) + 1);
  }
  [[nodiscard]] double score(const Choice& choice) const override { return choice.in_flight + choice.failures; }
};

}  // namespace

const Ordering& power_of_two() noexcept {
  static const PowerOfTwo instance;
  return instance;
}

}  // namespace omniroute::routing
