#include "omniroute/crypto/random.hpp"

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>
#include <vector>

#include "omniroute/base/log.hpp"
#include "omniroute/crypto/encoding.hpp"

namespace omniroute::crypto {

void random_bytes(std::span<std::uint8_t> into) {
  constexpr auto most = static_cast<std::size_t>(std::numeric_limits<int>::max());
  if (into.size() > most || RAND_bytes(into.data(), static_cast<int>(into.size())) != 1) {
    log::error("no randomness: the operating system's generator failed, nothing can be done safely");
    log::flush();
    std::abort();
  }
}

namespace {

/// Small amounts come out of a block of the thread's own, since each call of the generator costs far more than its bytes.
/// What was handed out is wiped, so that no later reader of this memory learns a token.
void random_few(std::span<std::uint8_t> into) {
  thread_local std::array<std::uint8_t, 512> block;
  thread_local std::size_t used = block.size();
  if (into.size() > block.size() - used) {
    random_bytes(block);
    used = 0;
  }
  std::copy_n(block.data() + used, into.size(), into.data());
  std::fill_n(block.data() + used, into.size(), std::uint8_t{0});
  used += into.size();
}

}  // namespace

std::string random_token(std::size_t bytes) {
  constexpr std::size_t few = 64;
  if (bytes <= few) {
    std::array<std::uint8_t, few> raw{};
    const std::span<std::uint8_t> wanted(raw.data(), bytes);
    random_few(wanted);
    return to_base64url(wanted);
  }
  std::vector<std::uint8_t> raw(bytes);
  random_bytes(raw);
  return to_base64url(raw);
}

std::string ulid(WallTime now) {
  constexpr std::string_view digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  constexpr std::size_t time_digits = 10;
  constexpr std::size_t random_digits = 16;
  std::string text(time_digits + random_digits, '0');
  auto millis = static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count());
  for (std::size_t i = time_digits; i > 0; --i, millis >>= 5U) text[i - 1] = digits[millis & 31U];
  std::array<std::uint8_t, random_digits> raw{};
  random_few(raw);
  for (std::size_t i = 0; i < raw.size(); ++i) text[time_digits + i] = digits[raw[i] & 31U];
  return text;
}

std::string random_id() {
  std::array<std::uint8_t, 16> raw{};
  random_bytes(raw);
  raw[6] = static_cast<std::uint8_t>((raw[6] & 0x0FU) | 0x40U);  // version 4
  raw[8] = static_cast<std::uint8_t>((raw[8] & 0x3FU) | 0x80U);  // variant of RFC 9562
  std::string text = to_hex(raw);
  for (const std::size_t dash : {8U, 13U, 18U, 23U}) text.insert(dash, 1, '-');
  return text;
}

}  // namespace omniroute::crypto
