#include <algorithm>
#include <tuple>

#include "strategies.hpp"

namespace omniroute::routing {
namespace {

/// Fewest answers first; among equals the one not asked longest.
class LeastUsed final : public Ordering {
 public:
  [[nodiscard]] std::string_view name() const override { return "least-used"; }
  void order(const Occasion& occasion, std::vector<std::size_t>& order) const override {
    as_written(occasion, order);
    const auto rank = [&](std::size_t i) { return std::tuple(occasion.choices[i].uses, occasion.choices[i].last_used); };
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return rank(a) < rank(b); });
  }
  [[nodiscard]] double score(const Choice& choice) const override { return static_cast<double>(choice.uses); }
};

}  // namespace

const Ordering& least_used() noexcept {
  static const LeastUsed instance;
  return instance;
}

}  // namespace omniroute::routing
