#pragma once
#include <string>
#include <string_view>

#include "omniroute/ir/chat.hpp"
#include "omniroute/json/path.hpp"

/// Pieces of the request reader.
namespace omniroute::codec::responses {

/// Reads `input`: a text, or items that are gathered into turns. Consecutive assistant items are one turn; outputs of
/// tools are user turns.
Status read_input(const json::At& input, ir::ChatRequest& request);

/// Reads a list of tools. `in_item`: they stand in an input item.
Status read_tools(const json::At& tools, bool in_item, ir::ChatRequest& request);
Status read_tool_choice(const json::At& choice, ir::ChatRequest& request);

/// A part of a message's content or of a tool's output list.
Result<ir::Part> read_content_part(const json::At& part);

/// The built-in tools that the client runs itself.
struct NativeTool {
  std::string_view name;         ///< the type of the tool, and the function's name for other formats
  std::string_view call;         ///< type of the call item
  std::string_view output;       ///< type of the output item
  std::string_view action;       ///< the member of the call item that says what to do
  std::string_view description;  ///< for other formats; tool_search brings its own
  std::string_view schema;
};
/// By the tool's, the call's or the output's type; nullptr if there is none.
const NativeTool* native_tool(std::string_view type) noexcept;

}  // namespace omniroute::codec::responses
