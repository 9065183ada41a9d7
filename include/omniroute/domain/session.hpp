#pragma once
#include <array>
#include <cstdint>
#include <string>

namespace omniroute::domain {

/// A login of the dashboard. The token itself is only in the browser.
struct Session {
  std::array<std::uint8_t, 32> token_hash{};  ///< SHA-256 of the token's text
  std::int64_t created_ms = 0;
  std::int64_t expires_ms = 0;
  std::string peer;   ///< the address that logged in
  std::string agent;  ///< what its browser calls itself, at most 200 bytes
};

}  // namespace omniroute::domain
