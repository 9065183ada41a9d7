#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace omniroute {

/// "2026-02-20T12:34:56.789Z" of Unix milliseconds.
std::string time_text(std::int64_t unix_ms);
/// The moment that such a text names (RFC 3339 in UTC, fractions may be missing), in Unix milliseconds; nothing for any other text.
std::optional<std::int64_t> parse_time(std::string_view text) noexcept;

}  // namespace omniroute
