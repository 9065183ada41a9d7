#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "omniroute/base/result.hpp"

struct ssl_ctx_st;

namespace omniroute::net {

/// What a certificate file holds.
struct CertificateFacts {
  std::string subject;        ///< "CN = gateway.example.com"
  std::int64_t begins_s = 0;  ///< Unix time
  std::int64_t ends_s = 0;
  bool key_open_to_others = false;  ///< the key file can be read by other users
};

/// The identity of our own TLS listener: a certificate chain and its key, from PEM files that may be replaced at any time. Connections keep
/// the one they began with. TLS 1.2 and newer, HTTP/1.1 by ALPN. Any thread.
class TlsServer {
 public:
  /// Errors name the file: not readable, no certificate, no key or one with a passphrase, a key of another certificate.
  static Result<std::shared_ptr<TlsServer>> load(std::string certificate_file, std::string key_file);
  /// The same checks, for people. Error: as load().
  static Result<CertificateFacts> inspect(const std::string& certificate_file, const std::string& key_file);
  ~TlsServer();
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  /// Looks whether the files differ from those in use and have rested since the last look; then new connections get them. True if so. An
  /// error leaves the old ones in use, and is told once for each state of the files.
  Result<bool> look();
  /// The context for a new connection, with a reference of its own.
  [[nodiscard]] std::shared_ptr<ssl_ctx_st> context() const;

 private:
  struct State;
  explicit TlsServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

class Stream;

/// Whether a connection came over our own TLS.
bool is_secured(const Stream& stream) noexcept;

}  // namespace omniroute::net
