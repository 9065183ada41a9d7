#include <algorithm>

#include "openai_responses/reading.hpp"
#include "shared/carrier.hpp"
#include "shared/field_reader.hpp"
#include "shared/media.hpp"
#include "shared/raw.hpp"

namespace omniroute::codec::responses {
namespace {

using ir::Format;
using json::At;
using json::Kind;
using json::Value;

ir::Part foreign(Value value, std::string_view type) { return {ir::Foreign{Format::openai_responses, std::string(type), compact(value)}}; }

// image_url, file_url and file_data take an address or a data URL.
void set_source(std::string_view address, ir::Media& media) {
  if (auto inline_data = parse_data_url(address)) {
    media.source = ir::Media::Source::base64;
    media.mime = std::move(inline_data->mime);
    media.data = std::move(inline_data->base64);
    return;
  }
  media.source = ir::Media::Source::url;
  media.data = address;
}

Result<ir::Part> read_image(const At& part) {
  ir::Media media;
  media.origin = Format::openai_responses;
  const Value url = part.value().find("image_url");
  const Value file = part.value().find("file_id");
  media.detail = part.value().find("detail").text();
  if (url.is(Kind::string)) {
    set_source(url.text(), media);
  } else if (url.is(Kind::object)) {  // chat's spelling
    set_source(url.find("url").text(), media);
  } else if (file.is(Kind::string)) {
    media.source = ir::Media::Source::file_id;
    media.data = file.text();
  } else {
    return At(part, "image_url").error("is required");
  }
  return ir::Part{std::move(media)};
}

Result<ir::Part> read_file(const At& part) {
  ir::Media media;
  media.kind = ir::Media::Kind::document;
  media.origin = Format::openai_responses;
  media.name = part.value().find("filename").text();
  const Value data = part.value().find("file_data");
  const Value url = part.value().find("file_url");
  const Value file = part.value().find("file_id");
  if (data.is(Kind::string)) {
    set_source(data.text(), media);
    if (media.source == ir::Media::Source::url) {  // bare base64
      media.source = ir::Media::Source::base64;
      media.mime = mime_of_name(media.name);
      if (media.mime.empty()) media.mime = "application/pdf";
    }
  } else if (url.is(Kind::string)) {
    set_source(url.text(), media);
  } else if (file.is(Kind::string)) {
    media.source = ir::Media::Source::file_id;
    media.data = file.text();
  } else {
    return part.error("needs file_data, file_url or file_id");
  }
  if (media.source == ir::Media::Source::url) media.mime = mime_of_name(media.data);
  if (media.mime.starts_with("image/")) media.kind = ir::Media::Kind::image;
  if (media.mime.starts_with("audio/")) media.kind = ir::Media::Kind::audio;
  return ir::Part{std::move(media)};
}

Result<ir::Part> read_audio(const At& part) {
  const Value audio = part.value().find("input_audio");
  if (!audio.is(Kind::object)) return At(part, "input_audio").error("is required");
  ir::Media media;
  media.kind = ir::Media::Kind::audio;
  media.origin = Format::openai_responses;
  media.format = audio.find("format").text();
  media.mime = "audio/" + media.format;
  media.data = audio.find("data").text();
  return ir::Part{std::move(media)};
}

/// Gathers items into turns.
class ItemReader {
 public:
  explicit ItemReader(ir::ChatRequest& request) : request_(request) {}
  Status read(const At& item);

 private:
  Status read_message(const At& item);
  Status read_system(const At& item, std::vector<ir::Part> parts, bool developer);
  Result<std::vector<ir::Part>> read_content(const At& content);
  Status read_call(const At& item, bool custom);
  Status read_output(const At& item, bool custom);
  void read_native_call(const At& item, const NativeTool& tool);
  Status read_native_output(const At& item, const NativeTool& tool);
  Status read_reasoning(const At& item);
  Status read_additional_tools(const At& item);

  ir::Turn& assistant();
  ir::Turn& results();
  void add_assistant(ir::Part part) { assistant().parts.push_back(std::move(part)); }

