#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "omniroute/base/result.hpp"
#include "omniroute/net/connector.hpp"

namespace omniroute::http {

/// An absolute http or https address, taken apart (RFC 3986). No user info, no fragment.
struct Url {
  bool tls = false;
  std::string host;  ///< lower case; IPv6 without brackets
  std::uint16_t port = 0;
  std::string target;  ///< path and query, beginning with "/"

  /// bad_request naming what is wrong with the address.
  static Result<Url> parse(std::string_view text);
  [[nodiscard]] net::Endpoint endpoint(std::string ca_file) const;
};

/// Decodes %XX; '+' stays. A broken escape stays as it is.
std::string percent_decode(std::string_view text);
/// Encodes all but unreserved characters (RFC 3986, section 2.3), so that it is one segment or one value.
std::string percent_encode(std::string_view text);
/// The value of `name` in a query string, decoded; "" if it is not there.
std::string query_value(std::string_view query, std::string_view name);

}  // namespace omniroute::http
