#include "strategies.hpp"

#include <array>

namespace omniroute::routing {

std::uint64_t Dice::next() noexcept {
  state_ += 0x9e3779b97f4a7c15U;
  std::uint64_t mixed = state_;
  mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
  mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
  return mixed ^ (mixed >> 31U);
}

std::size_t Dice::below(std::size_t below) noexcept { return static_cast<std::size_t>(((next() >> 32U) * below) >> 32U); }

const Ordering& ordering_of(domain::Strategy strategy) noexcept {
  // In the order of the enumeration.
  using Row = const Ordering& (*)() noexcept;
  static constexpr std::array<Row, 7> rows{&fill_first, &weighted, &round_robin, &power_of_two, &at_random, &least_used, &cost_optimized};
  return rows[static_cast<std::size_t>(strategy)]();
}

}  // namespace omniroute::routing
