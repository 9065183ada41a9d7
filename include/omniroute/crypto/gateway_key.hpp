#pragma once
#include <string>
#include <string_view>

#include "omniroute/base/secret.hpp"
#include "omniroute/crypto/digest.hpp"

namespace omniroute::crypto {

/// What each begins with.
inline constexpr std::string_view gateway_key_begin = "sk-omr-";

/// The text of a gateway key: "sk-omr-" + 32 random bytes as 43 characters of base64url + "-" + the CRC-32 of all before
/// that dash as 6 characters of base64url; 57 characters in all. ("sk-or-" is taken: another service's keys begin so.)
Secret make_gateway_key();
/// True if shape and checksum are right; a typing error is refused without a lookup. Says nothing about validity.
bool gateway_key_well_formed(std::string_view text) noexcept;

}  // namespace omniroute::crypto
