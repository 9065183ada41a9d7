#pragma once
#include "omniroute/resilience/account_book.hpp"
#include "omniroute/resilience/affinity.hpp"
#include "omniroute/resilience/breaker.hpp"
#include "omniroute/resilience/combo_book.hpp"
#include "omniroute/resilience/hedges.hpp"
#include "omniroute/resilience/limiter.hpp"

namespace omniroute::resilience {

/// What all workers share of the router's knowledge. Each table has its own lock; none waits for another.
struct Tables {
  AccountBook accounts;
  Breakers breakers;
  Limiters limiters;
  ComboBook combos;
  Affinity affinity;
  HedgeBudget hedges;
};

}  // namespace omniroute::resilience
