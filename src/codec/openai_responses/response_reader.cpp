#include "openai_responses/response_reader.hpp"

#include "openai_responses/reading.hpp"
#include "shared/carrier.hpp"
#include "shared/errors.hpp"
#include "shared/field_reader.hpp"
#include "shared/finish.hpp"
#include "shared/raw.hpp"

namespace omniroute::codec::responses {
namespace {

using ir::Format;
using json::Value;

ir::PartOpen::Kind part_kind(ResponseReader::Kind kind) noexcept {
  switch (kind) {
    case ResponseReader::Kind::refusal: return ir::PartOpen::Kind::refusal;
    case ResponseReader::Kind::summary:
    case ResponseReader::Kind::thought: return ir::PartOpen::Kind::reasoning;
    case ResponseReader::Kind::arguments: return ir::PartOpen::Kind::tool_call;
    default: return ir::PartOpen::Kind::text;
  }
}

bool is_call(std::string_view type) noexcept { return type == "function_call" || type == "custom_tool_call"; }

std::optional<std::int64_t> position(Value value) {
  std::int64_t number = 0;
  if (!value.integer(number)) return std::nullopt;
  return number;
}

}  // namespace

void ResponseReader::begin(Value response, ir::Events& out) {
  if (begun_) return;
  begun_ = true;
  ir::Start start;
  start.id = response.find("id").text();
  start.model = response.find("model").text();
  double seconds = 0;
  if (response.find("created_at").number(seconds) && seconds > 0 && seconds < 1e12) start.created = static_cast<std::int64_t>(seconds);
  out.emplace_back(std::move(start));
}

ResponseReader::Item& ResponseReader::item_at(std::int64_t index) {
  for (auto it = items_.rbegin(); it != items_.rend(); ++it)
    if (it->index == index) return *it;
  return items_.emplace_back(Item{index});
}

ResponseReader::Piece* ResponseReader::find(Item& item, Kind kind, std::int64_t number) noexcept {
  for (Piece& piece : item.pieces)
    if (piece.kind == kind && piece.number == number) return &piece;
  return nullptr;
}

void ResponseReader::close(Piece& piece, ir::Events& out) {
  if (!piece.open) return;
  piece.open = false;
  out.emplace_back(ir::PartClose{piece.part});
}

void ResponseReader::close_all(Item& item, ir::Events& out) {
  for (Piece& piece : item.pieces) close(piece, out);
}

ResponseReader::Piece& ResponseReader::open(Item& item, Kind kind, std::int64_t number, ir::Events& out) {
  close_all(item, out);
  ir::PartOpen event;
  event.part = parts_++;
  event.kind = part_kind(kind);
  event.extra = item.extra;
  if (kind == Kind::arguments) {
    event.call = item.call;
  } else {
    event.item_id = item.id;
    event.summary = kind == Kind::summary;
  }
  out.emplace_back(std::move(event));
  return item.pieces.emplace_back(Piece{kind, number, parts_ - 1});
}

void ResponseReader::describe(Item& item, Value value) {
  if (item.type.empty()) item.type = value.find("type").text();
  if (item.type.empty() && value.find("role")) item.type = "message";
  if (item.id.empty()) item.id = value.find("id").text();
  if (item.extra.empty())
    item.extra = members_except(value, "type id status role content summary encrypted_content call_id name arguments input namespace");
  if (!is_call(item.type)) return;
  item.call.custom = item.type == "custom_tool_call";
  if (item.call.id.empty()) item.call.id = value.find("call_id").text();
  if (item.call.name.empty()) item.call.name = value.find("name").text();
  if (item.call.name_space.empty()) item.call.name_space = value.find("namespace").text();
  item.call.item_id = item.id;
}

void ResponseReader::open_call(Item& item, ir::Events& out) {
  if (!is_call(item.type) || item.call.name.empty() || !item.pieces.empty()) return;
  has_calls_ = true;
  open(item, Kind::arguments, 0, out);
}

void ResponseReader::item_added(std::int64_t index, Value value, ir::Events& out) {
  if (ended_) return;
  Item& item = item_at(index);
  describe(item, value);
  open_call(item, out);
}

void ResponseReader::delta(std::int64_t index, Kind kind, std::int64_t number, std::string_view text, ir::Events& out) {
  if (ended_ || text.empty()) return;
  Item& item = item_at(index);
  if (item.done) return;
  Piece* piece = find(item, kind, number);
  if (piece == nullptr) {
    // A call whose name has not come yet is told whole by its item's end.
    if (kind == Kind::arguments) return;
    piece = &open(item, kind, number, out);
  }
  if (!piece->open) return;
  piece->filled = true;
  out.emplace_back(ir::PartDelta{piece->part, std::string(text)});
}

void ResponseReader::whole(std::int64_t index, Kind kind, std::int64_t number, std::string_view text, ir::Events& out) {
  if (ended_) return;
  Piece* piece = find(item_at(index), kind, number);
  if (piece == nullptr || !piece->filled) delta(index, kind, number, text, out);
}

void ResponseReader::note(std::int64_t index, std::int64_t number, Value annotation, ir::Events& out) {
  if (ended_ || !annotation.is(json::Kind::object)) return;
  Item& item = item_at(index);
  Piece* piece = find(item, Kind::text, number);
  if (piece == nullptr) piece = &open(item, Kind::text, number, out);
  if (!piece->open) return;
  piece->noted = true;
  ir::PartNote event;
  event.part = piece->part;
  event.origin = Format::openai_responses;
  event.raw = compact(annotation);
  event.url = annotation.find("url").text();
  event.title = annotation.find("title").text();
  event.begin = position(annotation.find("start_index"));
  event.end = position(annotation.find("end_index"));
  out.emplace_back(std::move(event));
}

void ResponseReader::finish_message(Item& item, Value value, ir::Events& out) {
  std::int64_t number = 0;
  for (const Value part : value.find("content")) {
    const std::string_view type = part.find("type").text();
    if (type == "refusal") {
      whole(item.index, Kind::refusal, number, part.find("refusal").text(), out);
    } else if (type == "output_text") {
      whole(item.index, Kind::text, number, part.find("text").text(), out);
      const Piece* known = find(item, Kind::text, number);
      const bool told = known != nullptr && known->noted;
      for (const Value annotation : part.find("annotations"))
        if (!told) note(item.index, number, annotation, out);
    } else if (part.is(json::Kind::object)) {
      finish_foreign(item, part, out);
    }
    ++number;
  }
}

void ResponseReader::finish_reasoning(Item& item, Value value, ir::Events& out) {
  std::int64_t number = 0;
  for (const Value part : value.find("summary")) whole(item.index, Kind::summary, number++, part.find("text").text(), out);
  number = 0;
  for (const Value part : value.find("content")) whole(item.index, Kind::thought, number++, part.find("text").text(), out);
  // The bytes belong to the item; its last part carries them. An item with nothing to show is told all the same: its
  // own format must give it back before the call it led to.
  if (item.pieces.empty()) open(item, Kind::summary, 0, out);
  const std::string_view bytes = value.find("encrypted_content").text();
  if (bytes.empty()) return;
  ir::PartOpaque event{item.pieces.back().part, {Format::openai_responses, "encrypted", std::string(bytes)}};
  if (auto wrapped = unwrap_opaque(bytes)) event.opaque = std::move(wrapped->opaque);
  if (!event.opaque.bytes.empty()) out.emplace_back(std::move(event));
}

void ResponseReader::finish_call(Item& item, Value value, ir::Events& out) {
  open_call(item, out);
  const Value arguments = value.find(item.call.custom ? "input" : "arguments");
  const std::string text = arguments.is(json::Kind::string) ? std::string(arguments.text()) : compact(arguments);
  whole(item.index, Kind::arguments, 0, text, out);
}

void ResponseReader::finish_foreign(const Item& item, Value value, ir::Events& out) {
  if (!value.is(json::Kind::object)) return;  // an end without its item: there is nothing to hand on
  ir::PartOpen event;
  event.part = parts_++;
  event.kind = ir::PartOpen::Kind::foreign;
  event.item_id = item.id;
  event.foreign = ir::Foreign{Format::openai_responses, std::string(value.find("type").text()), compact(value)};
  if (item.type == "image_generation_call" && !value.find("result").text().empty()) {
    event.kind = ir::PartOpen::Kind::media;
    ir::Media media;
    media.origin = Format::openai_responses;
    const std::string_view format = value.find("output_format").text();
    media.mime = "image/" + std::string(format.empty() ? "png" : format);
    media.data = value.find("result").text();
    event.media = std::move(media);
  }
  const std::uint32_t part = event.part;
  out.emplace_back(std::move(event));
  out.emplace_back(ir::PartClose{part});
}

void ResponseReader::item_done(std::int64_t index, Value value, ir::Events& out) {
  if (ended_) return;
  Item& item = item_at(index);
  if (item.done) return;
  describe(item, value);
  if (item.type == "message")
    finish_message(item, value, out);
  else if (item.type == "reasoning")
    finish_reasoning(item, value, out);
  else if (is_call(item.type))
    finish_call(item, value, out);
  else
    finish_foreign(item, value, out);
  close_all(item, out);
  item.done = true;
}

void ResponseReader::fail(Error error, ir::Events& out) {
  if (ended_) return;
  ended_ = true;
  out.emplace_back(ir::Failure{std::move(error)});
}

ir::Finish ResponseReader::read_finish(Value response) const {
  const std::string_view status = response.find("status").text();
  const Value details = response.find("incomplete_details");
  ir::Finish finish;
  finish.origin = Format::openai_responses;
  finish.raw = status == "incomplete" ? details.find("reason").text() : status;
  if (status == "queued" || status == "in_progress") finish.raw.clear();  // in the background: no end is known
  if (status == "incomplete") finish.extra = compact(details);
  if (status == "failed") finish.extra = compact(response.find("error"));
  finish.reason = settled(finish_class(Format::openai_responses, finish.raw), has_calls_);
  return finish;
}

void ResponseReader::end(Value response, bool whole, ir::Events& out) {
  if (ended_) return;
  begin(response, out);
  const bool told = !items_.empty();
  std::int64_t index = 0;
  for (const Value item : response.find("output")) {
    if (!told) item_done(index++, item, out);
  }
  for (Item& item : items_) close_all(item, out);
  if (const ir::Usage usage = read_usage(Format::openai_responses, response.find("usage")); !usage.empty()) out.emplace_back(usage);
  const bool failed = response.find("status").text() == "failed" || !response.find("error").absent();
  if (failed && (!whole || items_.empty())) {
    fail(read_error(0, response), out);
    return;
  }
  ended_ = true;
  out.emplace_back(read_finish(response));
  out.emplace_back(ir::End{});
}

}  // namespace omniroute::codec::responses
