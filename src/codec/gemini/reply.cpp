#include <algorithm>
#include <chrono>

#include "gemini/format.hpp"
#include "gemini/stream_writer.hpp"
#include "gemini/writing.hpp"
#include "omniroute/json/writer.hpp"
#include "shared/errors.hpp"

namespace omniroute::codec {

std::string gemini::error_body(const Error& error) {
  const ErrorRow& row = error_row(error);
  std::string body;
  json::Writer writer(body);
  writer.begin_object().key("error").begin_object().key("code").integer(row.status).key("message").string(error.message);
  writer.key("status").string(row.gemini_status);
  if (error.retry_after) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(*error.retry_after).count();
    writer.key("details").begin_array().begin_object().key("@type").string("type.googleapis.com/google.rpc.RetryInfo");
    writer.key("retryDelay").string(std::to_string(seconds) + "s").end_object().end_array();
  }
  writer.end_object().end_object();
  return body;
}

std::unique_ptr<EventEncoder> Gemini::make_encoder(const ReplyContext& context) {
  using Framing = gemini::Writer::Framing;
  return std::make_unique<gemini::Writer>(context, context.json_array ? Framing::array : Framing::events);
}

std::string Gemini::encode_reply(const ir::Events& reply, const ReplyContext& context) {
  gemini::Writer writer(context, gemini::Writer::Framing::whole);
  std::string nothing;
  const auto last =
      std::find_if(reply.rbegin(), reply.rend(), [](const ir::Event& event) { return std::holds_alternative<ir::Restart>(event); });
  for (auto it = last.base(); it != reply.end(); ++it) writer.encode_event(*it, nothing);
  std::string response = writer.take_response();
  if (!response.empty()) return response;
  writer.encode_event(ir::End{}, nothing);
  return writer.take_response();
}

Error Gemini::decode_error(int status, std::string_view body) { return read_error(status, body); }

ErrorReply Gemini::encode_error(const Error& error, std::string_view /*request_id*/) {
  return {error_row(error).status, gemini::error_body(error)};
}

}  // namespace omniroute::codec
