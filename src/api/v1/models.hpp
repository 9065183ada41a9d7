#pragma once
#include "omniroute/api/gateway.hpp"

namespace omniroute::api {

/// GET /v1/models: what a client may name, in the shape its headers ask for: OpenAI's, or Anthropic's with `anthropic-version`
/// (query: limit 1..1000, after_id). Every id stands there once.
Task<void> list_models(Services& services, Call& call);
/// GET /v1/models/{id}: one of them; 404 if it is not in the list.
Task<void> show_model(Services& services, Call& call);

}  // namespace omniroute::api
