#pragma once
#include <cstdint>
#include <string>

#include "omniroute/net/connector.hpp"

namespace omniroute::net {

/// How asking a proxy for a tunnel ended. `words` continue "The proxy …"; empty when the tunnel stands.
struct Tunnelled {
  std::error_code failure;
  std::string words;
};

/// HTTP CONNECT (RFC 9110, section 9.3.6), with Basic credentials if the proxy has a user.
Task<Tunnelled> tunnel_http(Stream& stream, const Proxy& proxy, std::string host, std::uint16_t port, Tick deadline);

/// SOCKS5 (RFC 1928; user and password RFC 1929). Names go to the proxy unresolved.
Task<Tunnelled> tunnel_socks5(Stream& stream, const Proxy& proxy, std::string host, std::uint16_t port, Tick deadline);

}  // namespace omniroute::net
