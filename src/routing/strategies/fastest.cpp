#include <algorithm>
#include <limits>

#include "strategies.hpp"

namespace omniroute::routing {
namespace {

class Fastest final : public Ordering {
 public:
  [[nodiscard]] std::string_view name() const override { return "fastest"; }
  void order(const Occasion& occasion, std::vector<std::size_t>& order) const override {
    as_written(occasion, order);
    const auto rank = [&](std::size_t i) {
      const double known = occasion.choices[i].first_token_ms;
      return known > 0 ? known : std::numeric_limits<double>::infinity();
    };
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return rank(a) < rank(b); });
  }
  [[nodiscard]] double score(const Choice& choice) const override { return choice.first_token_ms; }
};

}  // namespace

const Ordering& fastest_first() noexcept {
  static const Fastest instance;
  return instance;
}

}  // namespace omniroute::routing
