#pragma once
#include "omniroute/base/task.hpp"
#include "omniroute/http/server.hpp"
#include "omniroute/pipeline/exchange.hpp"

namespace omniroute::pipeline {

/// Counts a request's prompt tokens: by the upstream's own counter where it has one of the client's format, else by our
/// estimate, which the answer's header `x-omniroute-estimated: true` says.
Task<Status> count_tokens(Exchange& exchange, http::ReplySink& client);

/// Prompt tokens, estimated: a token is about four bytes of text, tool definitions and arguments included; media count
/// as a flat sum each. At least 1.
std::int64_t estimate_tokens(const ir::ChatRequest& request) noexcept;

}  // namespace omniroute::pipeline
