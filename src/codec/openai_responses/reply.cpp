#include <algorithm>

#include "omniroute/json/writer.hpp"
#include "openai_responses/format.hpp"
#include "openai_responses/stream_writer.hpp"
#include "openai_responses/writing.hpp"
#include "shared/errors.hpp"

namespace omniroute::codec {

std::string_view responses::error_code(const Error& error) noexcept {
  // A word for what happened between provider and gateway stands in the row, and the provider's own must not be told.
  const ErrorRow& row = error_row(error);
  return row.kind == error.kind && !error.code.empty() ? std::string_view(error.code) : row.openai_code;
}

std::unique_ptr<EventEncoder> OpenAiResponses::make_encoder(const ReplyContext& context) {
  return std::make_unique<responses::Writer>(context);
}

std::string OpenAiResponses::encode_reply(const ir::Events& reply, const ReplyContext& context) {
  responses::Writer writer(context);
  std::string events;
  const auto last =
      std::find_if(reply.rbegin(), reply.rend(), [](const ir::Event& event) { return std::holds_alternative<ir::Restart>(event); });
  for (auto it = last.base(); it != reply.end(); ++it) {
    writer.encode_event(*it, events);
    events.clear();
  }
  std::string response = writer.take_response();
  if (!response.empty()) return response;
  writer.encode_event(ir::End{}, events);
  return writer.take_response();
}

Error OpenAiResponses::decode_error(int status, std::string_view body) { return read_error(status, body); }

ErrorReply OpenAiResponses::encode_error(const Error& error, std::string_view /*request_id*/) {
  const ErrorRow& row = error_row(error);
  const std::string_view code = responses::error_code(error);
  ErrorReply reply;
  reply.status = row.status;
  json::Writer writer(reply.body);
  writer.begin_object().key("error").begin_object().key("message").string(error.message).key("type").string(row.openai_type);
  writer.key("param");
  error.param.empty() ? writer.null() : writer.string(error.param);
  writer.key("code");
  code.empty() ? writer.null() : writer.string(code);
  writer.end_object().end_object();
  return reply;
}

}  // namespace omniroute::codec
