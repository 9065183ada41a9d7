#include <algorithm>
#include <unordered_set>

#include "omniroute/json/document.hpp"
#include "shared/history.hpp"

namespace omniroute::codec {
namespace {

// Claude Code keeps deferred loading alive with a tool that must never be called.
constexpr std::string_view placeholder_name = "DeferredToolPlaceholder";

void collect_names(json::Value value, std::unordered_set<std::string>& names) {
  for (auto it = value.begin(); it != value.end(); ++it) {
    if (value.is(json::Kind::object) && it.key() == "tool_name") names.emplace((*it).text());
    collect_names(*it, names);
  }
  // {type: tool_addition, tool: {type: tool_reference, name}}
  if (value.find("type").text() == "tool_reference" && value.find("name").is(json::Kind::string)) names.emplace(value.find("name").text());
}

void referenced(const std::vector<ir::Part>& parts, std::unordered_set<std::string>& names) {
  json::Document document;
  for (const ir::Part& part : parts) {
    if (const auto* result = std::get_if<ir::ToolResult>(&part.value)) referenced(result->content, names);
    const auto* foreign = std::get_if<ir::Foreign>(&part.value);
    const bool refers = foreign != nullptr && foreign->raw.find("tool_reference") != std::string::npos;
    if (refers && document.parse(foreign->raw)) collect_names(document.root(), names);
  }
}

bool searched_by_vendor(const ir::ChatRequest& request) {
  return std::any_of(request.hosted_tools.begin(), request.hosted_tools.end(),
                     [](const ir::HostedTool& tool) { return tool.type.find("tool_search") != std::string::npos; });
}

}  // namespace

std::vector<const ir::Tool*> offered_tools(const ir::ChatRequest& request, Format target) {
  const bool any_deferred = std::any_of(request.tools.begin(), request.tools.end(), [](const ir::Tool& tool) { return tool.deferred; });
  const bool all = !any_deferred || target == request.origin || searched_by_vendor(request);
  std::unordered_set<std::string> wanted;
  if (!all)
    for (const ir::Turn& turn : request.turns) referenced(turn.parts, wanted);
  std::vector<const ir::Tool*> out;
  std::unordered_set<std::string> seen;
  for (const ir::Tool& tool : request.tools) {
    const bool placeholder = tool.deferred && tool.name == placeholder_name && target != request.origin;
    const bool hidden = placeholder || (!all && tool.deferred && wanted.count(tool.name) == 0);
    if (!hidden && seen.insert(tool.name_space + '\n' + tool.name).second) out.push_back(&tool);
  }
  return out;
}

std::string foreign_text(const ir::Foreign& foreign) {
  json::Document document;
  if (!document.parse(foreign.raw)) return {};
  const json::Value root = document.root();
  if (foreign.type == "tool_reference") return "[Tool loaded: " + std::string(root.find("tool_name").text()) + "]";
  if (foreign.type != "search_result") return {};
  std::string out(root.find("title").text());
  const std::string_view source = root.find("source").text();
  if (!source.empty()) out.append(out.empty() ? "" : " ").append("(").append(source).append(")");
  const json::Value content = root.find("content");
  for (auto it = content.begin(); it != content.end(); ++it) out.append(out.empty() ? "" : "\n").append((*it).find("text").text());
  return out;
}

}  // namespace omniroute::codec
