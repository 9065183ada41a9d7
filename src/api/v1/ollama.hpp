#pragma once
#include "omniroute/api/gateway.hpp"

namespace omniroute::api {

/// POST /api/chat, /v1/api/chat: Ollama's chat, answered over the chat form as lines of JSON (it streams unless `stream` is false).
Task<void> ollama_chat(Services& services, Call& call);
/// GET /api/tags: the models in Ollama's list form.
Task<void> ollama_tags(Services& services, Call& call);

}  // namespace omniroute::api