  ir::ChatRequest& request_;
  bool leading_ = true;                    // only system text so far
  std::vector<std::string> native_calls_;  // call ids of built-in tools that the client ran
};

ir::Turn& ItemReader::assistant() {
  leading_ = false;
  if (request_.turns.empty() || request_.turns.back().role != ir::Role::assistant) {
    ir::Turn turn;
    turn.role = ir::Role::assistant;
    request_.turns.push_back(std::move(turn));
  }
  return request_.turns.back();
}

ir::Turn& ItemReader::results() {
  leading_ = false;
  const auto only_results = [](const ir::Turn& turn) {
    return turn.role == ir::Role::user && !turn.parts.empty() && std::holds_alternative<ir::ToolResult>(turn.parts.front().value);
  };
  if (request_.turns.empty() || !only_results(request_.turns.back())) request_.turns.emplace_back();
  return request_.turns.back();
}

Result<std::vector<ir::Part>> ItemReader::read_content(const At& content) {
  std::vector<ir::Part> parts;
  if (content.absent()) return parts;
  if (content.value().is(Kind::string)) {
    ir::Text text;
    text.text = content.value().text();
    parts.push_back({std::move(text)});
    return parts;
  }
  if (!content.value().is(Kind::array)) return content.error("must be a string or an array of parts");
  std::size_t index = 0;
  for (const Value value : content.value()) {
    auto part = read_content_part(At(content, value, index++));
    if (!part) return part.error();
    parts.push_back(*std::move(part));
  }
  return parts;
}

Status ItemReader::read_system(const At& item, std::vector<ir::Part> parts, bool developer) {
  std::string extra = members_except(item.value(), "type role content");
  if (!leading_) {
    ir::Turn turn;
    turn.role = ir::Role::system;
    turn.developer = developer;
    turn.extra = std::move(extra);
    turn.parts = std::move(parts);
    request_.turns.push_back(std::move(turn));
    return {};
  }
  bool first = true;
  for (ir::Part& part : parts) {
    auto* text = std::get_if<ir::Text>(&part.value);
    if (text == nullptr) return At(item, "content").error("may hold only text for this role");
    text->developer = developer;
    text->continues = !first;
    if (first) text->extra = extra;
    first = false;
    request_.system.push_back(std::move(part));
  }
  return {};
}

Status ItemReader::read_message(const At& item) {
  auto role = At(item, "role").required_text();
  if (!role) return role.error();
  const At content(item, "content");
  auto parts = read_content(content);
  if (!parts) return parts.error();
  if (*role == "system" || *role == "developer") return read_system(item, *std::move(parts), *role == "developer");
  std::string extra = members_except(item.value(), "type role content");
  if (*role == "assistant") {
    for (ir::Part& part : *parts) {
      if (auto* text = std::get_if<ir::Text>(&part.value)) text->extra = extra;
      add_assistant(std::move(part));
    }
    return {};
  }
  if (*role != "user") return At(item, "role").error("must be user, assistant, system or developer");
  leading_ = false;
  ir::Turn turn;
  turn.extra = std::move(extra);
  turn.parts = *std::move(parts);
  request_.turns.push_back(std::move(turn));
  return {};
}

Status ItemReader::read_call(const At& item, bool custom) {
  ir::ToolCall call;
  auto id = At(item, "call_id").text();
  if (!id) return id.error();
  auto name = At(item, "name").required_text();
  if (!name) return name.error();
  const At arguments(item, custom ? "input" : "arguments");
  call.id = id->value_or("");
  call.name = *std::move(name);
  call.custom = custom;
  call.arguments = arguments.value().is(Kind::string) ? std::string(arguments.value().text()) : compact(arguments.value());
  call.name_space = item.value().find("namespace").text();
  call.item_id = item.value().find("id").text();
  call.extra = members_except(item.value(), "type id call_id name arguments input namespace status");
  add_assistant({std::move(call)});
  return {};
}

Status ItemReader::read_output(const At& item, bool custom) {
  ir::ToolResult result;
  auto id = At(item, "call_id").required_text();
  if (!id) return id.error();
  result.call_id = *std::move(id);
  result.custom = custom;
  const At output(item, "output");
  if (output.value().is(Kind::object) || output.value().is(Kind::number) || output.value().is(Kind::boolean)) {
    ir::Text text;
    text.text = compact(output.value());
    result.content.push_back({std::move(text)});
  } else {
    auto parts = read_content(output);
    if (!parts) return parts.error();
    result.content = *std::move(parts);
  }
  results().parts.push_back({std::move(result)});
  return {};
}

void ItemReader::read_native_call(const At& item, const NativeTool& tool) {
  const Value value = item.value();
  const std::string_view environment = value.find("environment").find("type").text();
  const std::string_view id = value.find("call_id").text();
  const bool by_client = environment.empty() || environment == "local";
  if (id.empty() || !by_client || value.find("execution").text() == "server") {
    add_assistant(foreign(value, tool.call));
    return;
  }
  ir::ToolCall call;
  call.id = id;
  call.name = tool.name;
  call.native = tool.name;
  call.item_id = value.find("id").text();
  const Value action = value.find(tool.action);
  call.arguments = action.is(Kind::string) ? std::string(action.text()) : compact(action);
  call.raw = compact(value);
  native_calls_.push_back(call.id);
  add_assistant({std::move(call)});
}

Status ItemReader::read_native_output(const At& item, const NativeTool& tool) {
  const Value value = item.value();
  const std::string_view given = value.find("call_id").text();
  const std::string_view id = given.empty() ? value.find("id").text() : given;
  const bool by_client = std::find(native_calls_.begin(), native_calls_.end(), id) != native_calls_.end();
  const At tools(item, "tools");
  if (tool.name == "tool_search" && !tools.absent()) {
    if (Status status = read_tools(tools, true, request_); !status) return status;
  }
  if (!by_client) {
    add_assistant(foreign(value, tool.output));
    return {};
  }
  ir::ToolResult result;
  result.call_id = id;
  result.name = tool.name;
  result.native = tool.name;
  result.raw = compact(value);
  const Value output = value.find(tool.name == "tool_search" ? "tools" : "output");
  ir::Text text;
  text.text = output.is(Kind::string) ? std::string(output.text()) : compact(output);
  if (output.absent()) text.text = value.find("status").text();
  result.is_error = value.find("status").text() == "failed";
  result.content.push_back({std::move(text)});
  results().parts.push_back({std::move(result)});
  return {};
}

Status ItemReader::read_reasoning(const At& item) {
  const std::string id(item.value().find("id").text());
  std::vector<ir::Reasoning> parts;
  const auto take = [&](const char* member, bool summary) -> Status {
    const At list(item, member);
    if (auto wrong = list.wrong(Kind::array)) return *std::move(wrong);
    for (const Value value : list.value()) {
      ir::Reasoning part;
      part.text = value.find("text").text();
      part.summary = summary;
      part.id = id;
      parts.push_back(std::move(part));
    }
    return {};
  };
  if (Status status = take("summary", true); !status) return status;
  if (Status status = take("content", false); !status) return status;
  if (parts.empty()) {
    ir::Reasoning empty;
    empty.summary = true;
    empty.id = id;
    parts.push_back(std::move(empty));
  }
  if (const std::string_view bytes = item.value().find("encrypted_content").text(); !bytes.empty()) {
    if (auto wrapped = unwrap_opaque(bytes)) {
      if (!wrapped->opaque.bytes.empty()) parts.back().opaque.push_back(std::move(wrapped->opaque));
    } else {
      parts.back().opaque.push_back({Format::openai_responses, "encrypted", std::string(bytes)});
    }
  }
  for (ir::Reasoning& part : parts) add_assistant({std::move(part)});
  return {};
}

// The item stays in its place for its own format; what it declares counts for every other one.
Status ItemReader::read_additional_tools(const At& item) {
  if (Status status = read_tools(At(item, "tools"), true, request_); !status) return status;
  ir::Turn turn;
  turn.role = ir::Role::system;
  ir::Part part = foreign(item.value(), "additional_tools");
  std::get<ir::Foreign>(part.value).carried = true;
  turn.parts.push_back(std::move(part));
  request_.turns.push_back(std::move(turn));
  return {};
}

Status ItemReader::read(const At& item) {
  if (!item.value().is(Kind::object)) return item.error("must be an object");
  auto type = At(item, "type").text();
  if (!type) return type.error();
  if (!*type && item.value().find("role")) *type = "message";
  if (!*type) return At(item, "type").error("is required");
  const std::string& kind = **type;
  if (kind == "message") return read_message(item);
  if (kind == "reasoning") return read_reasoning(item);
  if (kind == "function_call") return read_call(item, false);
  if (kind == "custom_tool_call") return read_call(item, true);
  if (kind == "function_call_output") return read_output(item, false);
  if (kind == "custom_tool_call_output") return read_output(item, true);
  if (kind == "additional_tools") return read_additional_tools(item);
  if (const NativeTool* tool = native_tool(kind)) {
    if (kind == tool->output) return read_native_output(item, *tool);
    if (kind == tool->call) {
      read_native_call(item, *tool);
      return {};
    }
  }
  add_assistant(foreign(item.value(), kind));
  return {};
}

}  // namespace

Result<ir::Part> read_content_part(const At& part) {
  if (!part.value().is(Kind::object)) return part.error("must be an object");
  auto type = At(part, "type").required_text();
  if (!type) return type.error();
  if (*type == "input_text" || *type == "output_text" || *type == "text") {
    auto words = At(part, "text").required_text();
    if (!words) return words.error();
    ir::Text text;
    text.text = *std::move(words);
    const Value notes = part.value().find("annotations");
    if (notes.size() > 0) text.citations = compact(notes);
    return ir::Part{std::move(text)};
  }
  if (*type == "refusal") return ir::Part{ir::Refusal{std::string(part.value().find("refusal").text())}};
  if (*type == "input_image") return read_image(part);
  if (*type == "input_file") return read_file(part);
  if (*type == "input_audio") return read_audio(part);
  return foreign(part.value(), *type);
}

Status read_input(const At& input, ir::ChatRequest& request) {
  if (input.absent()) return {};
  ItemReader reader(request);
  if (input.value().is(Kind::string)) {
    ir::Turn turn;
    ir::Text text;
    text.text = input.value().text();
    turn.parts.push_back({std::move(text)});
    request.turns.push_back(std::move(turn));
    return {};
  }
  if (!input.value().is(Kind::array)) return input.error("must be a string or an array of items");
  std::size_t index = 0;
  for (const Value value : input.value()) {
    if (Status status = reader.read(At(input, value, index++)); !status) return status;
  }
  return {};
}

}  // namespace omniroute::codec::responses
