#pragma once
#include <string>

#include "omniroute/api/gateway.hpp"
#include "omniroute/domain/format.hpp"
#include "omniroute/pipeline/exchange.hpp"

namespace omniroute::api {

/// What a route knows of a call before its body is read.
struct InferenceCall {
  domain::Format format;
  pipeline::Operation operation;
  std::string model;        ///< from the path; empty where the body names it
  bool stream = false;      ///< where the path says so
  bool json_array = false;  ///< gemini: the stream is one JSON array
  codec::Losses lost = {};  ///< what the client's own form said and `format` has no place for
};

/// Sends a call down the request's path.
Task<void> serve_inference(Services& services, Call& call, InferenceCall inference);

/// A route's handler for one client format and operation.
template <domain::Format format, pipeline::Operation operation>
Task<void> infer(Services& services, Call& call) {
  InferenceCall inference{format, operation, {}, false, false};
  return serve_inference(services, call, std::move(inference));
}

}  // namespace omniroute::api
