#pragma once
#include <openssl/ssl.h>

#include <map>
#include <memory>
#include <string>

#include "omniroute/base/result.hpp"

namespace omniroute::net {

struct FreeContext {
  void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
};
struct FreeSession {
  void operator()(SSL_SESSION* session) const noexcept { SSL_SESSION_free(session); }
};

/// Sessions of one worker, by endpoint, to be resumed by the next connection.
class TlsSessions {
 public:
  /// The last session of that endpoint, or nullptr; stays ours.
  [[nodiscard]] SSL_SESSION* find(const std::string& endpoint) const;
  /// Takes over a reference.
  void keep(const std::string& endpoint, SSL_SESSION* session);
  [[nodiscard]] std::size_t size() const noexcept { return sessions_.size(); }

 private:
  std::map<std::string, std::unique_ptr<SSL_SESSION, FreeSession>> sessions_;
};

/// Client contexts of one worker, one for each ca_file, made again when the file changes. TLS 1.2 or newer, peer verified.
/// The system's roots are looked up by hash one by one as they are needed, which keeps memory small.
class TlsContexts {
 public:
  /// `trust_file` takes the place of the system's roots when not empty.
  explicit TlsContexts(std::string trust_file) : trust_file_(std::move(trust_file)) {}
  Result<SSL_CTX*> for_roots(const std::string& ca_file);

 private:
  struct Entry {
    std::unique_ptr<SSL_CTX, FreeContext> context;
    std::int64_t changed = 0;  // of the file, ns
  };
  std::string trust_file_;
  std::map<std::string, Entry> contexts_;
};

/// The newest words of OpenSSL's error queue, which is emptied.
std::string openssl_words();

}  // namespace omniroute::net
