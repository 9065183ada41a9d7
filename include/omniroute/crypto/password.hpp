#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "omniroute/base/result.hpp"
#include "omniroute/base/secret.hpp"

namespace omniroute::crypto {

/// argon2id with 19 MiB, two passes, one lane (OWASP's least), a random salt of 16 bytes; the encoded string tells all of that.
/// Takes tens of milliseconds: never on a worker's thread. Error: internal, when there is no memory for it.
Result<std::string> hash_password(const Secret& password);
/// True if it is the password of that encoded hash; its cost parameters are honoured up to 1 GiB and 16 passes.
bool verify_password(const Secret& password, std::string_view encoded);
/// A key of 32 bytes from a text people chose; the same text and salt give the same key. As slow as the hash.
Result<std::array<std::uint8_t, 32>> stretch_text(const Secret& text, std::string_view salt);

}  // namespace omniroute::crypto
