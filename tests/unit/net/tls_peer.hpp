#pragma once
#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <functional>
#include <string>
#include <thread>

#include "certificates.hpp"

namespace omniroute::net {

/// A blocking TLS server on a thread of its own, one connection after another.
class TlsPeer {
 public:
  struct Seen {
    std::string name;      ///< SNI
    std::string protocol;  ///< ALPN
    bool resumed = false;
  };
  using Conversation = std::function<void(TlsPeer&, SSL*)>;

  TlsPeer(const Identity& identity, Conversation conversation, int newest = TLS1_3_VERSION)
      : conversation_(std::move(conversation)), context_(SSL_CTX_new(TLS_server_method())) {
    ::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to sockets without MSG_NOSIGNAL
    SSL_CTX_use_certificate(context_, identity.certificate.get());
    SSL_CTX_use_PrivateKey(context_, identity.key.get());
    SSL_CTX_set_max_proto_version(context_, newest);
    if (newest < TLS1_2_VERSION) {
      SSL_CTX_set_min_proto_version(context_, newest);
      SSL_CTX_set_security_level(context_, 0);
    }
    SSL_CTX_set_alpn_select_cb(context_, &TlsPeer::choose, this);
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    ::listen(listener_, 16);
    socklen_t size = sizeof address;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~TlsPeer() {
    ending_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    if (const int socket = connection_; socket >= 0) ::shutdown(socket, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
    SSL_CTX_free(context_);
  }
  TlsPeer(const TlsPeer&) = delete;
  TlsPeer& operator=(const TlsPeer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }

  Seen seen;                       ///< of the latest connection; read it after its answer came
  std::atomic<int> handshakes{0};  ///< that succeeded

 private:
  static int choose(SSL*, const unsigned char** out, unsigned char* size, const unsigned char* in, unsigned int, void* self) {
    *out = in + 1;
    *size = in[0];
    static_cast<TlsPeer*>(self)->seen.protocol.assign(reinterpret_cast<const char*>(in + 1), in[0]);
    return SSL_TLSEXT_ERR_OK;
  }

  void serve() {
    while (!ending_) {
      const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (socket < 0) continue;
      connection_ = socket;
      SSL* ssl = SSL_new(context_);
      SSL_set_fd(ssl, socket);
      if (SSL_accept(ssl) == 1) {
        const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
        seen.name = name ? name : "";
        seen.resumed = SSL_session_reused(ssl) == 1;
        ++handshakes;
        conversation_(*this, ssl);
      }
      connection_ = -1;
      SSL_free(ssl);
      ::close(socket);
    }
  }

  Conversation conversation_;
  SSL_CTX* context_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> connection_{-1};
  std::atomic<bool> ending_{false};
  std::thread thread_;
};

/// Sends back what comes; ends in good order when the client does, or when it says "bye".
inline void echo(TlsPeer&, SSL* ssl) {
  std::array<char, 16384> block{};
  for (;;) {
    const int got = SSL_read(ssl, block.data(), block.size());
    if (got <= 0 || std::string_view(block.data(), static_cast<std::size_t>(got)) == "bye") break;
    if (SSL_write(ssl, block.data(), got) <= 0) break;
  }
  SSL_shutdown(ssl);
}

/// Ends the TCP connection without TLS's end mark after the first bytes.
inline void cut(TlsPeer&, SSL* ssl) {
  std::array<char, 64> block{};
  if (SSL_read(ssl, block.data(), block.size()) > 0) SSL_write(ssl, "half", 4);
  SSL_set_quiet_shutdown(ssl, 1);
}

/// An https proxy for one CONNECT: answers 200 and passes bytes on to the port in the request's line.
inline void connect_proxy(TlsPeer&, SSL* ssl) {
  std::array<char, 16384> block{};
  const int got = SSL_read(ssl, block.data(), block.size());
  if (got <= 0) return;
  const std::string request(block.data(), static_cast<std::size_t>(got));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(request.substr(request.find(':') + 1))));
  const int target = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::connect(target, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    const std::string_view fine = "HTTP/1.1 200 Connection established\r\n\r\n";
    SSL_write(ssl, fine.data(), static_cast<int>(fine.size()));
    for (bool open = true; open;) {
      std::array<pollfd, 2> ready{pollfd{SSL_get_fd(ssl), POLLIN, 0}, pollfd{target, POLLIN, 0}};
      ::poll(ready.data(), ready.size(), -1);
      if (ready[0].revents != 0) {
        do {
          const int up = SSL_read(ssl, block.data(), block.size());
          open = up > 0 && ::send(target, block.data(), static_cast<std::size_t>(up), MSG_NOSIGNAL) == up;
        } while (open && SSL_pending(ssl) > 0);
      }
      if (open && ready[1].revents != 0) {
        const ssize_t down = ::recv(target, block.data(), block.size(), 0);
        open = down > 0 && SSL_write(ssl, block.data(), static_cast<int>(down)) == down;
      }
    }
  }
  ::close(target);
}

}  // namespace omniroute::net
