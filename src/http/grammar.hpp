#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace omniroute::http {

/// Classes of bytes in RFC 9110 and 9112.
enum ByteClass : std::uint8_t {
  byte_token = 1,   ///< tchar: methods, field names
  byte_value = 2,   ///< field values: HTAB, SP, VCHAR, obs-text
  byte_target = 4,  ///< request targets: visible ASCII but '#', which never travels
  byte_host = 8,    ///< what we take for a reg-name: letters, digits, "-._~"
};

constexpr std::array<std::uint8_t, 256> make_byte_classes() {
  std::array<std::uint8_t, 256> table{};
  for (unsigned c = 0; c < 256; ++c) {
    const bool alnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const std::string_view marks = "!#$%&'*+-.^_`|~";
    const std::string_view host_marks = "-._~";
    std::uint8_t kind = 0;
    if (alnum || (c < 128 && marks.find(static_cast<char>(c)) != std::string_view::npos)) kind |= byte_token;
    if (c == '\t' || (c >= 0x20 && c != 0x7f)) kind |= byte_value;
    if (c > 0x20 && c < 0x7f && c != '#') kind |= byte_target;
    if (alnum || (c < 128 && host_marks.find(static_cast<char>(c)) != std::string_view::npos)) kind |= byte_host;
    table[c] = kind;
  }
  return table;
}
inline constexpr std::array<std::uint8_t, 256> byte_classes = make_byte_classes();

inline bool is(char c, ByteClass kind) noexcept { return (byte_classes[static_cast<unsigned char>(c)] & kind) != 0; }

inline bool all(std::string_view text, ByteClass kind) noexcept {
  return std::all_of(text.begin(), text.end(), [kind](char c) { return is(c, kind); });
}

/// all(text, byte_value), eight bytes at a time where none of them is a control character.
inline bool is_value(std::string_view text) noexcept {
  constexpr std::uint64_t each = 0x0101010101010101U;
  constexpr std::uint64_t high = each * 0x80U;
  while (text.size() >= sizeof(std::uint64_t)) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, text.data(), sizeof bytes);
    const std::uint64_t del = bytes ^ (each * 0x7fU);
    // A high bit is set where a byte is below 0x20, or where one is 0x7f (and maybe above such a one: then the bytes are looked at one by
    // one).
    const std::uint64_t suspect = (((bytes - each * 0x20U) & ~bytes) | ((del - each) & ~del)) & high;
    if (suspect != 0 && !all(text.substr(0, sizeof bytes), byte_value)) return false;
    text.remove_prefix(sizeof bytes);
  }
  return all(text, byte_value);
}

inline bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// Value of a hexadecimal digit, or -1.
inline int hex_value(char c) noexcept {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

inline std::string_view trim(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace omniroute::http
