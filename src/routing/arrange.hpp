#pragma once
#include "omniroute/routing/planner.hpp"

namespace omniroute::routing {

/// Puts what is left into order: entries by the combo's strategy (or the caller's wish), accounts by the provider's, a
/// conversation's own place to the front of what its strategy leaves open, what failed lately to the end.
void arrange(const Question& question, Plan& plan, Suffix suffix);

}  // namespace omniroute::routing
