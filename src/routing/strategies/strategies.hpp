#pragma once
#include <numeric>

#include "omniroute/routing/strategy.hpp"

namespace omniroute::routing {

inline void as_written(const Occasion& occasion, std::vector<std::size_t>& order) {
  order.resize(occasion.choices.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
}

const Ordering& fill_first() noexcept;
const Ordering& weighted() noexcept;
const Ordering& round_robin() noexcept;
const Ordering& power_of_two() noexcept;
const Ordering& at_random() noexcept;
const Ordering& least_used() noexcept;
const Ordering& cost_optimized() noexcept;

}  // namespace omniroute::routing
