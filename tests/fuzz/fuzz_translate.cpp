// Arbitrary bytes from any format into any other: what comes out is text and JSON, its own reader takes it, and a stream
// that was cut never ends clean. The first byte chooses the pair, the second where a stream is cut.
#include <array>

#include "check.hpp"
#include "omniroute/codec/translate.hpp"
#include "omniroute/json/document.hpp"

namespace {

using namespace omniroute;

constexpr std::array formats{codec::Format::openai_chat, codec::Format::openai_responses, codec::Format::anthropic, codec::Format::gemini};

void must_be_json(const std::string& text) {
  json::Document document;
  check(document.parse(text).ok(), "what a translation gives is JSON");
}

void request(codec::Translation& how, std::string_view bytes) {
  codec::Losses losses;
  Result<std::string> there = codec::translate(codec::What::request, how, bytes, losses);
  if (!there) return check(!there.error().message.empty(), "a refusal says why");
  must_be_json(*there);
  for (const codec::Loss& loss : losses) check(!loss.field.empty() && !loss.why.empty(), "a loss has a name and a reason");
  check(codec::codec_for(how.to).decode_request(*there).ok(), "a request that was written can be read");
}

void response(codec::Translation& how, std::string_view bytes) {
  codec::Losses losses;
  Result<std::string> there = codec::translate(codec::What::response, how, bytes, losses);
  if (!there) return;
  must_be_json(*there);
  check(codec::codec_for(how.to).decode_reply(*there).ok(), "an answer that was written can be read");
}

ir::Events events_of(codec::Format format, std::string_view bytes) {
  ir::Events events;
  http::SseReader reader(1 << 20);
  http::SseEvent event;
  const auto decoder = codec::codec_for(format).make_decoder();
  reader.feed(bytes);
  while (reader.next(event)) decoder->decode_event(event, events);
  if (reader.finish(event)) decoder->decode_event(event, events);
  if (!reader.stray().empty()) decoder->decode_event({"error", reader.stray()}, events);  // a bare object behind the events
  decoder->finish(events);
  return events;
}

bool ends_clean(const ir::Events& events) { return !events.empty() && std::holds_alternative<ir::End>(events.back()); }

void stream(codec::Translation& how, std::string_view bytes, std::size_t cut) {
  codec::Losses losses;
  const Result<std::string> there = codec::translate(codec::What::stream, how, bytes, losses);
  check(there.ok(), "a stream always comes to an end");
  const bool clean = ends_clean(events_of(how.to, *there));
  check(!clean || ends_clean(events_of(how.from, bytes)), "a stream that broke off does not come out whole");
  // What was written is cut before its last event: a reader of that format must notice.
  if (!clean) return;
  const std::string_view written = *there;
  const std::size_t last = written.substr(0, written.find_last_not_of("\r\n") + 1).rfind("data:");
  if (last == std::string_view::npos || last == 0) return;
  const std::size_t at = cut % last;
  const ir::Events part = events_of(how.to, written.substr(0, at));
  // Chat's last event is only the mark behind its finish and its counts.
  check(!ends_clean(part) || how.to == codec::Format::openai_chat, "a stream that was cut does not end clean");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  codec::Translation how;
  how.from = formats[data[0] % formats.size()];
  how.to = formats[data[0] / formats.size() % formats.size()];
  how.target.model = "m";
  how.context.model = "m";
  how.context.include_usage = true;
  const std::string_view bytes = text_of(data + 2, size - 2);
  request(how, bytes);
  response(how, bytes);
  stream(how, bytes, data[1] * size / 256);
  return 0;
}
