#pragma once
#include "omniroute/api/gateway.hpp"

namespace omniroute::api {

/// Whether Ollama's clients ask at this path, as normal_path() gives it.
bool is_ollama(std::string_view path) noexcept;
/// An error in Ollama's form: {"error": "what is wrong"}.
std::string ollama_error(const Error& error);
/// POST /api/chat, /v1/api/chat: Ollama's chat, answered over the chat form as lines of JSON (it streams unless `stream` is false).
Task<void> ollama_chat(Services& services, Call& call);
/// GET /api/tags: the models in Ollama's list form.
Task<void> ollama_tags(Services& services, Call& call);

}  // namespace omniroute::api
