#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "omniroute/ir/chat.hpp"

/// Ids of calls and names of tools, made legal for a target (wire-formats.md 8.9). Pure functions of their input, so
/// that both ends of a pair and every later turn agree without a table.
namespace omniroute::codec {

/// Which characters a format takes in an id or a name.
enum class Charset : std::uint8_t {
  printable,  ///< any but control characters
  word,       ///< A-Z a-z 0-9 _ -
  gemini,     ///< the same and . : but a letter or _ first
};

struct NameRule {
  std::size_t longest;
  Charset charset;
};

inline constexpr NameRule chat_call_id{40, Charset::printable};
inline constexpr NameRule responses_call_id{64, Charset::printable};
inline constexpr NameRule anthropic_call_id{128, Charset::word};
inline constexpr NameRule chat_tool_name{64, Charset::word};
inline constexpr NameRule responses_tool_name{64, Charset::word};
inline constexpr NameRule anthropic_tool_name{128, Charset::word};
inline constexpr NameRule gemini_tool_name{64, Charset::gemini};

/// Twelve hexadecimal digits of a 64-bit hash.
std::string short_hash(std::string_view text);

[[nodiscard]] bool legal(std::string_view name, const NameRule& rule) noexcept;

/// The text itself if legal, else a legal prefix of it, `_` and its short hash. Not for empty texts.
std::string legal_form(std::string_view name, const NameRule& rule);

/// An answer's id without the prefix of the formats whose ids have one (chatcmpl-, msg_, resp_).
std::string_view bare_answer_id(std::string_view id) noexcept;

/// A call id for a call that has none: "call_" and the hash of where it stands.
std::string made_call_id(std::string_view seed, std::size_t turn, std::size_t position);

/// A tool's name as a writer without namespaces sends it: "space__name" in legal form.
std::string wire_tool_name(std::string_view name_space, std::string_view name, const NameRule& rule);

/// The tool of the request that a writer gave this name, whatever its rule was; nullptr if there is none.
const ir::Tool* find_tool(const ir::ChatRequest& request, std::string_view wire);

}  // namespace omniroute::codec
