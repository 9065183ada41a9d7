#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "omniroute/base/clock.hpp"
#include "omniroute/base/result.hpp"
#include "omniroute/config/snapshot.hpp"
#include "omniroute/domain/api_key.hpp"
#include "omniroute/http/message.hpp"

namespace omniroute::access {

/// Who calls, and what it may do.
struct Caller {
  enum class Kind : std::uint8_t {
    key,      ///< a gateway key
    keyless,  ///< nobody in particular, on loopback, with require_api_key off
    session,  ///< the dashboard
    local,    ///< the command line over the control socket
  };
  Kind kind = Kind::keyless;
  std::string key_id;  ///< empty unless Kind::key
  std::string name;
  domain::Scopes scopes;
  bool recent_login = false;  ///< a session whose password was given in the last 30 minutes
};

/// The key a request presents: Authorization: Bearer, x-api-key, x-goog-api-key or api-key, in that order; empty if none.
/// A view into the headers.
std::string_view presented_key(const http::Request& request) noexcept;

/// Decides by its key whether a request may pass. Pure and quick: one SHA-256 and one lookup.
class Gate {
 public:
  /// `on_loopback`: every listener is bound to loopback; only then does require_api_key = false count.
  Gate(bool on_loopback, const Clock& clock) : on_loopback_(on_loopback), clock_(clock) {}

  /// Errors: unauthorized (no key, malformed, unknown, switched off, expired, rotated and its grace over), forbidden (lacks `needed`; or a
  /// web page without a key). Requests of the control socket may do everything.
  [[nodiscard]] Result<Caller> admit(const http::Request& request, const config::Snapshot& snapshot, domain::Scope needed) const;

 private:
  bool on_loopback_;
  const Clock& clock_;
};

}  // namespace omniroute::access
