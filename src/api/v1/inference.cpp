#include "inference.hpp"

namespace omniroute::api {

Task<void> serve_inference(Services& services, Call& call, domain::Format format, pipeline::Operation operation) {
  pipeline::Exchange exchange(call.request, call.lane);
  exchange.format = format;
  exchange.operation = operation;
  exchange.endpoint = call.path;
  exchange.caller = std::move(call.caller);
  exchange.id = call.id;
  exchange.began = call.began;
  exchange.began_wall = call.began_wall;
  exchange.reply_headers = std::move(call.headers);
  co_await services.pipeline.serve(exchange, call.reply);
}

}  // namespace omniroute::api
