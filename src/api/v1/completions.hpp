#pragma once
#include "omniroute/api/gateway.hpp"

namespace omniroute::api {

/// POST /v1/completions: OpenAI's older form, answered over the chat form. `prompt` is a string (or a list of one); what a
/// chat cannot do (`suffix`, `echo`, `best_of`, token prompts) is refused by name.
Task<void> complete(Services& services, Call& call);

}  // namespace omniroute::api
