#include "omniroute/crypto/gateway_key.hpp"

#include <array>
#include <cstdint>

#include "omniroute/crypto/encoding.hpp"
#include "omniroute/crypto/random.hpp"

namespace omniroute::crypto {
namespace {

constexpr std::string_view prefix = gateway_key_begin;
constexpr std::size_t random_size = 32;
constexpr std::size_t token_size = 43;    // 32 bytes in base64url
constexpr std::size_t checksum_size = 6;  // 4 bytes in base64url
constexpr std::size_t checked_size = prefix.size() + token_size;
constexpr std::size_t text_size = checked_size + 1 + checksum_size;

std::string checksum(std::string_view checked) {
  const std::uint32_t crc = crc32(checked);
  const std::array<std::uint8_t, 4> bytes{static_cast<std::uint8_t>(crc >> 24), static_cast<std::uint8_t>(crc >> 16),
                                          static_cast<std::uint8_t>(crc >> 8), static_cast<std::uint8_t>(crc)};
  return to_base64url(bytes);
}

}  // namespace

Secret make_gateway_key() {
  std::string text(prefix);
  text += random_token(random_size);
  const std::string sum = checksum(text);
  text += '-';
  text += sum;
  return Secret(std::move(text));
}

bool gateway_key_well_formed(std::string_view text) noexcept {
  return text.size() == text_size && text.starts_with(prefix) && text[checked_size] == '-' &&
         text.substr(checked_size + 1) == checksum(text.substr(0, checked_size));
}

}  // namespace omniroute::crypto
