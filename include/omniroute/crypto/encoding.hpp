#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace omniroute::crypto {

/// base64url without padding (RFC 4648, section 5).
std::string to_base64url(std::span<const std::uint8_t> bytes);
/// Strict: no padding, no other characters, no left-over bits; nullopt otherwise.
std::optional<std::string> from_base64url(std::string_view text);

std::string to_hex(std::span<const std::uint8_t> bytes);
/// Both cases are read; nullopt for an odd length or another character.
std::optional<std::string> from_hex(std::string_view text);

/// The bytes of a text, for the functions above.
inline std::span<const std::uint8_t> bytes_of(std::string_view text) noexcept {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace omniroute::crypto
