#include "openai_responses/reading.hpp"
#include "openai_responses/writing.hpp"
#include "shared/field_reader.hpp"
#include "shared/history.hpp"
#include "shared/ids.hpp"
#include "shared/schema.hpp"

namespace omniroute::codec::responses {
namespace {

using ir::Format;

void write_tool(const ir::Tool& tool, bool own, json::Writer& out) {
  out.begin_object()
      .key("type")
      .string(tool.custom ? "custom" : "function")
      .key("name")
      .string(wire_tool_name({}, tool.name, responses_tool_name));
  if (!tool.description.empty()) out.key("description").string(tool.description);
  if (tool.custom) {
    if (!tool.custom_format.empty()) out.key("format").raw(tool.custom_format);
  } else {
    // The service leans to strict where nothing is said, and refuses most schemas then.
    if (tool.strict || !own) out.key("strict").boolean(tool.strict.value_or(false));
    if (!own)
      out.key("parameters").raw(object_schema(tool.schema));
    else if (!tool.schema.empty())
      out.key("parameters").raw(tool.schema);
  }
  if (own && tool.deferred) out.key("defer_loading").boolean(true);
  if (own) write_members(tool.extra, out);
  out.end_object();
}

bool has_hosted(const ir::ChatRequest& request) {
  for (const ir::HostedTool& hosted : request.hosted_tools)
    if (hosted.origin == Format::openai_responses) return true;
  return false;
}

void write_named(const ir::ChatRequest& request, std::string_view name, bool custom, json::Writer& out) {
  const ir::Tool* tool = nullptr;
  for (const ir::Tool& each : request.tools)
    if (each.name == name) tool = &each;
  if (tool != nullptr && !tool->native.empty()) {
    out.begin_object().key("type").string(tool->native).end_object();
    return;
  }
  const bool free_text = custom || (tool != nullptr && tool->custom);
  out.begin_object().key("type").string(free_text ? "custom" : "function");
  out.key("name").string(wire_tool_name({}, name, responses_tool_name)).end_object();
}

}  // namespace

void write_tools(const ir::ChatRequest& request, json::Writer& out) {
  const bool own = request.origin == Format::openai_responses;
  std::vector<const ir::Tool*> tools;
  for (const ir::Tool* tool : offered_tools(request, Format::openai_responses))
    if (!tool->in_item && tool->native.empty()) tools.push_back(tool);
  if (tools.empty() && !has_hosted(request)) return;
  out.key("tools").begin_array();
  for (std::size_t n = 0; n < tools.size();) {
    const std::string& space = tools[n]->name_space;
    if (space.empty()) {
      write_tool(*tools[n++], own, out);
      continue;
    }
    out.begin_object().key("type").string("namespace").key("name").string(space);
    out.key("description").string(tools[n]->name_space_about).key("tools").begin_array();
    while (n < tools.size() && tools[n]->name_space == space) write_tool(*tools[n++], own, out);
    out.end_array().end_object();
  }
  for (const ir::HostedTool& hosted : request.hosted_tools)
    if (hosted.origin == Format::openai_responses) out.raw(hosted.raw);
  out.end_array();
}

void write_tool_choice(const ir::ChatRequest& request, json::Writer& out) {
  using Mode = ir::ToolChoice::Mode;
  const ir::ToolChoice& choice = request.tool_choice;
  const bool own = request.origin == Format::openai_responses;
  if (choice.mode == Mode::unset || (request.tools.empty() && !has_hosted(request))) return;
  out.key("tool_choice");
  if (own && !choice.raw.empty()) {
    out.raw(choice.raw);
    return;
  }
  switch (choice.mode) {
    case Mode::none: out.string("none"); return;
    case Mode::required: out.string("required"); return;
    case Mode::one: write_named(request, choice.names.empty() ? std::string_view() : choice.names.front(), choice.custom, out); return;
    case Mode::subset:
      out.begin_object().key("type").string("allowed_tools").key("mode").string(choice.subset_required ? "required" : "auto");
      out.key("tools").begin_array();
      for (const std::string& name : choice.names) write_named(request, name, false, out);
      out.end_array().end_object();
      return;
    default: out.string("auto"); return;
  }
}

void write_text_options(const ir::ChatRequest& request, bool always, json::Writer& out) {
  using Kind = ir::OutputFormat::Kind;
  const ir::OutputFormat& format = request.output;
  if (!always && format.kind == Kind::text && request.verbosity.empty()) return;
  out.key("text").begin_object();
  if (always || format.kind != Kind::text) {
    out.key("format").begin_object();
    switch (format.kind) {
      case Kind::text: out.key("type").string("text"); break;
      case Kind::json: out.key("type").string("json_object"); break;
      case Kind::schema:
        out.key("type")
            .string("json_schema")
            .key("name")
            .string(format.name.empty() ? "response" : legal_form(format.name, responses_tool_name));
        if (!format.description.empty()) out.key("description").string(format.description);
        if (format.strict)
          out.key("strict").boolean(*format.strict);
        else if (request.origin != Format::openai_responses)
          out.key("strict").boolean(false);
        out.key("schema").raw(format.schema.empty() ? "{}" : std::string_view(format.schema));
        break;
    }
    out.end_object();
  }
  if (!request.verbosity.empty()) out.key("verbosity").string(request.verbosity);
  out.end_object();
}

}  // namespace omniroute::codec::responses
