#include "gemini/chunk_reader.hpp"
#include "gemini/format.hpp"
#include "shared/errors.hpp"
#include "shared/field_reader.hpp"

namespace omniroute::codec {
namespace {

using json::Kind;
using json::Value;

class Decoder final : public EventDecoder {
 public:
  void decode_event(const http::SseEvent& event, ir::Events& out) override {
    if (reader_.ended() || !document_.parse(event.data)) return;
    const Value root = document_.root();
    if (root.is(Kind::array)) {
      for (const Value element : root) take(element, out);
    } else {
      take(root, out);
    }
  }

  void finish(ir::Events& out) override { reader_.end(false, out); }

 private:
  void take(Value response, ir::Events& out) {
    // Cloud Code wraps each chunk.
    if (const Value inner = response.find("response"); inner.is(Kind::object)) response = inner;
    if (response.find("error").is(Kind::object)) {
      reader_.fail(read_error(0, response), out);
    } else {
      reader_.chunk(response, out);
    }
  }

  json::Document document_;
  gemini::ChunkReader reader_;
};

}  // namespace

std::unique_ptr<EventDecoder> Gemini::make_decoder() { return std::make_unique<Decoder>(); }

bool Gemini::notable(const http::SseEvent& event) {
  for (const std::string_view mark : {"usageMetadata", "finishReason", "promptFeedback", "error"})
    if (find_name(event.data, mark) != std::string_view::npos) return true;
  return false;
}

Result<ir::Events> Gemini::decode_reply(std::string_view body) {
  json::Document document;
  if (!document.parse(body)) return Error(ErrorKind::upstream_protocol, "The provider's answer is not JSON.");
  const Value root = document.root();
  if (is_error(root)) return read_error(0, root);
  ir::Events events;
  gemini::ChunkReader reader;
  const auto take = [&](Value response) {
    const Value inner = response.find("response");
    reader.chunk(inner.is(Kind::object) ? inner : response, events);
  };
  if (root.is(Kind::array)) {
    for (const Value element : root) {
      if (is_error(element)) return read_error(0, element);
      take(element);
    }
  } else {
    take(root);
  }
  if (!reader.begun()) return Error(ErrorKind::upstream_protocol, "The provider's answer has no candidates.");
  reader.end(true, events);
  return events;
}

}  // namespace omniroute::codec
