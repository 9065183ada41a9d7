#include <algorithm>

#include "strategies.hpp"

namespace omniroute::routing {
namespace {

/// One drawn by weight, then the rest by falling weight. All weights 0: drawn evenly.
class Weighted final : public Ordering {
 public:
  [[nodiscard]] std::string_view name() const override { return "weighted"; }
  void order(const Occasion& occasion, std::vector<std::size_t>& order) const override {
    as_written(occasion, order);
    if (order.empty()) return;
    const std::size_t first = draw(occasion);
    const auto& choices = occasion.choices;
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      if ((a == first) != (b == first)) return a == first;
      return choices[a].weight > choices[b].weight;
    });
  }
  [[nodiscard]] double score(const Choice& choice) const override { return choice.weight; }

 private:
  static std::size_t draw(const Occasion& occasion) {
    double total = 0;
    for (const Choice& choice : occasion.choices) total += choice.weight;
    if (total <= 0) return occasion.dice.below(occasion.choices.size());
    constexpr double whole = 9007199254740992.0;  // 2^53
    double at = static_cast<double>(occasion.dice.next() >> 11U) / whole * total;
    for (std::size_t i = 0; i < occasion.choices.size(); ++i) {
      at -= occasion.choices[i].weight;
      if (at < 0) return i;
    }
    return occasion.choices.size() - 1;
  }
};

}  // namespace

const Ordering& weighted() noexcept {
  static const Weighted instance;
  return instance;
}

}  // namespace omniroute::routing
