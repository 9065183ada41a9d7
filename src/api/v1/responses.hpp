#pragma once
#include "omniroute/api/gateway.hpp"

namespace omniroute::api {

/// GET /v1/responses, where Codex tries a WebSocket first: 426, after which it goes on over HTTP at once (other answers cost
/// it seven tries, or end its run).
Task<void> refuse_upgrade(Services& services, Call& call);

}  // namespace omniroute::api
