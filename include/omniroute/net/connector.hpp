#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "omniroute/base/clock.hpp"
#include "omniroute/base/result.hpp"
#include "omniroute/base/secret.hpp"
#include "omniroute/base/task.hpp"
#include "omniroute/net/address.hpp"
#include "omniroute/net/stream.hpp"

namespace omniroute::net {

/// Where to connect. `ca_file` adds a PEM file of trusted roots for this endpoint alone (private endpoints).
struct Endpoint {
  std::string host;  ///< name, IPv4, or IPv6 without brackets
  std::uint16_t port = 0;
  bool tls = false;
  std::string ca_file;
  bool operator==(const Endpoint&) const = default;
};

/// An egress proxy. Without `kind` the connection is direct; with it, it never is (fails closed).
struct Proxy {
  enum class Kind : std::uint8_t { none, http, https, socks5 };
  Kind kind = Kind::none;
  std::string host;
  std::uint16_t port = 0;
  std::string user;
  Secret password;
  /// "http://user:pass@host:port", https, socks5 or socks5h (names are always resolved by the SOCKS proxy).
  /// An empty text is Kind::none. The error names what is wrong and never repeats the password.
  static Result<Proxy> parse(std::string_view url);
  /// kind://user@host:port, without the password; "" for none. Serves as part of a pool's key and in logs.
  [[nodiscard]] std::string label() const;
  /// The value of a Proxy-Authorization header (Basic), empty without a user.
  [[nodiscard]] Secret authorization() const;
};

/// Names to addresses. The worker's own asks the system and keeps answers for 30 s; tests put in another.
class Resolver {
 public:
  virtual ~Resolver() = default;
  /// Literals ("192.0.2.1", "2001:db8::1") in order of preference; upstream_failed when there is none.
  virtual Task<Result<std::vector<std::string>>> resolve(std::string host, Tick deadline) = 0;
};

class EgressLog;

/// How a worker's connector behaves.
struct ConnectOptions {
  AddressRules rules;            ///< asked for every address right before it is connected to (names change)
  std::string trust_file;        ///< PEM roots in place of the system's store
  Resolver* resolver = nullptr;  ///< in place of the system's; outlives the worker
  EgressLog* log = nullptr;      ///< gets each try; outlives the worker
};

/// Opens streams: resolves, races IPv6 and IPv4 (RFC 8305), goes through the proxy, does verified TLS with SNI.
/// One a worker; it keeps that worker's short-lived resolver cache and TLS sessions.
class Connector {
 public:
  virtual ~Connector() = default;
  /// Errors: upstream_timeout naming the connect clock; upstream_failed naming host, port and cause.
  /// Plain http through a Kind::http proxy yields a stream to the proxy itself; the caller writes absolute-form.
  virtual Task<Result<std::unique_ptr<Stream>>> connect(Endpoint endpoint, Proxy proxy, Tick deadline) = 0;
};

}  // namespace omniroute::net
