#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "omniroute/base/result.hpp"
#include "omniroute/base/secret.hpp"

namespace omniroute::crypto {

/// The shortest passphrase that a file is sealed with, in bytes. Any is tried when one is opened.
inline constexpr std::size_t shortest_passphrase = 12;

/// Seals a whole file with a passphrase people chose. What comes out, version 1, numbers big-endian:
///   "OmniSeal" | version (1) | kdf (1 = scrypt, RFC 7914) | log2 N (1) | r (1) | p (1) | log2 chunk (1) | salt (16) | check (16) | sum
///   (16) then chunks of 2^log2-chunk bytes, each with its tag (16); the last is shorter, maybe empty, and always there.
/// scrypt makes 64 bytes: the AES-256-GCM key, and the key whose HMAC-SHA-256 of the head before it is `check`, which tells a wrong
/// passphrase. `sum` is the head's SHA-256, which tells a damaged head. A chunk's nonce is its number (8) and whether it is the last
/// (4), and the whole head is bound to each: chunks that were cut off, swapped or come from another file do not open.
/// Takes half a second and 128 MiB: never on a worker's thread. Errors: bad_request naming "passphrase" if that is too short;
/// internal without memory.
Result<std::string> seal_with_passphrase(std::string_view plain, const Secret& passphrase);

/// The content of such a file. What it asks of the machine is bounded (1 GiB). Errors: bad_request with the code "wrong_passphrase";
/// unsupported for a newer version; conflict for what is no such file, or was cut or altered.
Result<Secret> open_with_passphrase(std::string_view sealed, const Secret& passphrase);

}  // namespace omniroute::crypto
