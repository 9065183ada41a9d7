#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "omniroute/base/clock.hpp"

namespace omniroute::crypto {

/// Fills `into` from the operating system's generator. Ends the process if there is no randomness: nothing may go on without it.
void random_bytes(std::span<std::uint8_t> into);
/// `bytes` random bytes as base64url text, for tokens.
std::string random_token(std::size_t bytes);
/// A ULID of that moment (the ULID specification: 48 bits of Unix milliseconds and 80 random bits in Crockford's base 32): ids that
/// sort by time, so that an index over them grows at its end however much it holds.
std::string ulid(WallTime now);
/// A random UUID (RFC 9562, version 4) in lower case, for the ids of records.
std::string random_id();

}  // namespace omniroute::crypto
