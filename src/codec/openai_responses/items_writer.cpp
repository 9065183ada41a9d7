#include <algorithm>
#include <utility>

#include "omniroute/json/document.hpp"
#include "openai_responses/losses.hpp"
#include "openai_responses/reading.hpp"
#include "openai_responses/request_writer.hpp"
#include "openai_responses/writing.hpp"
#include "shared/arguments.hpp"
#include "shared/field_reader.hpp"
#include "shared/ids.hpp"
#include "shared/media.hpp"
#include "shared/raw.hpp"

namespace omniroute::codec::responses {
namespace {

using ir::Media;

const ir::Opaque* own_bytes(const ir::Reasoning& reasoning) noexcept {
  for (const ir::Opaque& opaque : reasoning.opaque)
    if (opaque.origin == Format::openai_responses && !opaque.bytes.empty()) return &opaque;
  return nullptr;
}

/// What stands in an assistant's message as text, not as an item of its own.
bool is_words(const ir::Part& part) noexcept {
  if (const auto* foreign = std::get_if<ir::Foreign>(&part.value)) return foreign->origin != Format::openai_responses;
  return std::holds_alternative<ir::Text>(part.value) || std::holds_alternative<ir::Refusal>(part.value);
}

}  // namespace

ItemsWriter::ItemsWriter(const ir::ChatRequest& request, Losses& losses, json::Writer& out)
    : request_(request), losses_(losses), out_(out) {
  for (const ir::Turn& turn : request.turns)
    for (const ir::Part& part : turn.parts) {
      const auto* reasoning = std::get_if<ir::Reasoning>(&part.value);
      if (reasoning != nullptr && !reasoning->id.empty() && own_bytes(*reasoning) != nullptr) signed_items_.insert(reasoning->id);
    }
}

const LossRule* ItemsWriter::refuses(const ir::Part& part) const {
  if (const auto* reasoning = std::get_if<ir::Reasoning>(&part.value)) {
    const bool known_bytes = own_bytes(*reasoning) != nullptr || signed_items_.count(reasoning->id) != 0;
    const bool stored =
        own() && request_.store.value_or(true) && is_vendor_item_id("reasoning", reasoning->id) && reasoning->opaque.empty();
    return known_bytes || stored ? nullptr : &rule(Field::reasoning, Cause::vendor);
  }
  const auto* foreign = std::get_if<ir::Foreign>(&part.value);
  if (foreign == nullptr || foreign->origin == Format::openai_responses) return nullptr;
  if (foreign->carried) return &silently;
  return foreign_text(*foreign).empty() ? &rule(Field::own_part, Cause::vendor) : nullptr;
}

HistoryRules ItemsWriter::rules() {
  HistoryRules rules;
  rules.target = Format::openai_responses;
  rules.call_id = responses_call_id;
  rules.tool_name = responses_tool_name;
  rules.some_turn = !own() && request_.system.empty();
  rules.user_last = !own();
  rules.empty_text = own();
  rules.keep_orphans = own() && held_elsewhere();
  rules.losses = loss_table;
  rules.refuses = [this](const ir::Part& part, ir::Role /*role*/) { return refuses(part); };
  return rules;
}

// Earlier items lie at the vendor.
bool ItemsWriter::held_elsewhere() const {
  const auto is_conversation = [](const ir::Extra& extra) { return extra.name == "conversation"; };
  return !request_.previous_response.empty() || std::any_of(request_.extras.begin(), request_.extras.end(), is_conversation);
}

Status ItemsWriter::write() {
  const History history = arrange(request_, rules(), losses_);
  // The service wants some input: with nothing else to send, the system text is it.
  system_alone_ = !own() && history.turns.empty();
  write_instructions();
  out_.key("input").begin_array();
  write_system_items();
  for (const ArrangedTurn& turn : history.turns) write_turn(turn);
  out_.end_array();
  if (!own()) note_members(losses_, request_, loss_table);
  if (error_) return *std::move(error_);
  return {};
}

void ItemsWriter::refuse(std::size_t turn, const LossRule& rule) {
  if (!error_) error_ = refusal(turn_field(request_, turn), rule);
}

void ItemsWriter::note_cache(std::string_view cache) {
  if (!cache.empty()) note_loss(losses_, request_, rule(Field::cache_mark, Cause::absent));
}

// The first system text of other formats; its own clients say which.
void ItemsWriter::write_instructions() {
  if (system_alone_ || (own() && !request_.instructions)) return;
  for (const ir::Part& part : request_.system) {
    const auto* text = std::get_if<ir::Text>(&part.value);
    if (text == nullptr || text->text.empty() || is_billing_line(text->text)) continue;
    out_.key("instructions").string(text->text);
    return;
  }
}

void ItemsWriter::write_system_items() {
  bool skip_first = !system_alone_ && (!own() || request_.instructions);
  bool open = false;
  const auto close = [&] {
    if (open) out_.end_array().end_object();
    open = false;
  };
  for (const ir::Part& part : request_.system) {
    const auto* text = std::get_if<ir::Text>(&part.value);
    if (text == nullptr || text->text.empty()) continue;
    if (is_billing_line(text->text)) {
      note_loss(losses_, request_, rule(Field::system, Cause::vendor));
      continue;
    }
    note_cache(text->cache);
    if (std::exchange(skip_first, false)) continue;
    if (!open || !text->continues) {
      close();
      open = true;
      const bool developer = !own() || text->developer;
      out_.begin_object().key("type").string("message").key("role").string(developer ? "developer" : "system");
      if (own()) write_extra("message", text->extra);
      out_.key("content").begin_array();
    }
    write_text("input_text", *text, {});
  }
  close();
}

void ItemsWriter::write_turn(const ArrangedTurn& turn) {
  if (turn.role == ir::Role::assistant) return write_assistant(turn);
  if (turn.role == ir::Role::user) write_results(turn);
  write_said(turn);
}

void ItemsWriter::write_assistant(const ArrangedTurn& turn) {
  custom_calls_.clear();
  for (std::size_t n = 0; n < turn.items.size();) {
    const Item& item = turn.items[n];
    const ir::Part& part = *item.part;
    if (std::holds_alternative<ir::Reasoning>(part.value)) {
      n = write_reasoning(turn, n);
      continue;
    }
    const auto* foreign = std::get_if<ir::Foreign>(&part.value);
    if (const auto* call = std::get_if<ir::ToolCall>(&part.value)) {
      write_call(item, *call);
    } else if (foreign != nullptr && foreign->origin == Format::openai_responses) {
      write_raw(foreign->type, foreign->raw);
    } else if (std::holds_alternative<Media>(part.value)) {
      note_loss(losses_, turn_field(request_, turn.index), rule(Field::answer_media, Cause::absent));
    } else if (is_words(part)) {
      n = write_message(turn, n);
      continue;
    }
    ++n;
  }
}

// Texts and refusals that follow each other and came in one message are one item.
std::size_t ItemsWriter::write_message(const ArrangedTurn& turn, std::size_t first) {
  const auto extra_of = [](const ir::Part& part) -> const std::string& {
    static const std::string none;
    const auto* text = std::get_if<ir::Text>(&part.value);
    return text == nullptr ? none : text->extra;
  };
  const std::string& extra = extra_of(*turn.items[first].part);
  out_.begin_object().key("type").string("message").key("role").string("assistant");
  if (own()) write_extra("message", extra);
  out_.key("content").begin_array();
  std::size_t n = first;
  for (; n < turn.items.size(); ++n) {
    const ir::Part& part = *turn.items[n].part;
    const auto* text = std::get_if<ir::Text>(&part.value);
    const auto* refusal = std::get_if<ir::Refusal>(&part.value);
    if (!is_words(part) || (text != nullptr && text->extra != extra)) break;
    if (text != nullptr) {
      write_text("output_text", *text, {});
    } else if (refusal != nullptr) {
      out_.begin_object().key("type").string("refusal").key("refusal").string(refusal->text).end_object();
    } else {
      out_.begin_object()
          .key("type")
          .string("output_text")
          .key("text")
          .string(foreign_text(std::get<ir::Foreign>(part.value)))
          .key("annotations")
          .raw("[]")
          .end_object();
    }
  }
  out_.end_array().end_object();
  return n;
}

std::size_t ItemsWriter::write_reasoning(const ArrangedTurn& turn, std::size_t first) {
  const auto& head = std::get<ir::Reasoning>(turn.items[first].part->value);
  std::string summary;
  std::string content;
  std::string_view bytes;
  std::size_t n = first;
  for (; n < turn.items.size(); ++n) {
    const auto* part = std::get_if<ir::Reasoning>(&turn.items[n].part->value);
    if (part == nullptr || (n > first && (head.id.empty() || part->id != head.id))) break;
    if (const ir::Opaque* own_opaque = own_bytes(*part)) bytes = own_opaque->bytes;
    if (part->text.empty()) continue;
    std::string& list = part->summary ? summary : content;
    list += list.empty() ? "" : ",";
    list += part->summary ? R"({"type":"summary_text","text":)" : R"({"type":"reasoning_text","text":)";
    json::append_string(part->text, list);
    list += '}';
  }
  out_.begin_object().key("type").string("reasoning");
  if (is_vendor_item_id("reasoning", head.id)) out_.key("id").string(head.id);
  out_.key("summary").raw("[" + summary + "]");
  if (!content.empty()) out_.key("content").raw("[" + content + "]");
  if (!bytes.empty()) out_.key("encrypted_content").string(bytes);
  out_.end_object();
  return n;
}

void ItemsWriter::write_call(const Item& item, const ir::ToolCall& call) {
  note_cache(call.cache);
  if (own() && !call.native.empty() && !call.raw.empty()) {
    const NativeTool* tool = native_tool(call.native);
    return write_raw(tool == nullptr ? std::string_view(call.native) : tool->call, call.raw);
  }
  const std::string_view type = call.custom ? "custom_tool_call" : "function_call";
  if (call.custom) custom_calls_.insert(item.id);
  out_.begin_object().key("type").string(type);
  if (own() && is_vendor_item_id(type, call.item_id)) out_.key("id").string(call.item_id);
  out_.key("call_id").string(item.id).key("name").string(wire_tool_name({}, call.name, responses_tool_name));
  if (!call.name_space.empty()) out_.key("namespace").string(call.name_space);
  if (call.custom)
    out_.key("input").string(call.arguments);
  else
    out_.key("arguments").string(as_text(call.arguments));
  if (own()) write_members(call.extra, out_);
  out_.end_object();
}

void ItemsWriter::write_results(const ArrangedTurn& turn) {
  for (const Item& item : turn.items)
    if (const auto* result = std::get_if<ir::ToolResult>(&item.part->value)) write_result(item, *result, turn.index);
}

void ItemsWriter::write_result(const Item& item, const ir::ToolResult& result, std::size_t turn) {
  note_cache(result.cache);
  if (own() && !result.native.empty() && !result.raw.empty()) {
    const NativeTool* tool = native_tool(result.native);
    return write_raw(tool == nullptr ? std::string_view(result.native) : tool->output, result.raw);
  }
  if (result.is_error && !own() && item.source != nullptr) note_loss(losses_, "is_error", rule(Field::error_mark, Cause::absent));
  const bool custom = custom_calls_.count(item.id) != 0 || (own() && result.custom);
  out_.begin_object().key("type").string(custom ? "custom_tool_call_output" : "function_call_output").key("call_id").string(item.id);
  out_.key("output");
  const auto* only = result.content.size() == 1 ? std::get_if<ir::Text>(&result.content.front().value) : nullptr;
  if (result.content.empty()) {
    out_.string(result.raw);
  } else if (only != nullptr) {
    out_.string(only->text);
  } else {
    out_.begin_array();
    for (const ir::Part& part : result.content) write_input_part(part, {}, turn);
    out_.end_array();
  }
  out_.end_object();
}

// What stands in a turn beside results, as one message.
void ItemsWriter::write_said(const ArrangedTurn& turn) {
  bool open = false;
  for (const Item& item : turn.items) {
    if (std::holds_alternative<ir::ToolResult>(item.part->value)) continue;
    const auto* foreign = std::get_if<ir::Foreign>(&item.part->value);
    const bool own_item = foreign != nullptr && foreign->origin == Format::openai_responses && !foreign->type.starts_with("input_");
    if (own_item) {
      if (std::exchange(open, false)) out_.end_array().end_object();
      write_raw(foreign->type, foreign->raw);
      continue;
    }
    if (!open) {
      open = true;
      const bool developer = !own() || (turn.source != nullptr && turn.source->developer);
      const std::string_view system_role = developer ? "developer" : "system";
      out_.begin_object().key("type").string("message").key("role").string(turn.role == ir::Role::user ? "user" : system_role);
      if (own() && turn.source != nullptr) write_extra("message", turn.source->extra);
      out_.key("content").begin_array();
    }
    const std::string_view speaker = item.source == nullptr ? std::string_view() : std::string_view(item.source->name);
    if (!speaker.empty()) note_loss(losses_, turn_field(request_, turn.index) + ".name", rule(Field::speaker, Cause::absent));
    write_input_part(*item.part, speaker, turn.index);
  }
  if (open) out_.end_array().end_object();
}

void ItemsWriter::write_text(std::string_view type, const ir::Text& text, std::string_view speaker) {
  note_cache(text.cache);
  out_.begin_object().key("type").string(type).key("text");
  if (speaker.empty())
    out_.string(text.text);
  else
    out_.string(std::string(speaker) + ": " + text.text);
  if (type == "output_text") out_.key("annotations").raw(own() && !text.citations.empty() ? std::string_view(text.citations) : "[]");
  out_.end_object();
}

void ItemsWriter::write_input_part(const ir::Part& part, std::string_view speaker, std::size_t turn) {
  if (const auto* text = std::get_if<ir::Text>(&part.value)) return write_text("input_text", *text, speaker);
  if (const auto* media = std::get_if<Media>(&part.value)) return write_media(*media, turn);
  if (const auto* refusal = std::get_if<ir::Refusal>(&part.value)) {
    out_.begin_object().key("type").string("input_text").key("text").string(refusal->text).end_object();
    return;
  }
  const auto* foreign = std::get_if<ir::Foreign>(&part.value);
  if (foreign == nullptr) return;
  if (foreign->origin == Format::openai_responses) {
    out_.raw(foreign->raw);
    return;
  }
  out_.begin_object().key("type").string("input_text").key("text").string(foreign_text(*foreign)).end_object();
}

void ItemsWriter::write_media(const Media& media, std::size_t turn) {
  using Source = Media::Source;
  note_cache(media.cache);
  if (media.source == Source::file_id && media.origin != Format::openai_responses) return refuse(turn, rule(Field::file_id, Cause::absent));
  if (media.source == Source::raw) return refuse(turn, rule(Field::file_id, Cause::absent));
  const bool audio = media.kind == Media::Kind::audio;
  if ((audio && !own()) || media.kind == Media::Kind::video)
    return refuse(turn, audio ? rule(Field::audio, Cause::absent) : rule(Field::video, Cause::absent));
  if (audio && !media.format.empty()) {
    out_.begin_object().key("type").string("input_audio").key("input_audio").begin_object().key("data").string(media.data);
    out_.key("format").string(media.format).end_object().end_object();
    return;
  }
  const bool image = media.kind == Media::Kind::image;
  out_.begin_object().key("type").string(image ? "input_image" : "input_file");
  if (media.source == Source::file_id) {
    out_.key("file_id").string(media.data);
  } else if (media.source == Source::url) {
    out_.key(image ? "image_url" : "file_url").string(media.data);
  } else {
    const bool text = media.source == Source::text;
    const std::string mime = !media.mime.empty() ? media.mime : image ? "image/png" : text ? "text/plain" : "application/pdf";
    if (!image) out_.key("filename").string(!media.name.empty() ? media.name : text ? "document.txt" : "document.pdf");
    out_.key(image ? "image_url" : "file_data").string(data_url(mime, text ? encode_base64(media.data) : media.data));
  }
  if (!media.detail.empty() && image) out_.key("detail").string(media.detail);
  out_.end_object();
}

void ItemsWriter::write_extra(std::string_view type, std::string_view members) {
  json::Document document;
  if (members.empty() || !document.parse(members)) return;
  for (auto it = document.root().begin(); it != document.root().end(); ++it)
    if (it.key() != "id" || is_vendor_item_id(type, (*it).text())) out_.key(it.key()).raw((*it).raw());
}

void ItemsWriter::write_raw(std::string_view type, std::string_view raw) {
  json::Document document;
  const json::Value root = document.parse(raw) ? document.root() : json::Value();
  const std::string_view id = root.find("id").text();
  const bool made = !id.empty() && !id_prefix(type).empty() && !is_vendor_item_id(type, id);
  out_.raw(made ? members_except(root, "id") : std::string(raw));
}

}  // namespace omniroute::codec::responses
