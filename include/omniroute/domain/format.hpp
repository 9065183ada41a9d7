#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace omniroute::domain {

/// A wire format that clients and providers speak.
enum class Format : std::uint8_t { openai_chat, openai_responses, anthropic, gemini };

/// "openai-chat", "openai-responses", "anthropic", "gemini": the names of the command line, the API and the records.
std::string_view to_string(Format format) noexcept;
std::optional<Format> parse_format(std::string_view name) noexcept;

}  // namespace omniroute::domain
