#pragma once
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace omniroute::test {

/// An answer as it stood on the wire, its body put together.
struct PlainReply {
  int status = 0;                                   ///< 0 = there was none
  std::multimap<std::string, std::string> headers;  ///< names in lower case
  std::string body;

  [[nodiscard]] std::string header(const std::string& name) const;
  [[nodiscard]] nlohmann::json json() const { return nlohmann::json::parse(body, nullptr, false); }
  /// error.message, or empty.
  [[nodiscard]] std::string error() const;
  /// The field the error names, or empty.
  [[nodiscard]] std::string field() const;
};

using PlainHeaders = std::vector<std::pair<std::string, std::string>>;

/// A blocking HTTP/1.1 client for tests: one request on one connection to 127.0.0.1. A body goes as JSON unless a header
/// says otherwise; `host` stands in Host, empty = the address itself.
PlainReply plain_request(std::uint16_t port, const std::string& method, const std::string& target, const std::string& body = "",
                         PlainHeaders headers = {}, const std::string& host = "");

/// Sends bytes as they are and reads until the server ends the connection (20 s at most).
std::string plain_exchange(std::uint16_t port, const std::string& request);

}  // namespace omniroute::test
