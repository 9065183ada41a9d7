#include <algorithm>

#include "anthropic/losses.hpp"
#include "anthropic/request_writer.hpp"
#include "shared/field_reader.hpp"
#include "shared/reply_writer.hpp"
#include "shared/schema.hpp"

namespace omniroute::codec::anthropic {
namespace {

using Mode = ir::ToolChoice::Mode;

class ToolsWriter {
 public:
  ToolsWriter(const ir::ChatRequest& request, const Plan& plan, CacheMarks& marks, Losses& losses, json::Writer& out)
      : request_(request), plan_(plan), marks_(marks), losses_(losses), out_(out) {
    for (const ir::Tool* tool : offered_tools(request, Format::anthropic))
      if (in_subset(*tool)) offered_.push_back(tool);
    for (const ir::HostedTool& tool : request.hosted_tools) {
      if (tool.origin == Format::anthropic) {
        hosted_.push_back(&tool);
      } else if (!tool.carried) {
        note_loss(losses_, request_, rule(Field::hosted_tools, Cause::vendor), tool.type);
      }
    }
  }

  void write() {
    if (offered_.empty() && hosted_.empty() && !plan_.forced_output)
      return note_choice_without_tools(losses_, request_, rule(Field::tool_choice, Cause::lacking));
    out_.key("tools").begin_array();
    for (const ir::Tool* tool : offered_) write_tool(*tool);
    for (const ir::HostedTool* tool : hosted_) out_.raw(tool->raw);
    if (plan_.forced_output) write_output_tool();
    out_.end_array();
    write_choice();
  }

 private:
  [[nodiscard]] bool own() const noexcept { return request_.origin == Format::anthropic; }
  [[nodiscard]] static std::string wire_name(const ir::Tool& tool) {
    return wire_tool_name(tool.name_space, tool.name, anthropic_tool_name);
  }

  // This format has no list of allowed tools: the others are not offered at all.
  [[nodiscard]] bool in_subset(const ir::Tool& tool) const {
    const ir::ToolChoice& choice = request_.tool_choice;
    return choice.mode != Mode::subset || std::find(choice.names.begin(), choice.names.end(), tool.name) != choice.names.end();
  }

  void write_tool(const ir::Tool& tool) {
    out_.begin_object().key("name").string(wire_name(tool));
    std::string description = tool.description;
    if (tool.custom && !tool.custom_format.empty()) description += "\n\nThe input must follow this format: " + tool.custom_format;
    if (!description.empty()) out_.key("description").string(description);
    if (tool.custom) {
      note_loss(losses_, request_, rule(Field::custom_tool, Cause::absent));
      out_.key("input_schema").raw(R"({"type":"object","properties":{"input":{"type":"string"}},"required":["input"]})");
    } else {
      out_.key("input_schema").raw(object_schema(tool.schema));
      // Elsewhere `strict` comes by habit and with rules of its own; here it is a beta that models refuse.
      if (own() && tool.strict) out_.key("strict").boolean(*tool.strict);
      if (!own() && tool.strict.value_or(false)) note_loss(losses_, "strict", rule(Field::strict, Cause::model));
    }
    if (own() && tool.deferred) out_.key("defer_loading").boolean(true);
    marks_.write(tool.cache, out_);
    if (own()) write_members(tool.extra, out_);
    out_.end_object();
  }

  void write_output_tool() {
    out_.begin_object().key("name").string(output_tool_name(request_));
    out_.key("description")
        .string(request_.output.description.empty() ? "Give the answer by calling this tool." : request_.output.description);
    out_.key("input_schema").raw(object_schema(request_.output.schema)).end_object();
  }

  // The wire name of the tool that a choice names, or "" if the target lacks it.
  [[nodiscard]] std::string chosen() const {
    const ir::ToolChoice& choice = request_.tool_choice;
    if (choice.names.empty()) return {};
    for (const ir::Tool* tool : offered_)
      if (tool->name == choice.names.front()) return wire_name(*tool);
    for (const ir::HostedTool* tool : hosted_)
      if (tool->name == choice.names.front()) return tool->name;
    return {};
  }

  void write_choice() {
    const ir::ToolChoice& choice = request_.tool_choice;
    const bool one_by_one = request_.parallel_tools.has_value() && !*request_.parallel_tools;
    std::string_view type;
    std::string name;
    switch (choice.mode) {
      case Mode::automatic: type = "auto"; break;
      case Mode::none: type = "none"; break;
      case Mode::required: type = "any"; break;
      case Mode::subset: type = choice.subset_required ? "any" : "auto"; break;
      case Mode::one:
        name = chosen();
        type = name.empty() ? "" : "tool";
        if (name.empty()) note_loss(losses_, request_, rule(Field::tool_choice, Cause::lacking));
        break;
      case Mode::unset:
        if (!choice.raw.empty()) note_loss(losses_, request_, rule(Field::tool_choice, Cause::lacking));
        break;
    }
    if (plan_.forced_output) {
      const bool alone = offered_.empty() && hosted_.empty();
      type = alone ? "tool" : "any";
      name = alone ? output_tool_name(request_) : std::string();
    }
    if (type.empty() && one_by_one) type = "auto";
    if (type.empty()) return;
    out_.key("tool_choice").begin_object().key("type").string(type);
    if (!name.empty()) out_.key("name").string(name);
    // The switch has no sense with "none" and is refused there.
    if (request_.parallel_tools && type != "none" && (one_by_one || own())) out_.key("disable_parallel_tool_use").boolean(one_by_one);
    out_.end_object();
  }

  const ir::ChatRequest& request_;
  const Plan& plan_;
  CacheMarks& marks_;
  Losses& losses_;
  json::Writer& out_;
  std::vector<const ir::Tool*> offered_;
  std::vector<const ir::HostedTool*> hosted_;
};

}  // namespace

void write_tools(const ir::ChatRequest& request, const Plan& plan, CacheMarks& marks, Losses& losses, json::Writer& out) {
  ToolsWriter(request, plan, marks, losses, out).write();
}

}  // namespace omniroute::codec::anthropic
