#include <utility>

#include "anthropic/request_reader.hpp"
#include "anthropic/request_writer.hpp"
#include "shared/carrier.hpp"

namespace omniroute::codec::anthropic {
namespace {

using json::At;
using json::Kind;

void read_content(const At& content, std::vector<ir::Part>& out, FieldReader& fields);

void read_text(const At& block, std::vector<ir::Part>& out, FieldReader& fields) {
  ir::Text text;
  if (fields.needs(At(block, "text"), Kind::string)) fields.text(At(block, "text"), text.text);
  fields.raw(At(block, "cache_control"), text.cache);
  fields.raw(At(block, "citations"), text.citations);
  text.extra = members_except(block.value(), "type text cache_control citations");
  out.push_back(ir::Part{std::move(text)});
}

void read_media(const At& block, ir::Media::Kind kind, std::vector<ir::Part>& out, FieldReader& fields) {
  ir::Media media;
  media.kind = kind;
  media.origin = ir::Format::anthropic;
  fields.raw(At(block, "cache_control"), media.cache);
  fields.text(At(block, "title"), media.name);
  media.extra = members_except(block.value(), "type source title cache_control");
  const At source(block, "source");
  if (!fields.needs(source, Kind::object)) return;
  std::string type;
  fields.text(At(source, "type"), type);
  fields.text(At(source, "media_type"), media.mime);
  if (type == "base64" || type == "text") {
    media.source = type == "text" ? ir::Media::Source::text : ir::Media::Source::base64;
    if (fields.needs(At(source, "data"), Kind::string)) fields.text(At(source, "data"), media.data);
  } else if (type == "url") {
    media.source = ir::Media::Source::url;
    if (fields.needs(At(source, "url"), Kind::string)) fields.text(At(source, "url"), media.data);
  } else if (type == "file") {
    media.source = ir::Media::Source::file_id;
    if (fields.needs(At(source, "file_id"), Kind::string)) fields.text(At(source, "file_id"), media.data);
  } else {
    media.source = ir::Media::Source::raw;
    fields.raw(source, media.data);
  }
  out.push_back(ir::Part{std::move(media)});
}

void read_call(const At& block, std::vector<ir::Part>& out, FieldReader& fields) {
  ir::ToolCall call;
  if (fields.needs(At(block, "id"), Kind::string)) fields.text(At(block, "id"), call.id);
  if (fields.needs(At(block, "name"), Kind::string)) fields.text(At(block, "name"), call.name);
  fields.raw(At(block, "input"), call.arguments);
  fields.raw(At(block, "cache_control"), call.cache);
  call.extra = members_except(block.value(), "type id name input cache_control");
  out.push_back(ir::Part{std::move(call)});
}

void read_result(const At& block, std::vector<ir::Part>& out, FieldReader& fields) {
  ir::ToolResult result;
  if (fields.needs(At(block, "tool_use_id"), Kind::string)) fields.text(At(block, "tool_use_id"), result.call_id);
  fields.boolean(At(block, "is_error"), result.is_error);
  fields.raw(At(block, "cache_control"), result.cache);
  read_content(At(block, "content"), result.content, fields);
  out.push_back(ir::Part{std::move(result)});
}

// Bytes of another vendor that went to this client in our wrapping come home as what they were.
void take_opaque(std::string_view bytes, std::string_view own_kind, ir::Reasoning& reasoning) {
  if (bytes.empty()) return;
  if (auto found = unwrap_opaque(bytes)) {
    reasoning.id = std::move(found->item_id);
    if (!found->opaque.bytes.empty()) reasoning.opaque.push_back(std::move(found->opaque));
    return;
  }
  reasoning.opaque.push_back({ir::Format::anthropic, std::string(own_kind), std::string(bytes)});
}

void read_thinking(const At& block, bool redacted, std::vector<ir::Part>& out, FieldReader& fields) {
  ir::Reasoning reasoning;
  std::string bytes;
  fields.text(At(block, redacted ? "data" : "signature"), bytes);
  if (!redacted) fields.text(At(block, "thinking"), reasoning.text);
  take_opaque(bytes, redacted ? "redacted" : "signature", reasoning);
  out.push_back(ir::Part{std::move(reasoning)});
}

void read_block(const At& block, std::vector<ir::Part>& out, FieldReader& fields) {
  if (!fields.needs(block, Kind::object) || !fields.needs(At(block, "type"), Kind::string)) return;
  const std::string_view type = At(block, "type").value().text();
  if (type == "text") return read_text(block, out, fields);
  if (type == "tool_use") return read_call(block, out, fields);
  if (type == "tool_result") return read_result(block, out, fields);
  if (type == "thinking" || type == "redacted_thinking") return read_thinking(block, type != "thinking", out, fields);
  if (type == "image") return read_media(block, ir::Media::Kind::image, out, fields);
  if (type == "document") return read_media(block, ir::Media::Kind::document, out, fields);
  ir::Foreign foreign;
  foreign.origin = ir::Format::anthropic;
  foreign.type = type;
  foreign.raw = block.value().raw();
  out.push_back(ir::Part{std::move(foreign)});
}

void read_content(const At& content, std::vector<ir::Part>& out, FieldReader& fields) {
  if (content.absent()) return;
  if (content.value().is(Kind::string)) {
    ir::Text text;
    text.text = content.value().text();
    out.push_back(ir::Part{std::move(text)});
    return;
  }
  if (!content.value().is(Kind::array)) return fields.fail(content, "Input should be a valid string or list of content blocks");
  std::size_t index = 0;
  for (auto it = content.value().begin(); it != content.value().end() && !fields.failed(); ++it)
    read_block(At(content, *it, index++), out, fields);
}

// A thought signature of Gemini's travels in an empty thinking block before the part it belongs to.
void join_signatures(std::vector<ir::Part>& parts) {
  for (std::size_t n = 0; n + 1 < parts.size(); ++n) {
    auto* reasoning = std::get_if<ir::Reasoning>(&parts[n].value);
    const bool lone = reasoning != nullptr && reasoning->text.empty() && reasoning->opaque.size() == 1 &&
                      reasoning->opaque.front().origin == ir::Format::gemini;
    if (!lone) continue;
    auto* call = std::get_if<ir::ToolCall>(&parts[n + 1].value);
    auto* text = std::get_if<ir::Text>(&parts[n + 1].value);
    if (call == nullptr && text == nullptr) continue;
    (call != nullptr ? call->opaque : text->opaque) = std::move(reasoning->opaque.front());
    parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(n));
  }
}

}  // namespace

