#pragma once
#include <string>
#include <vector>

#include "check.hpp"
#include "omniroute/codec/codec.hpp"
#include "omniroute/http/sse.hpp"
#include "omniroute/json/document.hpp"

inline std::vector<omniroute::codec::Format> every_format() {
  using omniroute::codec::Format;
  return {Format::openai_chat, Format::openai_responses, Format::anthropic, Format::gemini};
}

/// Reads arbitrary bytes as everything a format knows, and writes what came out in every format.
class FormatFuzz {
 public:
  FormatFuzz(omniroute::codec::Format format, std::vector<omniroute::codec::Format> others)
      : codec_(omniroute::codec::codec_for(format)), others_(std::move(others)) {}

  void run(std::string_view bytes) const {
    request(bytes);
    reply(bytes);
    stream(bytes);
    omniroute::Error error = codec_.decode_error(429, bytes);
    for (omniroute::codec::Format other : others_) must_be_json(omniroute::codec::codec_for(other).encode_error(error, "req_1").body);
  }

 private:
  static void must_be_json(const std::string& text) {
    omniroute::json::Document document;
    check(document.parse(text).ok(), "what a codec writes is JSON");
  }

  void request(std::string_view bytes) const {
    omniroute::Result<omniroute::ir::ChatRequest> request = codec_.decode_request(bytes);
    if (!request) {
      check(!request.error().message.empty(), "a refusal says why");
      return;
    }
    for (omniroute::codec::Format other : others_) {
      omniroute::codec::Target target;
      target.model = "m";
      omniroute::codec::Losses losses;
      omniroute::Result<std::string> text = omniroute::codec::codec_for(other).encode_request(*request, target, losses);
      if (text) must_be_json(*text);
    }
  }

  void reply(std::string_view bytes) const {
    omniroute::Result<omniroute::ir::Events> events = codec_.decode_reply(bytes);
    if (!events) return;
    omniroute::codec::ReplyContext context;
    context.model = "m";
    for (omniroute::codec::Format other : others_) must_be_json(omniroute::codec::codec_for(other).encode_reply(*events, context));
  }

  void stream(std::string_view bytes) const {
    omniroute::http::SseReader reader(1 << 20);
    omniroute::http::SseEvent event;
    auto decoder = codec_.make_decoder();
    omniroute::ir::Events events;
    reader.feed(bytes);
    while (reader.next(event)) {
      codec_.notable(event);
      decoder->decode_event(event, events);
    }
    if (reader.finish(event)) decoder->decode_event(event, events);
    decoder->finish(events);
    bool ended = false;
    for (const omniroute::ir::Event& one : events) {
      check(!ended || std::holds_alternative<omniroute::ir::Usage>(one) || std::holds_alternative<omniroute::ir::Ping>(one),
            "nothing follows the end of a stream");
      ended |= std::holds_alternative<omniroute::ir::End>(one) || std::holds_alternative<omniroute::ir::Failure>(one);
    }
    check(ended, "a stream ends or fails");
    for (omniroute::codec::Format other : others_) write(events, omniroute::codec::codec_for(other));
  }

  static void write(const omniroute::ir::Events& events, const omniroute::codec::Codec& codec) {
    omniroute::codec::ReplyContext context;
    context.model = "m";
    context.include_usage = true;
    auto encoder = codec.make_encoder(context);
    std::string out;
    for (const omniroute::ir::Event& event : events) encoder->encode_event(event, out);
    omniroute::http::SseReader reader(64 << 20);
    omniroute::http::SseEvent event;
    reader.feed(out);
    while (reader.next(event)) {
      omniroute::json::Document document;
      check(event.data == "[DONE]" || document.parse(event.data).ok(), "each event written is JSON");
    }
    check(reader.stray().empty(), "nothing stands outside the events written");
  }

  const omniroute::codec::Codec& codec_;
  std::vector<omniroute::codec::Format> others_;
};
