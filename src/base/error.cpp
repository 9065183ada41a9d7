#include "omniroute/base/error.hpp"

namespace omniroute {

std::string_view to_string(ErrorKind kind) noexcept {
  switch (kind) {
    case ErrorKind::bad_request: return "bad_request";
    case ErrorKind::unauthorized: return "unauthorized";
    case ErrorKind::payment_required: return "payment_required";
    case ErrorKind::forbidden: return "forbidden";
    case ErrorKind::not_found: return "not_found";
    case ErrorKind::method_not_allowed: return "method_not_allowed";
    case ErrorKind::conflict: return "conflict";
    case ErrorKind::request_timeout: return "request_timeout";
    case ErrorKind::too_large: return "too_large";
    case ErrorKind::unsupported: return "unsupported";
    case ErrorKind::rate_limited: return "rate_limited";
    case ErrorKind::quota_exhausted: return "quota_exhausted";
    case ErrorKind::overloaded: return "overloaded";
    case ErrorKind::no_candidate: return "no_candidate";
    case ErrorKind::upstream_rejected: return "upstream_rejected";
    case ErrorKind::upstream_failed: return "upstream_failed";
    case ErrorKind::upstream_timeout: return "upstream_timeout";
    case ErrorKind::upstream_protocol: return "upstream_protocol";
    case ErrorKind::cancelled: return "cancelled";
    case ErrorKind::internal: return "internal";
  }
  return "internal";
}

std::string_view to_string(Origin origin) noexcept {
  switch (origin) {
    case Origin::unknown: return "unknown";
    case Origin::client: return "client";
    case Origin::gateway: return "gateway";
    case Origin::network: return "network";
    case Origin::provider: return "provider";
  }
  return "unknown";
}

Origin origin_of(const Error& error) noexcept {
  if (error.origin != Origin::unknown) return error.origin;
  if (error.upstream_status != 0) return Origin::provider;
  switch (error.kind) {
    case ErrorKind::bad_request:
    case ErrorKind::method_not_allowed:
    case ErrorKind::conflict:
    case ErrorKind::request_timeout:
    case ErrorKind::too_large:
    case ErrorKind::cancelled: return Origin::client;
    case ErrorKind::unsupported:
    case ErrorKind::no_candidate:
    case ErrorKind::internal: return Origin::gateway;
    default: return Origin::provider;
  }
}

}  // namespace omniroute
