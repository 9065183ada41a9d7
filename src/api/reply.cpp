#include "reply.hpp"

#include <nlohmann/json.hpp>

#include "omniroute/codec/codec.hpp"

namespace omniroute::api {

int status_of(const Error& error) noexcept { return codec::status_for(error); }

std::string error_json(const Error& error) {
  nlohmann::ordered_json body;
  body["message"] = error.message;
  body["type"] = to_string(error.kind);
  if (!error.code.empty()) body["code"] = error.code;
  if (!error.param.empty()) body["details"] = {{{"field", error.param}, {"message", error.message}}};
  nlohmann::ordered_json root;
  root["error"] = std::move(body);
  return root.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Task<void> send_json(Call& call, int status, std::string body) {
  std::vector<http::Header> headers = call.headers;
  headers.push_back({"content-type", "application/json"});
  headers.push_back({"cache-control", "no-store"});
  headers.push_back({"content-security-policy", "default-src 'none'; frame-ancestors 'none'"});
  // A client that went away is noticed by the server itself.
  Status sent = co_await call.reply.send(status, headers, body);
  static_cast<void>(sent);
}

Task<void> send_error(Call& call, Error error) {
  if (error.retry_after) call.headers.push_back({"retry-after", std::to_string((error.retry_after->count() + 999) / 1000)});
  std::string body = error_json(error);
  co_await send_json(call, status_of(error), std::move(body));
}

Task<void> send_dialect_error(Call& call, domain::Format dialect, Error error) {
  codec::ErrorReply words = codec::codec_for(dialect).encode_error(error, call.id);
  co_await send_json(call, words.status, std::move(words.body));
}

}  // namespace omniroute::api
