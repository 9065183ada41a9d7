#pragma once
#include <array>
#include <cstdint>
#include <string_view>

namespace omniroute::crypto {

using Sha256 = std::array<std::uint8_t, 32>;

/// SHA-256 (FIPS 180-4). Cheap enough for each request: the algorithm is fetched once a process.
Sha256 sha256(std::string_view data);
/// HMAC-SHA-256 (RFC 2104).
Sha256 hmac_sha256(std::string_view key, std::string_view data);
/// HKDF-SHA-256 (RFC 5869) to 32 bytes.
Sha256 hkdf_sha256(std::string_view secret, std::string_view salt, std::string_view info);
/// Compares without telling by its time where they differ. Different lengths are unequal at once.
bool constant_time_equal(std::string_view a, std::string_view b) noexcept;
bool constant_time_equal(const Sha256& a, const Sha256& b) noexcept;
/// CRC-32 (ISO-HDLC, as in zip), for typing errors only.
std::uint32_t crc32(std::string_view data) noexcept;

}  // namespace omniroute::crypto
