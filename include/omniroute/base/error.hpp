#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace omniroute {

/// What went wrong, as coarse as a decision needs it. The codecs word a kind as status and body, once.
enum class ErrorKind : std::uint8_t {
  bad_request,       ///< the caller's input is wrong; `param` names the field
  unauthorized,      ///< no key, or a wrong one
  payment_required,  ///< a budget or the account's credit is used up
  forbidden,         ///< the key may not do this
  not_found,         ///< no such route, model or object
  method_not_allowed,
  conflict,
  request_timeout,  ///< the client was too slow
  too_large,        ///< the body is over the limit
  unsupported,      ///< well formed, but this gateway or target cannot do it
  rate_limited,
  quota_exhausted,
  overloaded,
  no_candidate,       ///< no account or target is left to try
  upstream_rejected,  ///< the provider refused the request; `upstream_status` has its status
  upstream_failed,    ///< no usable answer: connect, TLS, 5xx, cut
  upstream_timeout,   ///< a named clock ran out
  upstream_protocol,  ///< the answer is not what its format allows
  cancelled,          ///< the caller went away
  internal,
};

/// Stable lower-case name of a kind, for logs and JSON ("bad_request").
std::string_view to_string(ErrorKind kind) noexcept;

/// Where a failure arose. Only what a provider did counts against its health.
enum class Origin : std::uint8_t {
  unknown,   ///< not said; origin_of() tells from the kind
  client,    ///< the caller went away, or asked for what cannot be
  gateway,   ///< this program: a queue, a setting, a conversion
  network,   ///< on the way: no name service, no route, an egress proxy
  provider,  ///< the upstream itself
};
/// "unknown", "client", "gateway", "network", "provider".
std::string_view to_string(Origin origin) noexcept;

/// An expected failure, carried as a value. `message` may be shown to anyone; `detail` is for the log only.
class Error {
 public:
  Error(ErrorKind error_kind, std::string text) : kind(error_kind), message(std::move(text)) {}
  Error(ErrorKind error_kind, std::string text, std::string field) : kind(error_kind), message(std::move(text)), param(std::move(field)) {}

  ErrorKind kind;
  std::string message;              ///< one human sentence, safe to show
  std::string param;                ///< JSON path of the offending field ("messages.1.role"), or empty
  std::string code;                 ///< machine code of the dialect ("context_length_exceeded"), or empty
  std::string type;                 ///< the upstream's own error type word, or empty
  std::string detail;               ///< for the log only
  int upstream_status = 0;          ///< HTTP status the provider sent; 0 = none
  Origin origin = Origin::unknown;  ///< set by whoever knows better than the kind does
  bool unsent = false;              ///< no connection came about: nothing of the request reached the provider
  std::optional<std::chrono::milliseconds> retry_after;
};

/// The origin that an error says, or that its kind and status imply.
Origin origin_of(const Error& error) noexcept;

}  // namespace omniroute
