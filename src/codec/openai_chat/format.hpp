#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "omniroute/codec/codec.hpp"

namespace omniroute::codec {

/// OpenAI Chat Completions (wire-formats.md section 3), which most providers speak in one way or another.
struct OpenAiChat {
  static constexpr Format id = Format::openai_chat;
  /// A comment: clients of this format skip it.
  static constexpr std::string_view keep_alive = ": keep-alive\n\n";

  static Result<ir::ChatRequest> decode_request(std::string_view body);
  static Result<std::string> encode_request(const ir::ChatRequest& request, const Target& target, Losses& losses);
  static Result<ir::Events> decode_reply(std::string_view body);
  static std::string encode_reply(const ir::Events& reply, const ReplyContext& context);
  static Error decode_error(int status, std::string_view body);
  static ErrorReply encode_error(const Error& error, std::string_view request_id);
  static std::unique_ptr<EventDecoder> make_decoder();
  static std::unique_ptr<EventEncoder> make_encoder(const ReplyContext& context);
  static bool notable(const http::SseEvent& event);
};

}  // namespace omniroute::codec
