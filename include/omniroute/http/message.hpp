#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace omniroute::http {

/// A header as it stands in a connection's buffer. Names compare without case.
struct HeaderView {
  std::string_view name;
  std::string_view value;
};

/// A header we own.
struct Header {
  std::string name;
  std::string value;
};

bool same_name(std::string_view a, std::string_view b) noexcept;
/// The first value of that name, or nullptr-data view if absent (`.data() == nullptr`).
std::string_view find_header(const std::vector<HeaderView>& headers, std::string_view name) noexcept;
/// The standard phrase of a status ("Not Found"); "Status" for unknown ones.
std::string_view reason_phrase(int status) noexcept;

/// Bounds on what a peer may send (docs/adr: one strict HTTP parser). Sizes in bytes.
struct Limits {
  std::size_t head = 32 * 1024;
  std::size_t fields = 100;
  std::size_t request_line = 8 * 1024;
  std::size_t trailers = 8 * 1024;
  std::size_t trailer_fields = 20;
  std::size_t chunk_line = 4 * 1024;
};

/// A request as a handler sees it. Views point into the connection's buffer and live until the handler returns.
struct Request {
  std::string_view method;
  std::string_view target;  ///< as sent
  std::string_view path;    ///< without query; absolute-form reduced to its path
  std::string_view query;   ///< after '?', without it
  std::vector<HeaderView> headers;
  std::string body;
  std::string peer;         ///< address of the peer
  std::string client;       ///< the client's, as the gateway made it out for this request: the peer's, or what a trusted proxy says
  bool tls = false;         ///< came over TLS, on our own listener
  bool client_tls = false;  ///< the client speaks TLS, with us or with a trusted proxy
  bool local = false;       ///< came over the daemon's own control socket
  [[nodiscard]] std::string_view header(std::string_view name) const noexcept { return find_header(headers, name); }
};

}  // namespace omniroute::http
