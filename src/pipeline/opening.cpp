#include "opening.hpp"

namespace omniroute::pipeline {

std::vector<http::Header> stream_head(const Exchange& x) {
  std::vector<http::Header> headers = x.reply_headers;
  headers.push_back({"content-type", x.envelope.json_array ? "application/json" : "text/event-stream"});
  headers.push_back({"cache-control", "no-cache"});
  headers.push_back({"x-accel-buffering", "no"});
  return headers;
}

Task<Status> Opening::send(int status, std::span<const http::Header> headers, std::string_view body) {
  begun_ = true;
  if (!alive_) co_return co_await client_.send(status, headers, body);
  Status pushed = co_await client_.push(body);
  if (pushed) pushed = co_await client_.end();
  co_return pushed;
}

Task<Status> Opening::begin(int status, std::span<const http::Header> headers) {
  begun_ = true;
  if (alive_) co_return Status();
  co_return co_await client_.begin(status, headers);
}

Task<Status> Opening::keep_alive(std::string_view sign) {
  if (begun_ || racing_) co_return Status();
  if (!alive_) {
    alive_ = true;
    const std::vector<http::Header> headers = stream_head(x_);
    Status begun = co_await client_.begin(200, headers);
    if (!begun) co_return begun;
  }
  co_return co_await client_.push(sign);
}

Task<Status> Opening::fail(const Error& error) {
  codec::ReplyContext context;
  context.model = x_.envelope.model;
  context.fallback_id = x_.id;
  context.created = std::chrono::duration_cast<std::chrono::seconds>(x_.began_wall.time_since_epoch()).count();
  const std::unique_ptr<codec::EventEncoder> encoder = x_.codec().make_encoder(context);
  std::string words;
  encoder->encode_event(ir::Failure{error}, words);
  Status pushed = co_await client_.push(words);
  if (pushed) pushed = co_await client_.end();
  co_return pushed;
}

}  // namespace omniroute::pipeline
