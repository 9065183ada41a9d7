#pragma once
#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <vector>

#include "omniroute/net/stream.hpp"
#include "tls_contexts.hpp"

namespace omniroute::net {

/// TLS over any stream: so it also runs inside another TLS (a tunnel through an https proxy).
/// OpenSSL sees two byte buffers; all waiting is the inner stream's.
class TlsStream final : public Stream {
 public:
  /// `endpoint` names the session to resume and to keep in `sessions`, which outlives the stream's handshake and reads.
  TlsStream(std::unique_ptr<Stream> inner, SSL_CTX* context, std::string host, std::string endpoint, std::weak_ptr<TlsSessions> sessions);
  /// The server's side. `descriptor` is the inner stream's socket: TLS's own end mark goes out through it at once.
  TlsStream(std::unique_ptr<Stream> inner, SSL_CTX* context, int descriptor);
  ~TlsStream() override;

  /// Handshake and verification; before any read or write. `words()` says more about a failure.
  Task<std::error_code> handshake(Tick deadline);
  [[nodiscard]] const std::string& words() const noexcept { return words_; }
  [[nodiscard]] bool resumed() const noexcept { return SSL_session_reused(ssl_.get()) == 1; }

  Task<Transfer> read_some(std::span<char> into, Tick deadline) override;
  Task<Transfer> write(std::span<const std::string_view> parts, Tick deadline) override;
  void shutdown_write() noexcept override;
  void close() noexcept override;
  void watch_peer(PeerWatch* watch) noexcept override { inner_->watch_peer(watch); }
  [[nodiscard]] bool quiet() noexcept override;
  [[nodiscard]] std::string peer_address() const override { return inner_->peer_address(); }

  /// What lies below, for an answer outside of TLS when there was no handshake.
  [[nodiscard]] Stream& inner() noexcept { return *inner_; }

  /// OpenSSL's callback for new sessions.
  static int new_session(SSL* ssl, SSL_SESSION* session);

 private:
  struct FreeSsl {
    void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
  };
  static BIO_METHOD* bio_method();
  static int bio_read(BIO* bio, char* into, int size);
  static int bio_write(BIO* bio, const char* from, int size);
  static long bio_control(BIO* bio, int command, long number, void* pointer);

  /// Sends what OpenSSL has produced; only one of a concurrent reader and writer does so.
  Task<std::error_code> flush(Tick deadline);
  /// More ciphertext from below.
  Task<std::error_code> refill(Tick deadline);
  [[nodiscard]] std::error_code failure_of(int result);
  void make_ssl(SSL_CTX* context);
  /// close_notify, if it can go out without waiting.
  void say_goodbye() noexcept;

  std::unique_ptr<Stream> inner_;
  std::string endpoint_;
  std::weak_ptr<TlsSessions> sessions_;
  std::vector<char> sealed_in_;  // from below, not yet read by OpenSSL: [begin_, end_)
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::string sealed_out_;  // produced by OpenSSL, not yet sent
  std::string sending_;     // on its way down
  std::string words_;
  bool flushing_ = false;
  int farewell_ = -1;                  // the server's socket until its end mark was sent
  std::unique_ptr<SSL, FreeSsl> ssl_;  // last: its end may still call the BIO
};

}  // namespace omniroute::net
