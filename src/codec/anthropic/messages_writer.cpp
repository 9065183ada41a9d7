#include <array>
#include <utility>

#include "anthropic/losses.hpp"
#include "anthropic/request_writer.hpp"
#include "shared/arguments.hpp"
#include "shared/field_reader.hpp"
#include "shared/media.hpp"

namespace omniroute::codec::anthropic {
namespace {

using ir::Media;

bool from_here(const ir::Reasoning& reasoning) noexcept {
  for (const ir::Opaque& opaque : reasoning.opaque)
    if (opaque.origin == Format::anthropic) return true;
  return false;
}

const LossRule* loss_of(const ir::Part& part, ir::Role role) {
  if (const auto* reasoning = std::get_if<ir::Reasoning>(&part.value))
    return from_here(*reasoning) ? nullptr : &rule(Field::reasoning, Cause::vendor);
  if (const auto* foreign = std::get_if<ir::Foreign>(&part.value)) {
    if (foreign->origin == Format::anthropic) return nullptr;
    if (foreign->carried) return &silently;
    return foreign_text(*foreign).empty() ? &rule(Field::own_part, Cause::vendor) : nullptr;
  }
  if (role != ir::Role::user && std::holds_alternative<Media>(part.value)) return &rule(Field::answer_media, Cause::absent);
  return nullptr;
}

HistoryRules rules_for(const Target& target) {
  HistoryRules rules;
  rules.target = Format::anthropic;
  rules.call_id = anthropic_call_id;
  rules.tool_name = anthropic_tool_name;
  rules.unique_ids = true;
  rules.merge_runs = true;
  rules.user_first = true;
  rules.system_turns = target.system_turns;
  rules.drop_blank = true;
  rules.losses = loss_table;
  rules.refuses = loss_of;
  return rules;
}

std::string_view without_end_space(std::string_view text) noexcept {
  const std::size_t last = text.find_last_not_of(" \t\r\n\v\f");
  return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

}  // namespace

MessagesWriter::MessagesWriter(const ir::ChatRequest& request, const Target& target, CacheMarks& marks, Losses& losses, json::Writer& out)
    : request_(request), target_(target), marks_(marks), losses_(losses), out_(out) {}

void MessagesWriter::refuse(std::size_t turn, const LossRule& rule, std::string_view detail) {
  if (!error_) error_ = refusal(turn_field(request_, turn), rule, detail);
}

void MessagesWriter::write_system() {
  std::vector<const ir::Text*> texts;
  for (const ir::Part& part : request_.system) {
    const auto* text = std::get_if<ir::Text>(&part.value);
    if (text != nullptr && !is_blank(text->text)) texts.push_back(text);
  }
  const bool wants_json = request_.output.kind == ir::OutputFormat::Kind::json;
  if (wants_json) note_loss(losses_, request_, rule(Field::output_format, Cause::words));
  if (texts.empty() && !wants_json) return;
  out_.key("system");
  if (texts.size() == 1 && texts.front()->cache.empty() && !wants_json) {
    out_.string(texts.front()->text);
    return;
  }
  out_.begin_array();
  for (const ir::Text* text : texts) write_text(text->text, text);
  if (wants_json) write_text(json_wish, nullptr);
  out_.end_array();
}

Status MessagesWriter::write() {
  const History history = arrange(request_, rules_for(target_), losses_);
  if (!target_.prefill && !history.turns.empty() && history.turns.back().role == ir::Role::assistant)
    refuse(history.turns.back().index, rule(Field::begun_answer, Cause::model));
  out_.key("messages").begin_array();
  for (std::size_t n = 0; n < history.turns.size(); ++n) write_turn(history.turns[n], n + 1 == history.turns.size());
  out_.end_array();
  if (!own()) note_members(losses_, request_, loss_table);
  if (error_) return *std::move(error_);
  return {};
}

void MessagesWriter::write_turn(const ArrangedTurn& turn, bool last) {
  const std::string_view role = turn.role == ir::Role::user ? "user" : turn.role == ir::Role::assistant ? "assistant" : "system";
  out_.begin_object().key("role").string(role).key("content").begin_array();
  for (const Item& item : turn.items) write_item(item, turn, last && turn.role == ir::Role::assistant && &item == &turn.items.back());
  out_.end_array();
  if (turn.source != nullptr && own()) write_members(turn.source->extra, out_);
  out_.end_object();
}

void MessagesWriter::write_item(const Item& item, const ArrangedTurn& turn, bool ends_answer) {
  const ir::Part& part = *item.part;
  if (const auto* text = std::get_if<ir::Text>(&part.value)) {
    const bool named = turn.role == ir::Role::user && item.source != nullptr && !item.source->name.empty();
    if (named) {
      note_loss(losses_, turn_field(request_, turn.index) + ".name", rule(Field::speaker, Cause::absent));
      write_text(item.source->name + ": " + text->text, text);
    } else {
      write_text(ends_answer ? without_end_space(text->text) : std::string_view(text->text), text);
    }
  } else if (const auto* call = std::get_if<ir::ToolCall>(&part.value)) {
    write_call(item, *call);
  } else if (const auto* result = std::get_if<ir::ToolResult>(&part.value)) {
    write_result(item, *result, turn.index);
  } else if (const auto* reasoning = std::get_if<ir::Reasoning>(&part.value)) {
    write_reasoning(*reasoning);
  } else if (const auto* media = std::get_if<Media>(&part.value)) {
    write_media(*media, turn.index);
  } else if (const auto* refused = std::get_if<ir::Refusal>(&part.value)) {
    if (!is_blank(refused->text)) write_text(refused->text, nullptr);
    note_loss(losses_, turn_field(request_, turn.index) + ".refusal", rule(Field::refusal, Cause::absent));
  } else if (const auto* foreign = std::get_if<ir::Foreign>(&part.value)) {
    write_foreign(*foreign);
  }
}

void MessagesWriter::write_text(std::string_view text, const ir::Text* source) {
  out_.begin_object().key("type").string("text").key("text").string(text);
  if (source != nullptr) {
    if (own() && !source->citations.empty()) out_.key("citations").raw(source->citations);
    marks_.write(source->cache, out_);
    if (own()) write_members(source->extra, out_);
  }
  out_.end_object();
}

void MessagesWriter::write_call(const Item& item, const ir::ToolCall& call) {
  out_.begin_object().key("type").string("tool_use").key("id").string(item.id).key("name").string(item.name);
  out_.key("input").raw(call.custom ? wrap_input(call.arguments) : as_object(call.arguments));
  marks_.write(call.cache, out_);
  if (own()) write_members(call.extra, out_);
  out_.end_object();
}

void MessagesWriter::write_result(const Item& item, const ir::ToolResult& result, std::size_t turn) {
  out_.begin_object().key("type").string("tool_result").key("tool_use_id").string(item.id);
  const auto* only = result.content.size() == 1 ? std::get_if<ir::Text>(&result.content.front().value) : nullptr;
  if (only != nullptr && only->cache.empty()) {
    if (!only->text.empty()) out_.key("content").string(only->text);
  } else if (!result.content.empty()) {
    out_.key("content").begin_array();
    for (const ir::Part& part : result.content) {
      if (const auto* text = std::get_if<ir::Text>(&part.value)) {
        if (!text->text.empty()) write_text(text->text, text);
      } else if (const auto* media = std::get_if<Media>(&part.value)) {
        write_media(*media, turn);
      } else if (const auto* foreign = std::get_if<ir::Foreign>(&part.value)) {
        write_foreign(*foreign);
      }
    }
    out_.end_array();
  } else if (!result.raw.empty()) {
    out_.key("content").string(result.raw);
  }
  if (result.is_error) out_.key("is_error").boolean(true);
  marks_.write(result.cache, out_);
  out_.end_object();
}

// Byte for byte as it was issued; nothing is written that another vendor signed.
void MessagesWriter::write_reasoning(const ir::Reasoning& reasoning) {
  for (const ir::Opaque& opaque : reasoning.opaque) {
    if (opaque.origin != Format::anthropic) continue;
    const bool redacted = opaque.kind == "redacted";
    out_.begin_object().key("type").string(redacted ? "redacted_thinking" : "thinking");
    if (!redacted) out_.key("thinking").string(reasoning.text);
    out_.key(redacted ? "data" : "signature").string(opaque.bytes).end_object();
  }
}

void MessagesWriter::write_foreign(const ir::Foreign& foreign) {
  if (foreign.origin == Format::anthropic) {
    out_.raw(foreign.raw);
    return;
  }
  const std::string text = foreign_text(foreign);
  if (!is_blank(text)) write_text(text, nullptr);
}

void MessagesWriter::write_media(const Media& media, std::size_t turn) {
  if (media.kind == Media::Kind::audio) return refuse(turn, rule(Field::audio, Cause::absent));
  if (media.kind == Media::Kind::video) return refuse(turn, rule(Field::video, Cause::absent));
  const bool elsewhere =
      (media.source == Media::Source::file_id || media.source == Media::Source::raw) && media.origin != Format::anthropic;
  if (elsewhere) return refuse(turn, rule(Field::file_id, Cause::absent));
  if (!media.detail.empty() && media.detail != "auto") note_loss(losses_, "detail", rule(Field::detail, Cause::absent));
  const bool document = media.kind == Media::Kind::document;
  out_.begin_object().key("type").string(document ? "document" : "image").key("source");
  if (media.source == Media::Source::raw) {
    out_.raw(media.data);
  } else if (media.source == Media::Source::url) {
    out_.begin_object().key("type").string("url").key("url").string(media.data).end_object();
  } else if (media.source == Media::Source::file_id) {
    out_.begin_object().key("type").string("file").key("file_id").string(media.data).end_object();
  } else if (document) {
    write_document_source(media, turn);
  } else {
    write_image_source(media, turn);
  }
  if (document && !media.name.empty()) out_.key("title").string(media.name);
  marks_.write(media.cache, out_);
  if (media.origin == Format::anthropic) write_members(media.extra, out_);
  out_.end_object();
}

void MessagesWriter::write_image_source(const Media& media, std::size_t turn) {
  const std::string_view type = image_type(media.data, media.mime);
  if (!lists("image/jpeg image/png image/gif image/webp", type))
    refuse(turn, rule(Field::image, Cause::kind), "(" + std::string(type) + ")");
  out_.begin_object().key("type").string("base64").key("media_type").string(type).key("data").string(media.data).end_object();
}

void MessagesWriter::write_document_source(const Media& media, std::size_t turn) {
  out_.begin_object();
  const bool text = media.source == Media::Source::text || media.mime.compare(0, 5, "text/") == 0 || media.mime == "application/json";
  if (text) {
    std::optional<std::string> decoded = media.source == Media::Source::text ? media.data : decode_base64(media.data);
    if (!decoded) refuse(turn, rule(Field::document, Cause::broken));
    if (decoded && !json::valid_utf8(*decoded)) {
      refuse(turn, rule(Field::text_document, Cause::broken));
      decoded.reset();
    }
    out_.key("type").string("text").key("media_type").string("text/plain").key("data").string(decoded.value_or(""));
  } else {
    if (!media.mime.empty() && media.mime != "application/pdf") refuse(turn, rule(Field::document, Cause::kind), "(" + media.mime + ")");
    out_.key("type").string("base64").key("media_type").string("application/pdf").key("data").string(media.data);
  }
  out_.end_object();
}

}  // namespace omniroute::codec::anthropic
