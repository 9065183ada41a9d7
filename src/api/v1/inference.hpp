#pragma once
#include "omniroute/api/gateway.hpp"
#include "omniroute/domain/format.hpp"
#include "omniroute/pipeline/exchange.hpp"

namespace omniroute::api {

/// Sends a call down the request's path.
Task<void> serve_inference(Services& services, Call& call, domain::Format format, pipeline::Operation operation);

/// A route's handler for one client format and operation.
template <domain::Format format, pipeline::Operation operation>
Task<void> infer(Services& services, Call& call) {
  return serve_inference(services, call, format, operation);
}

}  // namespace omniroute::api
