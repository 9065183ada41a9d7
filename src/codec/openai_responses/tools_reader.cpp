#include "openai_responses/reading.hpp"
#include "shared/field_reader.hpp"
#include "shared/raw.hpp"

namespace omniroute::codec::responses {
namespace {

using json::At;
using json::Kind;

struct Scope {
  std::string_view name_space;
  std::string_view about;
  bool in_item = false;
};

Status read_tool(const At& at, const Scope& scope, ir::ChatRequest& request);

// A function or a free-text tool. Names repeat when a search loads what was declared before: the first one stays.
Status read_named(const At& at, const Scope& scope, bool custom, ir::ChatRequest& request) {
  ir::Tool tool;
  auto name = At(at, "name").required_text();
  if (!name) return name.error();
  auto description = At(at, "description").text();
  if (!description) return description.error();
  auto strict = At(at, "strict").boolean();
  if (!strict) return strict.error();
  auto deferred = At(at, "defer_loading").boolean();
  if (!deferred) return deferred.error();
  const At parameters(at, "parameters");
  if (auto wrong = parameters.wrong(Kind::object)) return *std::move(wrong);
  tool.name = *std::move(name);
  tool.description = description->value_or("");
  tool.strict = *strict;
  tool.deferred = deferred->value_or(false);
  tool.custom = custom;
  tool.name_space = scope.name_space;
  tool.name_space_about = scope.about;
  tool.in_item = scope.in_item;
  if (!parameters.absent()) tool.schema = compact(parameters.value());
  if (custom) tool.custom_format = compact(at.value().find("format"));
  tool.extra = members_except(at.value(), "type name description parameters strict format defer_loading");
  for (const ir::Tool& known : request.tools)
    if (known.name == tool.name && known.name_space == tool.name_space) return {};
  request.tools.push_back(std::move(tool));
  return {};
}

Status read_namespace(const At& at, bool in_item, ir::ChatRequest& request) {
  auto name = At(at, "name").required_text();
  if (!name) return name.error();
  auto about = At(at, "description").text();
  if (!about) return about.error();
  const At tools(at, "tools");
  if (auto wrong = tools.wrong(Kind::array)) return *std::move(wrong);
  const std::string about_text = about->value_or("");
  std::size_t index = 0;
  for (const json::Value value : tools.value()) {
    if (Status status = read_tool(At(tools, value, index++), {*name, about_text, in_item}, request); !status) return status;
  }
  return {};
}

// A tool that the client runs goes to other formats as a function; a hosted one stays the vendor's.
void read_hosted(const At& at, std::string_view type, bool in_item, ir::ChatRequest& request) {
  ir::HostedTool hosted;
  hosted.origin = ir::Format::openai_responses;
  hosted.type = type;
  hosted.raw = compact(at.value());
  const NativeTool* native = native_tool(type);
  const bool by_client = native != nullptr && (type != "tool_search" || at.value().find("execution").text() == "client");
  const std::string_view environment = at.value().find("environment").find("type").text();
  if (by_client && (environment.empty() || environment == "local")) {
    hosted.carried = true;
    ir::Tool tool;
    tool.name = native->name;
    tool.native = native->name;
    tool.in_item = in_item;
    const std::string_view description = at.value().find("description").text();
    tool.description = description.empty() ? native->description : description;
    const json::Value parameters = at.value().find("parameters");
    tool.schema = parameters.is(Kind::object) ? compact(parameters) : std::string(native->schema);
    request.tools.push_back(std::move(tool));
  }
  if (!in_item) request.hosted_tools.push_back(std::move(hosted));
}

Status read_tool(const At& at, const Scope& scope, ir::ChatRequest& request) {
  if (!at.value().is(Kind::object)) return at.error("must be an object");
  auto type = At(at, "type").required_text();
  if (!type) return type.error();
  if (*type == "function") return read_named(at, scope, false, request);
  if (*type == "custom") return read_named(at, scope, true, request);
  if (*type == "namespace") return read_namespace(at, scope.in_item, request);
  read_hosted(at, *type, scope.in_item, request);
  return {};
}

Status read_allowed(const At& choice, ir::ToolChoice& out) {
  out.mode = ir::ToolChoice::Mode::subset;
  out.subset_required = choice.value().find("mode").text() == "required";
  const At tools(choice, "tools");
  if (auto wrong = tools.wrong(Kind::array)) return *std::move(wrong);
  std::size_t index = 0;
  bool nameless = false;
  for (const json::Value value : tools.value()) {
    auto name = At(At(tools, value, index++), "name").text();
    if (!name) return name.error();
    if (*name) {
      out.names.push_back(**std::move(name));
    } else {
      nameless = true;
    }
  }
  if (nameless) out.raw = compact(choice.value());
  return {};
}

}  // namespace

Status read_tools(const At& tools, bool in_item, ir::ChatRequest& request) {
  if (auto wrong = tools.wrong(Kind::array)) return *std::move(wrong);
  std::size_t index = 0;
  for (const json::Value value : tools.value()) {
    if (Status status = read_tool(At(tools, value, index++), {{}, {}, in_item}, request); !status) return status;
  }
  return {};
}

Status read_tool_choice(const At& choice, ir::ChatRequest& request) {
  using Mode = ir::ToolChoice::Mode;
  ir::ToolChoice& out = request.tool_choice;
  if (choice.absent()) return {};
  if (choice.value().is(Kind::string)) {
    const std::string_view word = choice.value().text();
    if (word == "auto")
      out.mode = Mode::automatic;
    else if (word == "none")
      out.mode = Mode::none;
    else if (word == "required")
      out.mode = Mode::required;
    else
      return choice.error("must be \"auto\", \"none\", \"required\" or an object");
    return {};
  }
  if (auto wrong = choice.wrong(Kind::object)) return *std::move(wrong);
  const std::string_view type = choice.value().find("type").text();
  if (type == "allowed_tools") return read_allowed(choice, out);
  out.mode = Mode::one;
  if (type == "function" || type == "custom") {
    auto name = At(choice, "name").required_text();
    if (!name) return name.error();
    out.names.push_back(*std::move(name));
    out.custom = type == "custom";
    return {};
  }
  // A hosted tool, or a built-in one that other formats know as a function.
  if (const NativeTool* native = native_tool(type)) out.names.emplace_back(native->name);
  out.raw = compact(choice.value());
  return {};
}

}  // namespace omniroute::codec::responses
