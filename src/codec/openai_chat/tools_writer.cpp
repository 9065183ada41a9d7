#include <algorithm>

#include "openai_chat/losses.hpp"
#include "openai_chat/request_writer.hpp"
#include "shared/field_reader.hpp"
#include "shared/schema.hpp"

namespace omniroute::codec::chat {
namespace {

using Mode = ir::ToolChoice::Mode;

class ToolsWriter {
 public:
  ToolsWriter(const ir::ChatRequest& request, const Target& target, Losses& losses, json::Writer& out)
      : request_(request), target_(target), losses_(losses), out_(out), offered_(offered_tools(request, Format::openai_chat)) {}

  void write() {
    const auto own_hosted = [](const ir::HostedTool& tool) { return tool.origin == Format::openai_chat; };
    for (const ir::HostedTool& tool : request_.hosted_tools)
      if (!own_hosted(tool) && !tool.carried) note_loss(losses_, request_, rule(Field::hosted_tools, Cause::vendor), tool.type);
    const bool any_hosted = std::any_of(request_.hosted_tools.begin(), request_.hosted_tools.end(), own_hosted);
    if (offered_.empty() && !any_hosted) return note_choice_without_tools(losses_, request_, rule(Field::tool_choice, Cause::lacking));
    out_.key("tools").begin_array();
    for (const ir::Tool* tool : offered_) write_tool(*tool);
    for (const ir::HostedTool& tool : request_.hosted_tools)
      if (own_hosted(tool)) out_.raw(tool.raw);
    out_.end_array();
    write_choice();
    if (request_.parallel_tools) out_.key("parallel_tool_calls").boolean(*request_.parallel_tools);
  }

 private:
  [[nodiscard]] bool own() const noexcept { return request_.origin == Format::openai_chat; }
  [[nodiscard]] bool goes_custom(const ir::Tool& tool) const noexcept { return tool.custom && target_.custom_tools; }
  [[nodiscard]] std::string wire_name(const ir::Tool& tool) const { return wire_tool_name(tool.name_space, tool.name, chat_tool_name); }

  void write_tool(const ir::Tool& tool) {
    const bool custom = goes_custom(tool);
    out_.begin_object().key("type").string(custom ? "custom" : "function");
    out_.key(custom ? "custom" : "function").begin_object().key("name").string(wire_name(tool));
    std::string description = tool.description;
    if (tool.custom && !custom && !tool.custom_format.empty())
      description += "\n\nThe input must follow this format: " + tool.custom_format;
    if (!description.empty()) out_.key("description").string(description);
    if (custom) {
      if (!tool.custom_format.empty()) out_.key("format").raw(tool.custom_format);
    } else if (tool.custom) {
      note_loss(losses_, request_, rule(Field::custom_tool, Cause::model));
      out_.key("parameters").raw(R"({"type":"object","properties":{"input":{"type":"string"}},"required":["input"]})");
    } else {
      if (!tool.schema.empty()) out_.key("parameters").raw(own() ? tool.schema : object_schema(tool.schema));
      if (tool.strict) out_.key("strict").boolean(*tool.strict);
    }
    out_.end_object();
    if (!tool.cache.empty() && (own() || target_.cache_marks)) {
      out_.key("cache_control").raw(tool.cache);
    } else if (!tool.cache.empty()) {
      note_loss(losses_, request_, rule(Field::cache_mark, Cause::absent));
    }
    if (own()) write_members(tool.extra, out_);
    out_.end_object();
  }

  const ir::Tool* offered(std::string_view name) const {
    const auto it = std::find_if(offered_.begin(), offered_.end(), [name](const ir::Tool* tool) { return tool->name == name; });
    return it == offered_.end() ? nullptr : *it;
  }

  void write_named(const ir::Tool& tool) {
    const std::string_view type = goes_custom(tool) ? "custom" : "function";
    out_.begin_object().key("type").string(type).key(type).begin_object().key("name").string(wire_name(tool)).end_object().end_object();
  }

  void write_choice() {
    const ir::ToolChoice& choice = request_.tool_choice;
    switch (choice.mode) {
      case Mode::automatic: out_.key("tool_choice").string("auto"); return;
      case Mode::none: out_.key("tool_choice").string("none"); return;
      case Mode::required: out_.key("tool_choice").string("required"); return;
      case Mode::one: write_one(choice); return;
      case Mode::subset: write_subset(choice); return;
      case Mode::unset: break;
    }
    if (choice.raw.empty()) return;
    if (own()) {
      out_.key("tool_choice").raw(choice.raw);
    } else {
      note_loss(losses_, request_, rule(Field::tool_choice, Cause::lacking));
    }
  }

  void write_one(const ir::ToolChoice& choice) {
    const ir::Tool* tool = choice.names.empty() ? nullptr : offered(choice.names.front());
    if (tool == nullptr) return note_loss(losses_, request_, rule(Field::tool_choice, Cause::lacking));
    out_.key("tool_choice");
    write_named(*tool);
  }

  void write_subset(const ir::ToolChoice& choice) {
    out_.key("tool_choice").begin_object().key("type").string("allowed_tools").key("allowed_tools").begin_object();
    out_.key("mode").string(choice.subset_required ? "required" : "auto").key("tools").begin_array();
    for (const std::string& name : choice.names)
      if (const ir::Tool* tool = offered(name)) write_named(*tool);
    out_.end_array().end_object().end_object();
  }

  const ir::ChatRequest& request_;
  const Target& target_;
  Losses& losses_;
  json::Writer& out_;
  std::vector<const ir::Tool*> offered_;
};

}  // namespace

void write_tools(const ir::ChatRequest& request, const Target& target, Losses& losses, json::Writer& out) {
  ToolsWriter(request, target, losses, out).write();
}

}  // namespace omniroute::codec::chat
