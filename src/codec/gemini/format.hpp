#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "omniroute/codec/codec.hpp"

namespace omniroute::codec {

/// Google Gemini generateContent and streamGenerateContent (wire-formats.md section 6). The model is in the path, so
/// request bodies neither have nor get one.
struct Gemini {
  static constexpr Format id = Format::gemini;
  /// Nothing: Gemini CLI sees no answer at all in a stream with comments.
  static constexpr std::string_view keep_alive = {};

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
