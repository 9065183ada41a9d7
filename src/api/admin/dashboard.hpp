#pragma once
#include "omniroute/api/gateway.hpp"
#include "omniroute/base/task.hpp"

/// What the dashboard asks for besides the routes that everyone uses.
namespace omniroute::api {

/// One stream a page: what has changed, as it happens.
Task<void> stream_events(Services& services, Call& call);
/// What the first page shows, in one answer.
Task<void> show_overview(Services& services, Call& call);

}  // namespace omniroute::api
