#include "openai_chat/format.hpp"
#include "openai_chat/reply_reader.hpp"
#include "shared/errors.hpp"
#include "shared/field_reader.hpp"

namespace omniroute::codec {
namespace {

class Decoder final : public EventDecoder {
 public:
  void decode_event(const http::SseEvent& event, ir::Events& out) override {
    if (reader_.ended()) return;
    if (event.data == "[DONE]") return reader_.end(out);
    if (!document_.parse(event.data)) return;
    if (event.name == "error" && document_.root().find("error").absent()) return reader_.fail(read_error(0, document_.root()), out);
    reader_.take(document_.root(), out);
  }
  void finish(ir::Events& out) override { reader_.body_ended(out); }

 private:
  chat::ReplyReader reader_;
  json::Document document_;
};

bool holds(std::string_view text, std::string_view wanted) noexcept { return text.find(wanted) != std::string_view::npos; }

}  // namespace

std::unique_ptr<EventDecoder> OpenAiChat::make_decoder() { return std::make_unique<Decoder>(); }

Result<ir::Events> OpenAiChat::decode_reply(std::string_view body) {
  json::Document document;
  if (Status parsed = document.parse(body); !parsed) return std::move(parsed).error();
  const json::Value root = document.root();
  if (is_error(root)) return read_error(0, root);
  const json::Value choices = root.find("choices");
  if (!choices.is(json::Kind::array) || choices.size() == 0)
    return Error(ErrorKind::upstream_protocol, "The provider's answer has no choices.");
  ir::Events events;
  events.reserve(8);
  chat::ReplyReader reader;
  reader.take(root, events);
  reader.end(events);
  return events;
}

bool OpenAiChat::notable(const http::SseEvent& event) {
  // "finish_reason":null and "usage":null stand in nearly every chunk; a cheap look at what follows spares the parse.
  const std::string_view data = event.data;
  if (data == "[DONE]" || event.name == "error") return true;
  for (const std::string_view key : {"finish_reason", "usage", "error"}) {
    for (std::size_t at = find_name(data, key); at != std::string_view::npos; at = find_name(data, key, at + 1)) {
      std::size_t value = at + key.size() + 2;
      while (value < data.size() && (data[value] == ' ' || data[value] == ':' || data[value] == '\t')) ++value;
      if (!holds(data.substr(value, 4), "null")) return true;
    }
  }
  return false;
}

Error OpenAiChat::decode_error(int status, std::string_view body) { return read_error(status, body); }

}  // namespace omniroute::codec
