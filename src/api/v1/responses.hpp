#pragma once
#include "omniroute/api/gateway.hpp"

namespace omniroute::api {

/// POST /v1/responses. Unless `store` is false the answer is kept for its key, and `previous_response_id` of a kept answer goes
/// on from it at any provider: the conversation is put together here. One that is not kept here is left to the upstream.
Task<void> create_response(Services& services, Call& call);
/// POST /v1/responses/compact: the conversation as one item to go on from, by the upstream where it offers that, else by a
/// summary.
Task<void> compact_response(Services& services, Call& call);
/// POST /v1/responses/input_tokens: the prompt's tokens, a kept conversation included.
Task<void> count_input(Services& services, Call& call);
/// GET and DELETE /v1/responses/{id}: answers kept for the caller's key.
Task<void> show_response(Services& services, Call& call);
Task<void> remove_response(Services& services, Call& call);

/// GET /v1/responses, where Codex tries a WebSocket first: 426, after which it goes on over HTTP at once (other answers cost
/// it seven tries, or end its run).
Task<void> refuse_upgrade(Services& services, Call& call);

}  // namespace omniroute::api
