#include <utility>

#include "openai_chat/request_reader.hpp"
#include "shared/media.hpp"

namespace omniroute::codec::chat {
namespace {

using json::At;
using json::Kind;
using json::Value;

std::string_view kind_of(Value part) { return part.find("type").text(); }

ir::Part foreign(Value part) {
  ir::Foreign out;
  out.type = kind_of(part);
  out.raw = part.raw();
  return ir::Part{std::move(out)};
}

// A URL in any of its homes: data: becomes base64, everything else stays an address.
void take_url(std::string_view url, ir::Media& media) {
  if (auto data = parse_data_url(url)) {
    media.source = ir::Media::Source::base64;
    media.mime = std::move(data->mime);
    media.data = std::move(data->base64);
    return;
  }
  media.source = ir::Media::Source::url;
  media.data = url;
  media.mime = mime_of_name(url);
}

// {url, detail} or, as some clients write it, the URL itself.
void read_url(const At& at, ir::Media& media, FieldReader& fields) {
  if (at.value().is(Kind::string)) return take_url(at.value().text(), media);
  if (!fields.needs(at, Kind::object)) return;
  const At url(at, "url");
  if (fields.needs(url, Kind::string)) take_url(url.value().text(), media);
  fields.text(At(at, "detail"), media.detail);
}

void read_audio(const At& at, ir::Media& media, FieldReader& fields) {
  if (!fields.needs(at, Kind::object)) return;
  media.kind = ir::Media::Kind::audio;
  fields.text(At(at, "data"), media.data);
  fields.text(At(at, "format"), media.format);
  if (auto data = parse_data_url(media.data)) media.data = std::move(data->base64);
  media.mime = media.format == "mp3" ? "audio/mpeg" : "audio/" + media.format;
}

void read_file(const At& at, ir::Media& media, FieldReader& fields) {
  if (!fields.needs(at, Kind::object)) return;
  media.kind = ir::Media::Kind::document;
  fields.text(At(at, "filename"), media.name);
  const At data(at, "file_data");
  if (fields.has(data, Kind::string)) {
    take_url(data.value().text(), media);
    // Bare base64 without the data: head is seen too.
    if (media.source == ir::Media::Source::url && media.data.find("://") == std::string::npos) media.source = ir::Media::Source::base64;
    if (media.mime.empty()) media.mime = mime_of_name(media.name);
  } else if (fields.has(At(at, "file_url"), Kind::string)) {
    take_url(At(at, "file_url").value().text(), media);
  } else {
    media.source = ir::Media::Source::file_id;
    fields.text(At(at, "file_id"), media.data);
  }
}

void read_part(const At& at, std::vector<ir::Part>& out, FieldReader& fields) {
  const Value part = at.value();
  if (part.is(Kind::string)) {
    ir::Text text;
    text.text = part.text();
    out.push_back(ir::Part{std::move(text)});
    return;
  }
  if (!fields.needs(at, Kind::object)) return;
  const std::string_view type = kind_of(part);
  if (type == "text" || type == "input_text" || type == "output_text" || (type.empty() && part.find("text").is(Kind::string))) {
    ir::Text text;
    fields.text(At(at, "text"), text.text);
    fields.raw(At(at, "cache_control"), text.cache);
    out.push_back(ir::Part{std::move(text)});
    return;
  }
  if (type == "refusal") {
    ir::Refusal refusal;
    fields.text(At(at, "refusal"), refusal.text);
    out.push_back(ir::Part{std::move(refusal)});
    return;
  }
  ir::Media media;
  media.origin = ir::Format::openai_chat;
  fields.raw(At(at, "cache_control"), media.cache);
  if (type == "image_url" || type == "input_image") {
    read_url(At(at, "image_url"), media, fields);
  } else if (type == "input_audio") {
    read_audio(At(at, "input_audio"), media, fields);
  } else if (type == "file") {
    read_file(At(at, "file"), media, fields);
  } else if (type == "document_url") {
    media.kind = ir::Media::Kind::document;
    media.format = type;
    read_url(At(at, "document_url"), media, fields);
  } else if (type == "video_url") {
    media.kind = ir::Media::Kind::video;
    read_url(At(at, "video_url"), media, fields);
  } else {
    if (type.empty()) fields.fail(At(at, "type"), "is required");
    out.push_back(foreign(part));
    return;
  }
  out.push_back(ir::Part{std::move(media)});
}

void read_reasoning(const At& message, std::vector<ir::Part>& out, FieldReader& fields) {
  ir::Reasoning reasoning;
  for (const std::string_view key : {"reasoning_content", "reasoning"})
    if (reasoning.text.empty() && At(message, key).value().is(Kind::string)) fields.text(At(message, key), reasoning.text);
  if (!reasoning.text.empty()) out.push_back(ir::Part{std::move(reasoning)});
}

void read_arguments(const At& at, std::string& out, FieldReader& fields) {
  if (at.absent()) return;
  // Some clients send an object where the format has a string: serialise it once.
  if (at.value().is(Kind::string)) {
    out = at.value().text();
  } else {
    fields.raw(at, out);
  }
}

void read_call(const At& at, std::vector<ir::Part>& out, FieldReader& fields) {
  if (!fields.needs(at, Kind::object)) return;
  ir::ToolCall call;
  fields.text(At(at, "id"), call.id);
  const At custom(at, "custom");
  const At function(at, "function");
  const bool named = !custom.value().find("name").text().empty();  // some servers send both members, the one that is not meant empty
  if (fields.has(custom, Kind::object) && (named || function.absent())) {
    call.custom = true;
    fields.text(At(custom, "name"), call.name);
    fields.text(At(custom, "input"), call.arguments);
  } else if (fields.needs(function, Kind::object)) {
    if (fields.needs(At(function, "name"), Kind::string)) fields.text(At(function, "name"), call.name);
    read_arguments(At(function, "arguments"), call.arguments, fields);
  }
  call.extra = members_except(at.value(), "id type function custom index");
  out.push_back(ir::Part{std::move(call)});
}

void read_calls(const At& message, std::vector<ir::Part>& out, FieldReader& fields) {
  const At calls(message, "tool_calls");
  if (fields.has(calls, Kind::array)) {
    std::size_t index = 0;
    for (auto it = calls.value().begin(); it != calls.value().end(); ++it) read_call(At(calls, *it, index++), out, fields);
  }
  const At old(message, "function_call");
  if (fields.has(old, Kind::object)) {
    ir::ToolCall call;
    fields.text(At(old, "name"), call.name);
    read_arguments(At(old, "arguments"), call.arguments, fields);
    out.push_back(ir::Part{std::move(call)});
  }
}

void read_result(const At& message, std::string_view role, ir::Turn& turn, FieldReader& fields) {
  ir::ToolResult result;
  if (role == "tool" && fields.needs(At(message, "tool_call_id"), Kind::string)) fields.text(At(message, "tool_call_id"), result.call_id);
  fields.text(At(message, "name"), result.name);
  fields.raw(At(message, "cache_control"), result.cache);
  read_content(At(message, "content"), result.content, fields);
  turn.parts.push_back(ir::Part{std::move(result)});
  turn.extra = members_except(message.value(), "role content tool_call_id name cache_control");
}

void read_leading_system(const At& message, bool developer, ir::ChatRequest& request, FieldReader& fields) {
  std::vector<ir::Part> parts;
  read_content(At(message, "content"), parts, fields);
  bool first = true;
  for (ir::Part& part : parts) {
    auto* text = std::get_if<ir::Text>(&part.value);
    if (text == nullptr) {
      fields.fail(At(message, "content"), "may hold text only in a system message");
      return;
    }
    text->developer = developer;
    text->continues = !std::exchange(first, false);
    request.system.push_back(std::move(part));
  }
}

}  // namespace

void read_content(const At& content, std::vector<ir::Part>& out, FieldReader& fields) {
  if (content.absent()) return;
  if (content.value().is(Kind::string)) {
    ir::Text text;
    text.text = content.value().text();
    out.push_back(ir::Part{std::move(text)});
    return;
  }
  if (!content.value().is(Kind::array)) return fields.fail(content, "must be a string or an array of parts");
  std::size_t index = 0;
  for (auto it = content.value().begin(); it != content.value().end(); ++it) read_part(At(content, *it, index++), out, fields);
}

void read_messages(const At& messages, ir::ChatRequest& request, FieldReader& fields) {
  if (messages.value().size() == 0) fields.fail(messages, "must hold at least one message");
  bool leading = true;
  std::size_t index = 0;
  for (auto it = messages.value().begin(); it != messages.value().end() && !fields.failed(); ++it) {
    const At message(messages, *it, index++);
    if (!fields.needs(message, Kind::object) || !fields.needs(At(message, "role"), Kind::string)) return;
    const std::string_view role = At(message, "role").value().text();
    const bool system = role == "system" || role == "developer";
    leading = leading && system;
    if (leading) {
      read_leading_system(message, role == "developer", request, fields);
      continue;
    }
    ir::Turn turn;
    if (role == "tool" || role == "function") {
      read_result(message, role, turn, fields);
    } else if (system || role == "user" || role == "assistant") {
      turn.role = system ? ir::Role::system : role == "user" ? ir::Role::user : ir::Role::assistant;
      turn.developer = role == "developer";
      fields.text(At(message, "name"), turn.name);
      if (role == "assistant") read_reasoning(message, turn.parts, fields);
      read_content(At(message, "content"), turn.parts, fields);
      std::string refusal;
      fields.text(At(message, "refusal"), refusal);
      if (!refusal.empty()) turn.parts.push_back(ir::Part{ir::Refusal{std::move(refusal)}});
      if (role == "assistant") read_calls(message, turn.parts, fields);
      turn.extra = members_except(message.value(), "role content name refusal tool_calls function_call reasoning_content reasoning");
    } else {
      fields.fail(At(message, "role"), "must be one of system, developer, user, assistant, tool, function");
    }
    request.turns.push_back(std::move(turn));
  }
}

}  // namespace omniroute::codec::chat
