#include "omniroute/codec/translate.hpp"

#include <array>
#include <utility>

#include "omniroute/codec/stop_cutter.hpp"

namespace omniroute::codec {
namespace {

constexpr std::array<std::pair<What, std::string_view>, 4> words{
    {{What::request, "request"}, {What::response, "response"}, {What::stream, "stream"}, {What::error, "error"}}};

/// The reading half: bytes to events, with what stands behind the last event.
class StreamReading {
 public:
  explicit StreamReading(Format from) : decoder_(codec_for(from).make_decoder()) {}
  void feed(std::string_view bytes, ir::Events& out) {
    reader_.feed(bytes);
    while (reader_.next(event_)) decoder_->decode_event(event_, out);
  }
  void finish(ir::Events& out) {
    if (reader_.finish(event_)) decoder_->decode_event(event_, out);
    // Some servers put a bare JSON error behind the events.
    if (!reader_.stray().empty()) decoder_->decode_event({"error", reader_.stray()}, out);
    decoder_->finish(out);
  }

 private:
  http::SseReader reader_;
  http::SseEvent event_;
  std::unique_ptr<EventDecoder> decoder_;
};

// Where the client's request is known, so are the stop sequences that the upstream could not be told.
std::optional<StopCutter> cutter_for(const Translation& how) {
  if (how.context.request == nullptr) return std::nullopt;
  std::vector<std::string> left = stops_left(*how.context.request, how.from);
  if (left.empty()) return std::nullopt;
  return StopCutter(std::move(left));
}

/// The writing half, up to the first such sequence.
class Writing {
 public:
  explicit Writing(const Translation& how) : cutter_(cutter_for(how)), encoder_(codec_for(how.to).make_encoder(how.context)) {}
  void write(const ir::Events& events, std::string& out) {
    for (const ir::Event& event : events) {
      if (!cutter_) {
        encoder_->encode_event(event, out);
        continue;
      }
      kept_.clear();
      cutter_->filter(event, kept_);
      for (const ir::Event& each : kept_) encoder_->encode_event(each, out);
    }
  }

 private:
  std::optional<StopCutter> cutter_;
  std::unique_ptr<EventEncoder> encoder_;
  ir::Events kept_;
};

Result<std::string> translate_request(const Translation& how, std::string_view input, Losses& losses) {
  Result<ir::ChatRequest> request = codec_for(how.from).decode_request(input);
  if (!request) return std::move(request).error();
  return codec_for(how.to).encode_request(*request, how.target, losses);
}

Result<std::string> translate_response(const Translation& how, std::string_view input) {
  Result<ir::Events> events = codec_for(how.from).decode_reply(input);
  if (!events) return std::move(events).error();
  if (std::optional<StopCutter> cutter = cutter_for(how)) {
    ir::Events kept;
    for (const ir::Event& event : *events) cutter->filter(event, kept);
    *events = std::move(kept);
  }
  return codec_for(how.to).encode_reply(*events, how.context);
}

// The whole input is known, so what the upstream took back is never written.
std::string translate_stream(const Translation& how, std::string_view input) {
  ir::Events events;
  StreamReading reading(how.from);
  reading.feed(input, events);
  reading.finish(events);
  ir::drop_void(events);
  std::string out;
  Writing writing(how);
  writing.write(events, out);
  return out;
}

// A translation knows no gateway between client and provider: the provider's word about a key is the client's.
std::string translate_error(const Translation& how, std::string_view input) {
  Error error = codec_for(how.from).decode_error(how.status, input);
  error.upstream_status = 0;
  return codec_for(how.to).encode_error(error, {}).body;
}

}  // namespace

std::string_view to_string(What what) noexcept { return words[static_cast<std::size_t>(what)].second; }

std::optional<What> parse_what(std::string_view word) noexcept {
  for (const auto& [what, name] : words)
    if (name == word) return what;
  return std::nullopt;
}

Result<std::string> translate(What what, const Translation& how, std::string_view input, Losses& losses) {
  for (const Format format : {how.from, how.to})
    if (!speaks(format))
      return Error(ErrorKind::unsupported, "The format " + std::string(domain::to_string(format)) + " is not spoken yet.");
  switch (what) {
    case What::request: return translate_request(how, input, losses);
    case What::response: return translate_response(how, input);
    case What::stream: return translate_stream(how, input);
    case What::error: break;
  }
  return translate_error(how, input);
}

struct StreamTranslation::State {
  explicit State(const Translation& how) : reading(how.from), writing(how) {}
  void write(std::string& out) {
    writing.write(events, out);
    events.clear();
  }
  StreamReading reading;
  Writing writing;
  ir::Events events;
};

StreamTranslation::StreamTranslation(const Translation& how) : state_(std::make_unique<State>(how)) {}
StreamTranslation::~StreamTranslation() = default;

void StreamTranslation::feed(std::string_view bytes, std::string& out) {
  state_->reading.feed(bytes, state_->events);
  state_->write(out);
}

void StreamTranslation::finish(std::string& out) {
  state_->reading.finish(state_->events);
  state_->write(out);
}

}  // namespace omniroute::codec