void read_messages(const At& messages, ir::ChatRequest& request, FieldReader& fields) {
  if (messages.value().size() == 0) fields.fail(messages, "at least one message is required");
  std::size_t index = 0;
  for (auto it = messages.value().begin(); it != messages.value().end() && !fields.failed(); ++it) {
    const At message(messages, *it, index++);
    if (!fields.needs(message, Kind::object) || !fields.needs(At(message, "role"), Kind::string)) return;
    const std::string_view role = At(message, "role").value().text();
    ir::Turn turn;
    if (role == "assistant") {
      turn.role = ir::Role::assistant;
    } else if (role == "system") {
      turn.role = ir::Role::system;
    } else if (role != "user") {
      return fields.fail(At(message, "role"), "Input should be 'user', 'assistant' or 'system'");
    }
    if (At(message, "content").absent()) return fields.fail(At(message, "content"), "Field required");
    read_content(At(message, "content"), turn.parts, fields);
    if (turn.role == ir::Role::assistant) join_signatures(turn.parts);
    turn.extra = members_except(message.value(), "role content");
    request.turns.push_back(std::move(turn));
  }
}

void read_system(const At& system, ir::ChatRequest& request, FieldReader& fields) {
  if (system.absent()) return;
  if (system.value().is(Kind::string)) {
    ir::Text text;
    text.text = system.value().text();
    request.system.push_back(ir::Part{std::move(text)});
    return;
  }
  if (!system.value().is(Kind::array)) return fields.fail(system, "Input should be a valid string or list of text blocks");
  std::size_t index = 0;
  for (auto it = system.value().begin(); it != system.value().end(); ++it) {
    const At block(system, *it, index++);
    if (fields.needs(block, Kind::object)) read_text(block, request.system, fields);
  }
  if (request.system.empty()) return;
  const auto* last = std::get_if<ir::Text>(&request.system.back().value);
  if (last == nullptr || last->text != json_wish) return;
  request.system.pop_back();
  request.output.kind = ir::OutputFormat::Kind::json;
}

}  // namespace omniroute::codec::anthropic
