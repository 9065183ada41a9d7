#include <algorithm>

#include "gemini/losses.hpp"
#include "gemini/request_writer.hpp"
#include "gemini/schema_writer.hpp"
#include "shared/field_reader.hpp"
#include "shared/ids.hpp"

namespace omniroute::codec::gemini {
namespace {

using Mode = ir::ToolChoice::Mode;

constexpr std::string_view free_text_schema = R"({"type":"object","properties":{"input":{"type":"string"}},"required":["input"]})";

class ToolsWriter {
 public:
  ToolsWriter(const ir::ChatRequest& request, const Target& target, Losses& losses, json::Writer& out)
      : request_(request), target_(target), losses_(losses), out_(out), offered_(offered_tools(request, Format::gemini)) {}

  void write() {
    std::vector<const ir::HostedTool*> hosted;
    for (const ir::HostedTool& tool : request_.hosted_tools) {
      if (tool.origin == Format::gemini)
        hosted.push_back(&tool);
      else if (!tool.carried)
        note_loss(losses_, request_, rule(Field::hosted_tools, Cause::vendor), tool.type);
    }
    if (offered_.empty() && hosted.empty()) return note_choice_without_tools(losses_, request_, rule(Field::tool_choice, Cause::lacking));
    out_.key("tools").begin_array();
    if (!offered_.empty()) {
      out_.begin_object().key("functionDeclarations").begin_array();
      for (const ir::Tool* tool : offered_) write_tool(*tool);
      out_.end_array().end_object();
    }
    for (const ir::HostedTool* tool : hosted) out_.raw(tool->raw);
    out_.end_array();
    write_choice();
    if (request_.parallel_tools && !*request_.parallel_tools) note_loss(losses_, request_, rule(Field::parallel_tools, Cause::absent));
  }

 private:
  [[nodiscard]] bool own() const noexcept { return request_.origin == Format::gemini; }
  [[nodiscard]] std::string wire_name(const ir::Tool& tool) const { return wire_tool_name(tool.name_space, tool.name, gemini_tool_name); }

  void write_tool(const ir::Tool& tool) {
    if (!tool.cache.empty()) note_loss(losses_, request_, rule(Field::cache_mark, Cause::absent));
    if (tool.strict.value_or(false)) note_loss(losses_, "strict", rule(Field::strict, Cause::absent));
    out_.begin_object().key("name").string(wire_name(tool));
    if (tool.custom) note_loss(losses_, request_, rule(Field::custom_tool, Cause::absent));
    std::string description = tool.description;
    if (tool.custom && !tool.custom_format.empty()) description += "\n\nThe input must follow this format: " + tool.custom_format;
    if (!description.empty()) out_.key("description").string(description);
    bool lossy = false;
    const bool json = target_.json_schema_tools;
    const std::string schema = own() && json ? tool.schema
                                             : clean_schema(tool.custom ? free_text_schema : std::string_view(tool.schema),
                                                            json ? SchemaForm::json : SchemaForm::subset, lossy);
    if (lossy) note_loss(losses_, request_, rule(Field::tools, Cause::words));
    if (!schema.empty()) out_.key(json ? "parametersJsonSchema" : "parameters").raw(schema);
    if (own()) write_members(tool.extra, out_);
    out_.end_object();
  }

  void write_choice() {
    const ir::ToolChoice& choice = request_.tool_choice;
    if (own() && !choice.raw.empty()) {
      out_.key("toolConfig").raw(choice.raw);
      return;
    }
    switch (choice.mode) {
      case Mode::automatic: return write_mode("AUTO", {});
      case Mode::none: return write_mode("NONE", {});
      case Mode::required: return write_mode("ANY", {});
      case Mode::one: return write_named(choice, "ANY");
      case Mode::subset: return write_named(choice, choice.subset_required ? "ANY" : "VALIDATED");
      case Mode::unset: break;
    }
    if (!choice.raw.empty()) note_loss(losses_, request_, rule(Field::tool_choice, Cause::lacking));
  }

  void write_named(const ir::ToolChoice& choice, std::string_view mode) {
    std::vector<std::string> names;
    for (const ir::Tool* tool : offered_)
      if (std::find(choice.names.begin(), choice.names.end(), tool->name) != choice.names.end()) names.push_back(wire_name(*tool));
    if (names.empty()) return note_loss(losses_, request_, rule(Field::tool_choice, Cause::lacking));
    write_mode(mode, names);
  }

  void write_mode(std::string_view mode, const std::vector<std::string>& names) {
    if (offered_.empty()) return;
    out_.key("toolConfig").begin_object().key("functionCallingConfig").begin_object().key("mode").string(mode);
    if (!names.empty()) {
      out_.key("allowedFunctionNames").begin_array();
      for (const std::string& name : names) out_.string(name);
      out_.end_array();
    }
    out_.end_object().end_object();
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

}  // namespace omniroute::codec::gemini
