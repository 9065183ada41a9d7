#include <algorithm>

#include "strategies.hpp"

namespace omniroute::routing {
namespace {

/// The cheapest input first; an unknown price comes last.
class CostOptimized final : public Ordering {
 public:
  [[nodiscard]] std::string_view name() const override { return "cost-optimized"; }
  void order(const Occasion& occasion, std::vector<std::size_t>& order) const override {
    as_written(occasion, order);
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return occasion.choices[a].price < occasion.choices[b].price; });
  }
  [[nodiscard]] double score(const Choice& choice) const override { return choice.price; }
};

}  // namespace

const Ordering& cost_optimized() noexcept {
  static const CostOptimized instance;
  return instance;
}

}  // namespace omniroute::routing
