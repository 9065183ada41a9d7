#include "omniroute/crypto/password.hpp"

#include <argon2.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>

#include "omniroute/crypto/random.hpp"

namespace omniroute::crypto {
namespace {

// OWASP's password storage advice, least argon2id setting: 19 MiB, two passes, one lane.
constexpr std::uint32_t memory_kib = 19 * 1024;
constexpr std::uint32_t passes = 2;
constexpr std::uint32_t lanes = 1;
constexpr std::size_t salt_size = 16;
constexpr std::size_t hash_size = 32;

constexpr std::uint32_t most_memory_kib = 1024 * 1024;
constexpr std::uint32_t most_passes = 16;
constexpr std::uint32_t most_lanes = 16;

Error failed() { return {ErrorKind::internal, "A password could not be hashed: memory ran out."}; }

/// The number behind `name` in "$argon2id$v=19$m=19456,t=2,p=1$…".
std::optional<std::uint32_t> parameter(std::string_view encoded, std::string_view name) {
  const std::size_t at = encoded.find(name);
  if (at == std::string_view::npos) return std::nullopt;
  std::uint32_t value = 0;
  const char* begin = encoded.data() + at + name.size();
  const auto [end, failure] = std::from_chars(begin, encoded.data() + encoded.size(), value);
  if (failure != std::errc() || end == begin) return std::nullopt;
  return value;
}

/// A hash put into the database by somebody else must not make us take all memory.
bool affordable(std::string_view encoded) {
  if (!encoded.starts_with("$argon2id$")) return false;
  const auto memory = parameter(encoded, "$m=");
  const auto time = parameter(encoded, ",t=");
  const auto parallel = parameter(encoded, ",p=");
  return memory && time && parallel && *memory <= most_memory_kib && *time <= most_passes && *parallel <= most_lanes;
}

}  // namespace

Result<std::string> hash_password(const Secret& password) {
  std::array<std::uint8_t, salt_size> salt{};
  random_bytes(salt);
  const std::string_view text = password.reveal();
  std::string encoded(argon2_encodedlen(passes, memory_kib, lanes, salt_size, hash_size, Argon2_id), '\0');
  const int code = argon2id_hash_encoded(passes, memory_kib, lanes, text.data(), text.size(), salt.data(), salt.size(), hash_size,
                                         encoded.data(), encoded.size());
  if (code != ARGON2_OK) return failed();
  encoded.resize(std::char_traits<char>::length(encoded.c_str()));
  return encoded;
}

bool verify_password(const Secret& password, std::string_view encoded) {
  if (!affordable(encoded)) return false;
  const std::string text(encoded);
  const std::string_view word = password.reveal();
  return argon2id_verify(text.c_str(), word.data(), word.size()) == ARGON2_OK;
}

Result<std::array<std::uint8_t, 32>> stretch_text(const Secret& text, std::string_view salt) {
  std::array<std::uint8_t, 32> key{};
  const std::string_view word = text.reveal();
  const int code = argon2id_hash_raw(passes, memory_kib, lanes, word.data(), word.size(), salt.data(), salt.size(), key.data(), key.size());
  if (code != ARGON2_OK) return failed();
  return key;
}

}  // namespace omniroute::crypto
