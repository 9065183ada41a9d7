#include "inference.hpp"

namespace omniroute::api {

Task<void> serve_inference(Services& services, Call& call, InferenceCall inference) {
  pipeline::Exchange exchange(call.request, call.lane);
  exchange.format = inference.format;
  exchange.operation = inference.operation;
  exchange.endpoint = call.path;
  exchange.caller = std::move(call.caller);
  exchange.id = call.id;
  exchange.began = call.began;
  exchange.began_wall = call.began_wall;
  exchange.reply_headers = std::move(call.headers);
  exchange.envelope.model = std::move(inference.model);
  exchange.envelope.stream = inference.stream;
  exchange.envelope.json_array = inference.json_array;
  exchange.lost = std::move(inference.lost);
  co_await services.pipeline.serve(exchange, call.reply);
}

}  // namespace omniroute::api
