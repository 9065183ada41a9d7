#pragma once
#include "omniroute/api/gateway.hpp"

namespace omniroute::api {

/// Why a request went where it went, for the key that made it.
Task<void> show_own_route(Services& services, Call& call);

}  // namespace omniroute::api
