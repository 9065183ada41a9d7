#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "omniroute/ir/chat.hpp"
#include "omniroute/json/path.hpp"
#include "shared/field_reader.hpp"

/// Pieces of the request reader. Members are read in camelCase and snake_case alike.
namespace omniroute::codec::gemini {

/// The member under its camelCase name, else under its snake_case name.
json::At either(const json::At& parent, std::string_view camel, std::string_view snake);
/// The same without a path.
json::Value either(json::Value parent, std::string_view camel, std::string_view snake);
/// "system_instruction" -> "systemInstruction".
std::string camel_case(std::string_view name);

void read_contents(const json::At& contents, ir::ChatRequest& request, FieldReader& fields);
void read_system(const json::At& system, ir::ChatRequest& request, FieldReader& fields);
void read_generation_config(const json::At& config, ir::ChatRequest& request, FieldReader& fields);
void read_tools(const json::At& tools, ir::ChatRequest& request, FieldReader& fields);
void read_tool_config(const json::At& config, ir::ChatRequest& request);

/// An OpenAPI-flavoured schema as JSON Schema: types in lower case, `nullable` as a type, counts as numbers. Names under
/// `properties` are names, never keywords.
std::string plain_schema(json::Value schema);

ir::Media::Kind media_kind(std::string_view mime) noexcept;
/// Standard base64 of either alphabet.
std::string standard_base64(std::string_view data);
/// A signature: Gemini's own, or what this gateway wrapped into its place. nullopt if there is none.
std::optional<ir::Opaque> read_signature(std::string_view signature, std::string* item_id = nullptr);

}  // namespace omniroute::codec::gemini
