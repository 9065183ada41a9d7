#include "openai_chat/request_reader.hpp"

namespace omniroute::codec::chat {
namespace {

using json::At;
using json::Kind;
using Mode = ir::ToolChoice::Mode;

void read_function(const At& function, ir::Tool& tool, FieldReader& fields) {
  if (fields.needs(At(function, "name"), Kind::string)) fields.text(At(function, "name"), tool.name);
  fields.text(At(function, "description"), tool.description);
  const At parameters(function, "parameters");
  if (fields.has(parameters, Kind::object)) fields.raw(parameters, tool.schema);
  fields.boolean(At(function, "strict"), tool.strict);
}

void read_tool(const At& at, ir::ChatRequest& request, FieldReader& fields) {
  if (!fields.needs(at, Kind::object)) return;
  std::string type;
  fields.text(At(at, "type"), type);
  ir::Tool tool;
  if (type == "custom") {
    const At custom(at, "custom");
    if (!fields.needs(custom, Kind::object)) return;
    tool.custom = true;
    if (fields.needs(At(custom, "name"), Kind::string)) fields.text(At(custom, "name"), tool.name);
    fields.text(At(custom, "description"), tool.description);
    fields.raw(At(custom, "format"), tool.custom_format);
  } else if (type == "function" || (type.empty() && !At(at, "function").absent())) {
    if (!fields.needs(At(at, "function"), Kind::object)) return;
    read_function(At(at, "function"), tool, fields);
  } else {
    if (type.empty()) return fields.fail(At(at, "type"), "is required");
    ir::HostedTool hosted;
    hosted.origin = ir::Format::openai_chat;
    hosted.type = std::move(type);
    hosted.raw = at.value().raw();
    request.hosted_tools.push_back(std::move(hosted));
    return;
  }
  fields.raw(At(at, "cache_control"), tool.cache);
  tool.extra = members_except(at.value(), "type function custom cache_control");
  request.tools.push_back(std::move(tool));
}

// {type: allowed_tools, allowed_tools: {mode, tools: [{type, function: {name}}]}}
void read_subset(const At& at, ir::ToolChoice& choice, FieldReader& fields) {
  choice.mode = Mode::subset;
  std::string mode;
  fields.text(At(at, "mode"), mode);
  choice.subset_required = mode == "required";
  const At tools(at, "tools");
  std::size_t index = 0;
  for (auto it = tools.value().begin(); it != tools.value().end(); ++it) {
    const At tool(tools, *it, index++);
    std::string name;
    fields.text(At(At(tool, "function"), "name"), name);
    if (name.empty()) fields.text(At(At(tool, "custom"), "name"), name);
    if (!name.empty()) choice.names.push_back(std::move(name));
  }
}

void read_choice(const At& at, ir::ToolChoice& choice, FieldReader& fields) {
  if (at.absent()) return;
  if (at.value().is(Kind::string)) {
    const std::string_view word = at.value().text();
    if (word == "auto") {
      choice.mode = Mode::automatic;
    } else if (word == "none") {
      choice.mode = Mode::none;
    } else if (word == "required" || word == "any") {
      choice.mode = Mode::required;
    } else {
      fields.fail(at, "must be none, auto, required or an object");
    }
    return;
  }
  if (!fields.has(at, Kind::object)) return;
  std::string type;
  std::string name;
  fields.text(At(at, "type"), type);
  if (type == "allowed_tools") return read_subset(At(at, "allowed_tools"), choice, fields);
  choice.custom = type == "custom";
  fields.text(At(At(at, choice.custom ? "custom" : "function"), "name"), name);
  if (name.empty()) fields.text(At(at, "name"), name);  // the form of older functions and of Responses
  if (name.empty()) {
    choice.raw = at.value().raw();
    return;
  }
  choice.mode = Mode::one;
  choice.names.push_back(std::move(name));
}

}  // namespace

void read_tools(const At& root, ir::ChatRequest& request, FieldReader& fields) {
  const At tools(root, "tools");
  if (fields.has(tools, Kind::array)) {
    std::size_t index = 0;
    for (auto it = tools.value().begin(); it != tools.value().end(); ++it) read_tool(At(tools, *it, index++), request, fields);
  }
  const At functions(root, "functions");
  if (fields.has(functions, Kind::array)) {
    std::size_t index = 0;
    for (auto it = functions.value().begin(); it != functions.value().end(); ++it) {
      const At function(functions, *it, index++);
      if (!fields.needs(function, Kind::object)) return;
      ir::Tool tool;
      read_function(function, tool, fields);
      request.tools.push_back(std::move(tool));
    }
  }
  read_choice(At(root, "tool_choice"), request.tool_choice, fields);
  if (request.tool_choice.mode == Mode::unset) read_choice(At(root, "function_call"), request.tool_choice, fields);
}

}  // namespace omniroute::codec::chat
