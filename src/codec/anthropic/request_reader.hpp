#pragma once
#include <string>
#include <vector>

#include "omniroute/ir/chat.hpp"
#include "shared/field_reader.hpp"

/// Pieces of the reader of anthropic requests.
namespace omniroute::codec::anthropic {

/// Reads `messages` into turns.
void read_messages(const json::At& messages, ir::ChatRequest& request, FieldReader& fields);
/// Reads `system`: a string or text blocks.
void read_system(const json::At& system, ir::ChatRequest& request, FieldReader& fields);
/// Reads `tools` and `tool_choice`.
void read_tools(const json::At& root, ir::ChatRequest& request, FieldReader& fields);

}  // namespace omniroute::codec::anthropic
