#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "omniroute/base/secret.hpp"

namespace omniroute::domain {

/// How an account proves itself to its provider.
enum class AuthType : std::uint8_t { api_key, oauth, none };
/// "apikey", "oauth", "none": the words of the API and the records.
std::string_view to_string(AuthType type) noexcept;
std::optional<AuthType> parse_auth_type(std::string_view name) noexcept;

/// One stored credential of a provider; the API calls it a connection. Times are Unix milliseconds, 0 = never.
struct Account {
  std::string id;
  std::string provider;  ///< a provider's id, or a node's
  std::string name;
  AuthType auth_type = AuthType::api_key;
  int priority = 1;  ///< 1..n inside its provider, 1 is asked first
  bool active = true;
  Secret api_key;
  Secret proxy;  ///< egress proxy URL for this account alone; empty = the settings'
  std::string default_model;
  std::string test_status = "unknown";  ///< "unknown", "ok" or "error"
  std::string last_error;
  std::int64_t last_error_ms = 0;
  std::int64_t created_ms = 0;
  std::int64_t updated_ms = 0;
};

}  // namespace omniroute::domain
