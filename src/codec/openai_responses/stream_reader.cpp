#include <array>

#include "openai_responses/format.hpp"
#include "openai_responses/response_reader.hpp"
#include "shared/errors.hpp"

namespace omniroute::codec {
namespace {

using json::Value;
using responses::ResponseReader;

enum class Type : std::uint8_t { other, begin, added, done, delta, whole, note, end, error };

struct EventType {
  std::string_view name;
  Type type;
  ResponseReader::Kind kind = ResponseReader::Kind::text;
};

constexpr std::array<EventType, 21> event_types{{
    {"response.output_text.delta", Type::delta, ResponseReader::Kind::text},
    {"response.function_call_arguments.delta", Type::delta, ResponseReader::Kind::arguments},
    {"response.reasoning_summary_text.delta", Type::delta, ResponseReader::Kind::summary},
    {"response.reasoning_text.delta", Type::delta, ResponseReader::Kind::thought},
    {"response.custom_tool_call_input.delta", Type::delta, ResponseReader::Kind::arguments},
    {"response.refusal.delta", Type::delta, ResponseReader::Kind::refusal},
    {"response.output_text.done", Type::whole, ResponseReader::Kind::text},
    {"response.refusal.done", Type::whole, ResponseReader::Kind::refusal},
    {"response.reasoning_summary_text.done", Type::whole, ResponseReader::Kind::summary},
    {"response.reasoning_text.done", Type::whole, ResponseReader::Kind::thought},
    {"response.output_text.annotation.added", Type::note},
    {"response.output_item.added", Type::added},
    {"response.output_item.done", Type::done},
    {"response.created", Type::begin},
    {"response.in_progress", Type::begin},
    {"response.queued", Type::begin},
    {"response.completed", Type::end},
    {"response.incomplete", Type::end},
    {"response.failed", Type::end},
    {"response.cancelled", Type::end},
    {"error", Type::error},
}};

const EventType* event_type(std::string_view name) noexcept {
  for (const EventType& row : event_types)
    if (row.name == name) return &row;
  return nullptr;
}

/// The members that events have, taken in one walk.
struct Members {
  Value type, output_index, number, text, item, annotation, response, error;

  explicit Members(Value root) {
    for (auto it = root.begin(); it != root.end(); ++it) {
      const std::string_view key = it.key();
      if (key == "type")
        type = *it;
      else if (key == "output_index")
        output_index = *it;
      else if (key == "content_index" || key == "summary_index")
        number = *it;
      else if (key == "delta" || key == "text" || key == "refusal")
        text = *it;
      else if (key == "item")
        item = *it;
      else if (key == "annotation")
        annotation = *it;
      else if (key == "response")
        response = *it;
      else if (key == "error")
        error = *it;
    }
  }
};

std::int64_t index_of(Value value) noexcept {
  std::int64_t number = 0;
  return value.integer(number) ? number : 0;
}

class Decoder final : public EventDecoder {
 public:
  void decode_event(const http::SseEvent& event, ir::Events& out) override {
    if (reader_.ended() || !document_.parse(event.data)) return;
    const Value root = document_.root();
    const Members members(root);
    const std::string_view name = members.type.is(json::Kind::string) ? members.type.text() : event.name;
    const EventType* row = event_type(name);
    if (row == nullptr) {
      if (members.error.is(json::Kind::object)) reader_.fail(read_error(0, root), out);
      return;
    }
    const std::int64_t index = index_of(members.output_index);
    const std::int64_t number = index_of(members.number);
    switch (row->type) {
      case Type::delta: reader_.delta(index, row->kind, number, members.text.text(), out); break;
      case Type::whole: reader_.whole(index, row->kind, number, members.text.text(), out); break;
      case Type::note: reader_.note(index, number, members.annotation, out); break;
      case Type::added: reader_.item_added(index, members.item, out); break;
      case Type::done: reader_.item_done(index, members.item, out); break;
      case Type::begin: reader_.begin(members.response, out); break;
      case Type::end: reader_.end(members.response, false, out); break;
      case Type::error: reader_.fail(read_error(0, root), out); break;
      case Type::other: break;
    }
  }

  void finish(ir::Events& out) override {
    reader_.fail(Error(ErrorKind::upstream_protocol, "The provider's stream ended before its answer was complete."), out);
  }

 private:
  json::Document document_;
  ResponseReader reader_;
};

}  // namespace

std::unique_ptr<EventDecoder> OpenAiResponses::make_decoder() { return std::make_unique<Decoder>(); }

bool OpenAiResponses::notable(const http::SseEvent& event) {
  const auto ends = [](const EventType* row) { return row != nullptr && (row->type == Type::end || row->type == Type::error); };
  if (!event.name.empty()) return ends(event_type(event.name));
  for (const std::string_view mark :
       {"\"response.completed\"", "\"response.incomplete\"", "\"response.failed\"", "\"error\"", "\"response.created\""})
    if (event.data.find(mark) != std::string_view::npos) return true;
  return false;
}

Result<ir::Events> OpenAiResponses::decode_reply(std::string_view body) {
  json::Document document;
  if (!document.parse(body) || !document.root().is(json::Kind::object))
    return Error(ErrorKind::upstream_protocol, "The provider's answer is not a JSON object.");
  const Value root = document.root();
  const bool is_response = root.find("output").is(json::Kind::array);
  if (!is_response) {
    if (is_error(root)) return read_error(0, root);
    return Error(ErrorKind::upstream_protocol, "The provider's answer has no output.");
  }
  ir::Events events;
  ResponseReader reader;
  reader.end(root, true, events);
  if (const auto* failure = std::get_if<ir::Failure>(&events.back())) return failure->error;
  return events;
}

}  // namespace omniroute::codec
