#include "anthropic/format.hpp"
#include "anthropic/reply_reader.hpp"
#include "shared/errors.hpp"

namespace omniroute::codec {
namespace {

class Decoder final : public EventDecoder {
 public:
  void decode_event(const http::SseEvent& event, ir::Events& out) override {
    if (reader_.ended() || !document_.parse(event.data)) return;
    const json::Value root = document_.root();
    const json::Value type = root.find("type");
    reader_.take(type.is(json::Kind::string) ? type.text() : event.name, root, out);
  }
  void finish(ir::Events& out) override { reader_.body_ended(out); }

 private:
  anthropic::ReplyReader reader_;
  json::Document document_;
};

}  // namespace

std::unique_ptr<EventDecoder> Anthropic::make_decoder() { return std::make_unique<Decoder>(); }

Result<ir::Events> Anthropic::decode_reply(std::string_view body) {
  json::Document document;
  if (Status parsed = document.parse(body); !parsed) return std::move(parsed).error();
  const json::Value root = document.root();
  if (root.find("content").absent() && is_error(root)) return read_error(0, root);
  if (!root.find("content").is(json::Kind::array)) return Error(ErrorKind::upstream_protocol, "The provider's answer has no content.");
  ir::Events events;
  anthropic::ReplyReader reader;
  reader.take_message(root, events);
  return events;
}

bool Anthropic::notable(const http::SseEvent& event) {
  const auto has = [&event](std::string_view type) {
    return event.name == type || (event.name.empty() && event.data.find(type) != std::string_view::npos);
  };
  return has("message_start") || has("message_delta") || has("message_stop") || has("error");
}

Error Anthropic::decode_error(int status, std::string_view body) { return read_error(status, body); }

}  // namespace omniroute::codec
