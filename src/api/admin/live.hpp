#pragma once
#include "omniroute/api/gateway.hpp"

namespace omniroute::api {

/// Requests as they end.
Task<void> stream_logs(Services& services, Call& call);
/// How long the requests of a window took.
Task<void> show_telemetry(Services& services, Call& call);

/// The lines of the console log that are kept.
Task<void> show_console(Services& services, Call& call);
/// Lines of the console log as they are written.
Task<void> stream_console(Services& services, Call& call);

}  // namespace omniroute::api
