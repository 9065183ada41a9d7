#include "strategies.hpp"

namespace omniroute::routing {
namespace {

class FillFirst final : public Ordering {
 public:
  [[nodiscard]] std::string_view name() const override { return "fill-first"; }
  void order(const Occasion& occasion, std::vector<std::size_t>& order) const override { as_written(occasion, order); }
  [[nodiscard]] bool by_rank() const override { return true; }
};

}  // namespace

const Ordering& fill_first() noexcept {
  static const FillFirst instance;
  return instance;
}

}  // namespace omniroute::routing
