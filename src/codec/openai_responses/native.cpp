#include <array>

#include "openai_responses/reading.hpp"

namespace omniroute::codec::responses {
namespace {

// The actions as the published SDK types describe them (openai 6.49.0, responses types).
constexpr std::array<NativeTool, 4> native_tools{{
    {"local_shell", "local_shell_call", "local_shell_call_output", "action", "Runs a command on the user's machine and returns its output.",
     R"({"type":"object","properties":{"type":{"type":"string","enum":["exec"]},"command":{"type":"array","items":{"type":"string"},"description":"The program and its arguments."},"env":{"type":"object","additionalProperties":{"type":"string"},"description":"Environment variables to set."},"working_directory":{"type":"string"},"timeout_ms":{"type":"integer"},"user":{"type":"string"}},"required":["type","command","env"]})"},
    {"shell", "shell_call", "shell_call_output", "action", "Runs shell commands, each in a shell of its own, and returns their output.",
     R"({"type":"object","properties":{"commands":{"type":"array","items":{"type":"string"},"description":"Command lines to run."},"timeout_ms":{"type":"integer"},"max_output_length":{"type":"integer","description":"Longest output to return, in characters."}},"required":["commands"]})"},
    {"apply_patch", "apply_patch_call", "apply_patch_call_output", "operation", "Creates, changes or deletes one file.",
     R"({"type":"object","properties":{"type":{"type":"string","enum":["create_file","update_file","delete_file"]},"path":{"type":"string"},"diff":{"type":"string","description":"The change in V4A diff form; not for delete_file."}},"required":["type","path"]})"},
    {"tool_search", "tool_search_call", "tool_search_output", "arguments", "Finds further tools.",
     R"({"type":"object","properties":{"query":{"type":"string"}},"required":["query"]})"},
}};

}  // namespace

const NativeTool* native_tool(std::string_view type) noexcept {
  for (const NativeTool& tool : native_tools)
    if (tool.name == type || tool.call == type || tool.output == type) return &tool;
  return nullptr;
}

}  // namespace omniroute::codec::responses
