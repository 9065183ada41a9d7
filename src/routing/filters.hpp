#pragma once
#include "omniroute/routing/planner.hpp"

namespace omniroute::routing {

/// Rules an entry out by what is asked and by configuration: format, the caller's wishes, price ceilings, context size, media,
/// tools. Sets its `format` and `listed` on the way.
void check_request(const Question& question, Entry& entry);

/// Rules an entry out by its breakers, and its candidates by what is known of their accounts.
void check_health(const Question& question, Plan& plan);

}  // namespace omniroute::routing
