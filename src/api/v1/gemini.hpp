#pragma once
#include "omniroute/api/gateway.hpp"

namespace omniroute::api {

/// POST /v1beta/models/{model}:{action} (and under /v1, where Google's SDK calls it): generateContent,
/// streamGenerateContent (events with alt=sse, else one JSON array), countTokens. The model may hold slashes and colons:
/// the action stands behind the last colon.
Task<void> gemini_action(Services& services, Call& call);
/// GET /v1beta/models and /v1beta/models/{model}: the models in Google's shape.
Task<void> gemini_models(Services& services, Call& call);
Task<void> gemini_model(Services& services, Call& call);

}  // namespace omniroute::api
