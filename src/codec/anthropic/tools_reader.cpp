#include "anthropic/request_reader.hpp"

namespace omniroute::codec::anthropic {
namespace {

using json::At;
using json::Kind;
using Mode = ir::ToolChoice::Mode;

void read_tool(const At& at, ir::ChatRequest& request, FieldReader& fields) {
  if (!fields.needs(at, Kind::object)) return;
  std::string type;
  fields.text(At(at, "type"), type);
  if (!type.empty() && type != "custom") {
    ir::HostedTool hosted;
    hosted.origin = ir::Format::anthropic;
    fields.text(At(at, "name"), hosted.name);
    hosted.type = std::move(type);
    hosted.raw = at.value().raw();
    request.hosted_tools.push_back(std::move(hosted));
    return;
  }
  ir::Tool tool;
  if (fields.needs(At(at, "name"), Kind::string)) fields.text(At(at, "name"), tool.name);
  fields.text(At(at, "description"), tool.description);
  if (fields.has(At(at, "input_schema"), Kind::object)) fields.raw(At(at, "input_schema"), tool.schema);
  fields.boolean(At(at, "strict"), tool.strict);
  fields.boolean(At(at, "defer_loading"), tool.deferred);
  fields.raw(At(at, "cache_control"), tool.cache);
  tool.extra = members_except(at.value(), "type name description input_schema strict defer_loading cache_control");
  request.tools.push_back(std::move(tool));
}

}  // namespace

void read_tools(const At& root, ir::ChatRequest& request, FieldReader& fields) {
  const At tools(root, "tools");
  if (fields.has(tools, Kind::array)) {
    std::size_t index = 0;
    for (auto it = tools.value().begin(); it != tools.value().end() && !fields.failed(); ++it)
      read_tool(At(tools, *it, index++), request, fields);
  }
  const At choice(root, "tool_choice");
  if (!fields.has(choice, Kind::object)) return;
  std::string type;
  fields.text(At(choice, "type"), type);
  if (type == "auto") {
    request.tool_choice.mode = Mode::automatic;
  } else if (type == "any") {
    request.tool_choice.mode = Mode::required;
  } else if (type == "none") {
    request.tool_choice.mode = Mode::none;
  } else if (type == "tool") {
    request.tool_choice.mode = Mode::one;
    if (fields.needs(At(choice, "name"), Kind::string)) request.tool_choice.names.emplace_back(At(choice, "name").value().text());
  } else {
    fields.fail(At(choice, "type"), "Input should be 'auto', 'any', 'tool' or 'none'");
  }
  std::optional<bool> one_by_one;
  fields.boolean(At(choice, "disable_parallel_tool_use"), one_by_one);
  if (one_by_one) request.parallel_tools = !*one_by_one;
}

}  // namespace omniroute::codec::anthropic
