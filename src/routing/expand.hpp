#pragma once
#include <vector>

#include "omniroute/routing/planner.hpp"

namespace omniroute::routing {

/// Fills the plan's entries from the names that were asked for: combos unfold (nested ones in place), aliases and wildcards are
/// followed, `auto` is made. Names inside a combo that mean nothing stay as entries that say so; a plain name that means nothing
/// is the error. Also sets the plan's combo, round, config and ordering.
Status expand(const Question& question, Plan& plan, Suffix& suffix);

}  // namespace omniroute::routing
