#include <utility>

#include "strategies.hpp"

namespace omniroute::routing {
namespace {

/// Shuffled anew for each request (Fisher and Yates).
class AtRandom final : public Ordering {
 public:
  [[nodiscard]] std::string_view name() const override { return "random"; }
  void order(const Occasion& occasion, std::vector<std::size_t>& order) const override {
    as_written(occasion, order);
    for (std::size_t left = order.size(); left > 1; --left) std::swap(order[left - 1], order[occasion.dice.below(left)]);
  }
};

}  // namespace

const Ordering& at_random() noexcept {
  static const AtRandom instance;
  return instance;
}

}  // namespace omniroute::routing
