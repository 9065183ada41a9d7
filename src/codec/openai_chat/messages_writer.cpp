#include <utility>

#include "openai_chat/losses.hpp"
#include "openai_chat/request_writer.hpp"
#include "shared/arguments.hpp"
#include "shared/field_reader.hpp"
#include "shared/media.hpp"

namespace omniroute::codec::chat {
namespace {

using ir::Media;

HistoryRules rules_for(const ir::ChatRequest& request, const Target& target) {
  const bool own = request.origin == Format::openai_chat;
  const bool echoes = own || target.reasoning_content;
  HistoryRules rules;
  rules.some_turn = request.system.empty();
  rules.user_last = !own;
  rules.losses = chat::loss_table;
  rules.refuses = [echoes](const ir::Part& part, ir::Role /*role*/) -> const LossRule* {
    if (const auto* reasoning = std::get_if<ir::Reasoning>(&part.value)) {
      if (reasoning->text.empty() || !echoes) return &rule(Field::reasoning, Cause::absent);
    }
    const auto* foreign = std::get_if<ir::Foreign>(&part.value);
    if (foreign == nullptr || foreign->origin == Format::openai_chat) return nullptr;
    if (foreign->carried) return &silently;
    return foreign_text(*foreign).empty() ? &rule(Field::own_part, Cause::vendor) : nullptr;
  };
  return rules;
}

std::string document_text(const Media& media) { return media.name.empty() ? media.data : media.name + ":\n" + media.data; }

}  // namespace

MessagesWriter::MessagesWriter(const ir::ChatRequest& request, const Target& target, Losses& losses, json::Writer& out)
    : request_(request), target_(target), losses_(losses), out_(out) {}

bool MessagesWriter::marks() const noexcept { return own() || target_.cache_marks; }

Status MessagesWriter::write() {
  const History history = arrange(request_, rules_for(request_, target_), losses_);
  out_.key("messages").begin_array();
  if (own()) {
    write_system_of_chat();
  } else {
    write_system();
  }
  for (const ArrangedTurn& turn : history.turns) {
    switch (turn.role) {
      case ir::Role::system: write_system_turn(turn); break;
      case ir::Role::user: write_user(turn); break;
      case ir::Role::assistant: write_assistant(turn); break;
    }
  }
  out_.end_array();
  if (!own()) note_members(losses_, request_, chat::loss_table);
  if (error_) return *std::move(error_);
  return {};
}

void MessagesWriter::refuse(std::size_t turn, const LossRule& rule) {
  if (!error_) error_ = refusal(turn_field(request_, turn), rule);
}

void MessagesWriter::write_cache(std::string_view cache) {
  if (cache.empty()) return;
  if (marks()) {
    out_.key("cache_control").raw(cache);
  } else {
    note_loss(losses_, request_, rule(Field::cache_mark, Cause::absent));
  }
}

void MessagesWriter::write_extra(const ArrangedTurn& turn) {
  if (turn.source == nullptr || turn.source->extra.empty()) return;
  if (own()) write_members(turn.source->extra, out_);
}

// One message: many servers take no second system message and no list of parts there.
void MessagesWriter::write_system() {
  std::string joined;
  std::vector<const ir::Part*> kept;
  bool marked = false;
  for (const ir::Part& part : request_.system) {
    const auto* text = std::get_if<ir::Text>(&part.value);
    if (text == nullptr || text->text.empty()) continue;
    if (is_billing_line(text->text)) {
      note_loss(losses_, request_, rule(Field::system, Cause::vendor));
      continue;
    }
    marked = marked || !text->cache.empty();
    joined.append(joined.empty() ? "" : "\n").append(text->text);
    kept.push_back(&part);
  }
  if (kept.empty()) return;
  out_.begin_object().key("role").string(target_.developer_role && target_.reasoning ? "developer" : "system").key("content");
  if (marked && marks()) {
    write_parts(kept, 0);
  } else {
    out_.string(joined);
    if (marked) note_loss(losses_, request_, rule(Field::cache_mark, Cause::absent));
  }
  out_.end_object();
}

// From chat to chat each message stays one.
void MessagesWriter::write_system_of_chat() {
  for (std::size_t n = 0; n < request_.system.size();) {
    std::vector<const ir::Part*> parts{&request_.system[n]};
    const auto* first = std::get_if<ir::Text>(&request_.system[n].value);
    const auto continues = [this](std::size_t at) {
      const auto* text = std::get_if<ir::Text>(&request_.system[at].value);
      return text != nullptr && text->continues;
    };
    for (++n; n < request_.system.size() && continues(n); ++n) parts.push_back(&request_.system[n]);
    const bool developer = first != nullptr && first->developer && target_.developer_role;
    out_.begin_object().key("role").string(developer ? "developer" : "system").key("content");
    if (parts.size() == 1 && first != nullptr && first->cache.empty()) {
      out_.string(first->text);
    } else {
      write_parts(parts, 0);
    }
    out_.end_object();
  }
}

void MessagesWriter::write_system_turn(const ArrangedTurn& turn) {
  const bool developer = turn.source != nullptr && turn.source->developer && target_.developer_role;
  std::string joined;
  for (const Item& item : turn.items)
    if (const auto* text = std::get_if<ir::Text>(&item.part->value)) joined.append(joined.empty() ? "" : "\n").append(text->text);
  if (joined.empty()) return;
  out_.begin_object().key("role").string(developer ? "developer" : "system").key("content").string(joined);
  write_extra(turn);
  out_.end_object();
}

void MessagesWriter::write_user(const ArrangedTurn& turn) {
  write_results(turn);
  std::vector<const ir::Part*> parts;
  for (const Item& item : turn.items)
    if (!std::holds_alternative<ir::ToolResult>(item.part->value)) parts.push_back(item.part);
  if (parts.empty()) return;
  out_.begin_object().key("role").string("user").key("content");
  const auto* only = parts.size() == 1 ? std::get_if<ir::Text>(&parts.front()->value) : nullptr;
  if (only != nullptr && (only->cache.empty() || !marks())) {
    out_.string(only->text);
    if (!only->cache.empty()) note_loss(losses_, request_, rule(Field::cache_mark, Cause::absent));
  } else {
    write_parts(parts, turn.index);
  }
  if (turn.source != nullptr && !turn.source->name.empty()) out_.key("name").string(turn.source->name);
  write_extra(turn);
  out_.end_object();
}

// Tool messages hold text only; what else the results hold follows the last of them in a message of the user's.
void MessagesWriter::write_results(const ArrangedTurn& turn) {
  std::vector<const ir::Part*> media;
  for (const Item& item : turn.items) {
    const auto* result = std::get_if<ir::ToolResult>(&item.part->value);
    if (result == nullptr) continue;
    write_result(item, *result);
    for (const ir::Part& part : result->content)
      if (const auto* file = std::get_if<Media>(&part.value); file != nullptr && file->source != Media::Source::text)
        media.push_back(&part);
  }
  if (media.empty()) return;
  out_.begin_object().key("role").string("user").key("content");
  write_parts(media, turn.index);
  out_.end_object();
}

void MessagesWriter::write_result(const Item& item, const ir::ToolResult& result) {
  std::string text;
  bool marked = false;
  for (const ir::Part& part : result.content) {
    const auto* words = std::get_if<ir::Text>(&part.value);
    const auto* foreign = std::get_if<ir::Foreign>(&part.value);
    const auto* media = std::get_if<Media>(&part.value);
    if (words != nullptr) {
      text.append(words->text);
      marked = marked || !words->cache.empty();
    } else if (foreign != nullptr) {
      text.append(text.empty() ? "" : "\n").append(foreign_text(*foreign));
    } else if (media != nullptr && media->source == Media::Source::text) {
      text.append(text.empty() ? "" : "\n").append(document_text(*media));
    }
  }
  if (result.content.empty()) text = result.raw;
  out_.begin_object().key("role").string("tool").key("tool_call_id").string(item.id).key("content");
  if (marked && marks()) {
    std::vector<const ir::Part*> texts;
    for (const ir::Part& part : result.content)
      if (std::holds_alternative<ir::Text>(part.value)) texts.push_back(&part);
    write_parts(texts, 0);
  } else {
    out_.string(text);
  }
  if (own()) write_cache(result.cache);
  if (result.is_error && !own() && item.source != nullptr) note_loss(losses_, "is_error", rule(Field::error_mark, Cause::absent));
  out_.end_object();
}

void MessagesWriter::write_assistant(const ArrangedTurn& turn) {
  std::string text;
  std::string refusal;
  std::string reasoning;
  std::vector<const ir::Part*> texts;
  bool marked = false;
  bool calls = false;
  for (const Item& item : turn.items) {
    if (const auto* words = std::get_if<ir::Text>(&item.part->value)) {
      text.append(words->text);
      texts.push_back(item.part);
      marked = marked || !words->cache.empty();
    } else if (const auto* refused = std::get_if<ir::Refusal>(&item.part->value)) {
      refusal.append(refused->text);
    } else if (const auto* thoughts = std::get_if<ir::Reasoning>(&item.part->value)) {
      reasoning.append(thoughts->text);
    } else if (const auto* foreign = std::get_if<ir::Foreign>(&item.part->value)) {
      text.append(foreign->origin == Format::openai_chat ? std::string() : foreign_text(*foreign));
    } else if (std::holds_alternative<ir::ToolCall>(item.part->value)) {
      calls = true;
    } else if (std::holds_alternative<Media>(item.part->value)) {
      note_loss(losses_, turn_field(request_, turn.index), rule(Field::answer_media, Cause::absent));
    }
  }
  out_.begin_object().key("role").string("assistant").key("content");
  if (marked && marks()) {
    write_parts(texts, turn.index);
  } else if (text.empty() && (calls || !refusal.empty())) {
    out_.null();
  } else {
    out_.string(text);
  }
  if (!refusal.empty()) out_.key("refusal").string(refusal);
  if (!reasoning.empty()) out_.key("reasoning_content").string(reasoning);
  if (turn.source != nullptr && !turn.source->name.empty()) out_.key("name").string(turn.source->name);
  if (calls) {
    out_.key("tool_calls").begin_array();
    for (const Item& item : turn.items)
      if (const auto* call = std::get_if<ir::ToolCall>(&item.part->value)) write_call(item, *call);
    out_.end_array();
  }
  write_extra(turn);
  out_.end_object();
}

void MessagesWriter::write_call(const Item& item, const ir::ToolCall& call) {
  const bool custom = call.custom && target_.custom_tools;
  out_.begin_object().key("id").string(item.id).key("type").string(custom ? "custom" : "function");
  out_.key(custom ? "custom" : "function").begin_object().key("name").string(item.name);
  if (custom) {
    out_.key("input").string(call.arguments);
  } else {
    out_.key("arguments").string(call.custom ? wrap_input(call.arguments) : std::string(as_text(call.arguments)));
  }
  out_.end_object();
  if (own()) write_members(call.extra, out_);
  out_.end_object();
}

void MessagesWriter::write_parts(const std::vector<const ir::Part*>& parts, std::size_t turn) {
  out_.begin_array();
  for (const ir::Part* part : parts) {
    if (const auto* text = std::get_if<ir::Text>(&part->value)) {
      write_text(*text);
    } else if (const auto* media = std::get_if<Media>(&part->value)) {
      write_media(*media, turn);
    } else if (const auto* foreign = std::get_if<ir::Foreign>(&part->value)) {
      if (foreign->origin == Format::openai_chat) {
        out_.raw(foreign->raw);
      } else {
        out_.begin_object().key("type").string("text").key("text").string(foreign_text(*foreign)).end_object();
      }
    }
  }
  out_.end_array();
}

void MessagesWriter::write_text(const ir::Text& text) {
  out_.begin_object().key("type").string("text").key("text").string(text.text);
  write_cache(text.cache);
  out_.end_object();
}

void MessagesWriter::write_media(const Media& media, std::size_t turn) {
  const bool placed = media.source == Media::Source::base64 || media.source == Media::Source::url || media.source == Media::Source::text;
  const bool own_file = own() && media.source == Media::Source::file_id && media.kind == Media::Kind::document;
  if (!placed && !own_file) return refuse(turn, rule(Field::file_id, Cause::absent));
  if (media.kind == Media::Kind::document) return write_document(media, turn);
  if (media.kind == Media::Kind::audio) {
    if (media.source != Media::Source::base64) return refuse(turn, rule(Field::audio, Cause::kind));
    const bool wave = media.format == "wav" || media.mime.find("wav") != std::string::npos;
    out_.begin_object().key("type").string("input_audio").key("input_audio").begin_object().key("data").string(media.data);
    out_.key("format").string(!media.format.empty() ? media.format : wave ? "wav" : "mp3").end_object();
    write_cache(media.cache);
    out_.end_object();
    return;
  }
  const std::string_view type = media.kind == Media::Kind::video ? "video_url" : "image_url";
  if (media.kind == Media::Kind::video && !own()) note_loss(losses_, turn_field(request_, turn), rule(Field::video, Cause::absent));
  out_.begin_object().key("type").string(type).key(type).begin_object();
  out_.key("url").string(media.source == Media::Source::url ? media.data
                                                            : data_url(media.mime.empty() ? "image/png" : media.mime, media.data));
  if (!media.detail.empty()) out_.key("detail").string(media.detail);
  out_.end_object();
  write_cache(media.cache);
  out_.end_object();
}

void MessagesWriter::write_document(const Media& media, std::size_t turn) {
  if (media.source == Media::Source::text) {
    if (!own()) note_loss(losses_, turn_field(request_, turn), rule(Field::text_document, Cause::absent));
    out_.begin_object().key("type").string("text").key("text").string(document_text(media));
    write_cache(media.cache);
    out_.end_object();
    return;
  }
  if (own() && media.format == "document_url" && media.source == Media::Source::url) {
    out_.begin_object().key("type").string(media.format).key(media.format).string(media.data).end_object();
    return;
  }
  out_.begin_object().key("type").string("file").key("file").begin_object();
  if (media.source == Media::Source::file_id) {
    out_.key("file_id").string(media.data);
  } else {
    const std::string mime = media.mime.empty() ? "application/pdf" : media.mime;
    if (!media.name.empty() || media.source == Media::Source::base64)
      out_.key("filename").string(media.name.empty() ? "document.pdf" : media.name);
    out_.key("file_data").string(media.source == Media::Source::url ? media.data : data_url(mime, media.data));
    if (media.source == Media::Source::url && !own())
      note_loss(losses_, turn_field(request_, turn), rule(Field::document_url, Cause::absent));
  }
  out_.end_object();
  write_cache(media.cache);
  out_.end_object();
}

}  // namespace omniroute::codec::chat
