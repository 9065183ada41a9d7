#pragma once
#include <string>
#include <string_view>

#include "omniroute/codec/codec.hpp"
#include "omniroute/json/writer.hpp"

/// Pieces of the request writer and of the echoes in answers.
namespace omniroute::codec::responses {

/// `tools` and `tool_choice` as members of the open object; nothing where there are no tools.
void write_tools(const ir::ChatRequest& request, json::Writer& out);
void write_tool_choice(const ir::ChatRequest& request, json::Writer& out);
/// `text` as a member, if the request says anything of it; `always`: also if not.
void write_text_options(const ir::ChatRequest& request, bool always, json::Writer& out);

/// The prefix of an item's id by its type ("msg", "fc"), "" for types without a rule.
std::string_view id_prefix(std::string_view item_type) noexcept;
/// A gateway-made item id: deterministic, and recognised when the client sends it back.
std::string made_item_id(std::string_view item_type, std::string_view response_id, std::size_t index);
/// True if an id may be sent to a vendor: it has its item's prefix and this gateway did not make it.
[[nodiscard]] bool is_vendor_item_id(std::string_view item_type, std::string_view id) noexcept;

/// The members of a response object that repeat the request, with a comma before each; defaults without a request.
std::string echo_members(const ReplyContext& context);

/// The code to tell a client; may be empty.
std::string_view error_code(const Error& error) noexcept;

}  // namespace omniroute::codec::responses
