#include <algorithm>

#include "gemini/losses.hpp"
#include "gemini/request_writer.hpp"
#include "omniroute/json/document.hpp"
#include "shared/arguments.hpp"
#include "shared/field_reader.hpp"
#include "shared/media.hpp"

namespace omniroute::codec::gemini {
namespace {

using ir::Media;

// Ids are free here, but other vendors' forms of them are kept in bounds.
constexpr NameRule call_id{128, Charset::printable};

const ir::Opaque* own_bytes(const std::vector<ir::Opaque>& opaque) noexcept {
  const auto it = std::find_if(opaque.begin(), opaque.end(),
                               [](const ir::Opaque& each) { return each.origin == Format::gemini && !each.bytes.empty(); });
  return it == opaque.end() ? nullptr : &*it;
}

std::string_view own_bytes(const std::optional<ir::Opaque>& opaque) noexcept {
  return opaque && opaque->origin == Format::gemini ? std::string_view(opaque->bytes) : std::string_view();
}

const LossRule* refuses(const ir::Part& part) {
  if (const auto* reasoning = std::get_if<ir::Reasoning>(&part.value)) {
    const bool says = !reasoning->text.empty() || own_bytes(reasoning->opaque) != nullptr;
    return says ? nullptr : &rule(Field::reasoning, Cause::absent);
  }
  const auto* foreign = std::get_if<ir::Foreign>(&part.value);
  if (foreign == nullptr || foreign->origin == Format::gemini) return nullptr;
  if (foreign->carried) return &silently;
  return foreign_text(*foreign).empty() ? &rule(Field::own_part, Cause::vendor) : nullptr;
}

bool is_result(const Item& item) noexcept { return std::holds_alternative<ir::ToolResult>(item.part->value); }

// Everything behind the last thing the user said is the current turn.
std::size_t current_turn(const History& history) noexcept {
  for (std::size_t n = history.turns.size(); n > 0; --n) {
    const ArrangedTurn& turn = history.turns[n - 1];
    if (turn.role == ir::Role::user && std::any_of(turn.items.begin(), turn.items.end(), [](const Item& item) { return !is_result(item); }))
      return n;
  }
  return 0;
}

}  // namespace

ContentsWriter::ContentsWriter(const ir::ChatRequest& request, const ModelTraits& traits, Losses& losses, json::Writer& out)
    : request_(request), traits_(traits), losses_(losses), out_(out) {}

HistoryRules ContentsWriter::rules() const {
  HistoryRules rules;
  rules.target = Format::gemini;
  rules.call_id = call_id;
  rules.tool_name = gemini_tool_name;
  rules.merge_runs = true;
  rules.user_first = !own();
  rules.empty_text = own();
  rules.user_last = !own();
  rules.call_order = true;
  rules.system_turns = false;
  rules.losses = loss_table;
  rules.refuses = [](const ir::Part& part, ir::Role /*role*/) { return refuses(part); };
  return rules;
}

Status ContentsWriter::write(std::string_view added) {
  const History history = arrange(request_, rules(), losses_);
  write_system(added);
  const std::size_t current = current_turn(history);
  out_.key("contents").begin_array();
  for (std::size_t n = 0; n < history.turns.size(); ++n) write_turn(history.turns[n], n >= current);
  out_.end_array();
  if (!own()) note_members(losses_, request_, loss_table);
  if (error_) return *std::move(error_);
  return {};
}

void ContentsWriter::note_cache(std::string_view cache) {
  if (!cache.empty()) note_loss(losses_, request_, rule(Field::cache_mark, Cause::absent));
}

void ContentsWriter::write_system(std::string_view added) {
  std::vector<std::string_view> texts;
  for (const ir::Part& part : request_.system) {
    const auto* text = std::get_if<ir::Text>(&part.value);
    if (text == nullptr || text->text.empty()) continue;
    note_cache(text->cache);
    if (is_billing_line(text->text))
      note_loss(losses_, request_, rule(Field::system, Cause::vendor));
    else
      texts.push_back(text->text);
  }
  if (!added.empty()) texts.push_back(added);
  if (texts.empty()) return;
  out_.key("systemInstruction").begin_object().key("parts").begin_array();
  for (const std::string_view text : texts) out_.begin_object().key("text").string(text).end_object();
  out_.end_array().end_object();
}

void ContentsWriter::write_turn(const ArrangedTurn& turn, bool current) {
  const bool model = turn.role == ir::Role::assistant;
  out_.begin_object().key("role").string(model ? "model" : "user").key("parts").begin_array();
  if (model)
    write_model_parts(turn, current);
  else
    write_user_parts(turn);
  out_.end_array().end_object();
}

// A signature without a text of its own that stands before a call belongs to it: formats that cannot hold it on the call
// carry it there.
void ContentsWriter::write_model_parts(const ArrangedTurn& turn, bool current) {
  bool first_call = true;
  std::string_view waiting;
  const auto flush = [&] {
    if (!waiting.empty()) write_text({}, false, waiting);
    waiting = {};
  };
  for (const Item& item : turn.items) {
    if (const auto* reasoning = std::get_if<ir::Reasoning>(&item.part->value)) {
      flush();
      const ir::Opaque* bytes = own_bytes(reasoning->opaque);
      if (bytes == nullptr && !reasoning->opaque.empty())
        note_loss(losses_, turn_field(request_, turn.index), rule(Field::reasoning, Cause::vendor));
      if (reasoning->text.empty())
        waiting = bytes->bytes;
      else
        write_text(reasoning->text, true, bytes == nullptr ? std::string_view() : std::string_view(bytes->bytes));
      continue;
    }
    const auto* call = std::get_if<ir::ToolCall>(&item.part->value);
    if (call == nullptr) {
      flush();
      write_other(item, turn.index);
      continue;
    }
    std::string_view signature = own_bytes(call->opaque);
    if (signature.empty()) signature = std::exchange(waiting, {});
    flush();
    const bool unsigned_first = signature.empty() && first_call && current && traits_.signs;
    write_call(item, *call, unsigned_first ? bypass_signature : signature);
    first_call = false;
  }
  flush();
}

void ContentsWriter::write_user_parts(const ArrangedTurn& turn) {
  std::vector<const Media*> media;
  for (const Item& item : turn.items) {
    const auto* result = std::get_if<ir::ToolResult>(&item.part->value);
    if (result == nullptr) continue;
    write_result(item, *result, turn.index);
    for (const ir::Part& part : result->content)
      if (const auto* each = std::get_if<Media>(&part.value)) media.push_back(each);
  }
  // Models that take none inside a result get them right behind the results.
  for (const Media* each : media)
    if (!traits_.result_parts) write_media(*each, turn.index);
  for (const Item& item : turn.items)
    if (!is_result(item)) write_other(item, turn.index);
}

void ContentsWriter::write_text(std::string_view text, bool thought, std::string_view signature) {
  out_.begin_object().key("text").string(text);
  if (thought) out_.key("thought").boolean(true);
  if (!signature.empty()) out_.key("thoughtSignature").string(signature);
  out_.end_object();
}

void ContentsWriter::write_call(const Item& item, const ir::ToolCall& call, std::string_view signature) {
  note_cache(call.cache);
  out_.begin_object().key("functionCall").begin_object();
  if (!call.id.empty()) out_.key("id").string(item.id);
  out_.key("name").string(item.name).key("args").raw(call.custom ? wrap_input(call.arguments) : as_object(call.arguments)).end_object();
  if (!signature.empty()) out_.key("thoughtSignature").string(signature);
  out_.end_object();
}

void ContentsWriter::write_response(const ir::ToolResult& result) {
  if (own() && !result.raw.empty()) {
    out_.raw(result.raw);
    return;
  }
  std::string text;
  for (const ir::Part& part : result.content) {
    if (const auto* words = std::get_if<ir::Text>(&part.value)) text += words->text;
    if (const auto* foreign = std::get_if<ir::Foreign>(&part.value)) text.append(text.empty() ? "" : "\n").append(foreign_text(*foreign));
  }
  json::Document document;
  const bool object = !result.is_error && document.parse(text) && document.root().is(json::Kind::object);
  if (object)
    out_.raw(text);
  else
    out_.begin_object().key(result.is_error ? "error" : "output").string(text).end_object();
}

void ContentsWriter::write_result(const Item& item, const ir::ToolResult& result, std::size_t turn) {
  note_cache(result.cache);
  const bool media = std::any_of(result.content.begin(), result.content.end(),
                                 [](const ir::Part& part) { return std::holds_alternative<Media>(part.value); });
  out_.begin_object().key("functionResponse").begin_object();
  if (!result.call_id.empty()) out_.key("id").string(item.id);
  out_.key("name").string(item.name).key("response");
  write_response(result);
  if (media && traits_.result_parts) {
    out_.key("parts").begin_array();
    for (const ir::Part& part : result.content)
      if (const auto* each = std::get_if<Media>(&part.value)) write_media(*each, turn);
    out_.end_array();
  }
  out_.end_object().end_object();
}

void ContentsWriter::write_other(const Item& item, std::size_t turn) {
  const ir::Part& part = *item.part;
  if (const auto* text = std::get_if<ir::Text>(&part.value)) {
    note_cache(text->cache);
    const bool named = item.source != nullptr && !item.source->name.empty();
    if (named) note_loss(losses_, turn_field(request_, turn) + ".name", rule(Field::speaker, Cause::absent));
    write_text(named ? item.source->name + ": " + text->text : text->text, false, own_bytes(text->opaque));
  } else if (const auto* media = std::get_if<Media>(&part.value)) {
    write_media(*media, turn);
  } else if (const auto* refused = std::get_if<ir::Refusal>(&part.value)) {
    write_text(refused->text, false, {});
    note_loss(losses_, turn_field(request_, turn) + ".refusal", rule(Field::refusal, Cause::absent));
  } else if (const auto* foreign = std::get_if<ir::Foreign>(&part.value)) {
    if (foreign->origin == Format::gemini)
      out_.raw(foreign->raw);
    else
      write_text(foreign_text(*foreign), false, {});
  }
}

void ContentsWriter::write_media(const Media& media, std::size_t turn) {
  using Source = Media::Source;
  note_cache(media.cache);
  if (media.source == Source::raw || (media.source == Source::file_id && media.origin != Format::gemini)) {
    if (!error_) error_ = refusal(turn_field(request_, turn), rule(Field::file_id, Cause::absent));
    return;
  }
  if (!media.detail.empty() && media.detail != "auto") note_loss(losses_, "detail", rule(Field::detail, Cause::absent));
  if (!media.name.empty()) note_loss(losses_, "filename", rule(Field::file_name, Cause::absent));
  const bool by_address = media.source == Source::url || media.source == Source::file_id;
  const bool image = media.kind == Media::Kind::image && media.source == Source::base64 && !own();
  std::string mime(image ? image_type(media.data, media.mime) : std::string_view(media.mime));
  if (mime.empty() && by_address) mime = mime_of_name(media.data);
  if (mime.empty()) {
    switch (media.kind) {
      case Media::Kind::image: mime = "image/jpeg"; break;
      case Media::Kind::audio: mime = media.format.empty() ? "audio/wav" : "audio/" + media.format; break;
      case Media::Kind::video: mime = "video/mp4"; break;
      case Media::Kind::document: mime = media.source == Source::text ? "text/plain" : "application/pdf"; break;
    }
  }
  out_.begin_object().key(by_address ? "fileData" : "inlineData").begin_object().key("mimeType").string(mime);
  if (by_address)
    out_.key("fileUri").string(media.data);
  else
    out_.key("data").string(media.source == Source::text ? encode_base64(media.data) : media.data);
  out_.end_object();
  if (own()) write_members(media.extra, out_);
  if (const std::string_view signature = own_bytes(media.opaque); !signature.empty()) out_.key("thoughtSignature").string(signature);
  out_.end_object();
}

}  // namespace omniroute::codec::gemini
