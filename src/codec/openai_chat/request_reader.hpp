#pragma once
#include <string>
#include <vector>

#include "omniroute/ir/chat.hpp"
#include "shared/field_reader.hpp"

/// Pieces of the reader of chat requests.
namespace omniroute::codec::chat {

/// Reads `messages`: leading system and developer messages become `system`, the others turns.
void read_messages(const json::At& messages, ir::ChatRequest& request, FieldReader& fields);
/// Reads a message's `content`: a string or a list of parts.
void read_content(const json::At& content, std::vector<ir::Part>& out, FieldReader& fields);
/// Reads `tools`, `functions`, `tool_choice` and `function_call`.
void read_tools(const json::At& root, ir::ChatRequest& request, FieldReader& fields);

}  // namespace omniroute::codec::chat
