#pragma once
#include "omniroute/api/gateway.hpp"

namespace omniroute::api {

/// Requests as they end.
Task<void> stream_logs(Services& services, Call& call);
/// How long the requests of a window took.
Task<void> show_telemetry(Services& services, Call& call);

}  // namespace omniroute::api
