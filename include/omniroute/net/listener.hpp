#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "omniroute/base/result.hpp"
#include "omniroute/net/stream.hpp"
#include "omniroute/net/tls_server.hpp"
#include "omniroute/net/worker.hpp"

namespace omniroute::net {

/// Accepts on one address and hands each socket round-robin to a worker. TCP_NODELAY is set.
/// Out of descriptors it waits and tries again; it never spins and never ends for it. Destroy it before its workers.
class Listener {
 public:
  /// Called on the worker that got the socket; usually spawns the connection's coroutine there.
  using Accepted = std::function<void(Worker&, std::unique_ptr<Stream>)>;

  /// Binds and listens at once. Port 0 takes a free one. Errors name the address, and "in use" as such.
  static Result<std::unique_ptr<Listener>> tcp(std::string host, std::uint16_t port, std::vector<Worker*> workers, Accepted accepted);
  /// Takes over a socket that listens already (from a service manager). Error: it is none. The descriptor is ours either way.
  static Result<std::unique_ptr<Listener>> adopt(int descriptor, std::vector<Worker*> workers, Accepted accepted);
  /// A Unix socket with mode 0600 at `path` (any length; a stale one is replaced), removed at close.
  static Result<std::unique_ptr<Listener>> unix_socket(std::string path, std::vector<Worker*> workers, Accepted accepted);
  ~Listener();

  /// Every connection speaks TLS from now on; before start(). A handshake has ten seconds, and who speaks plain HTTP is told so.
  void secure(std::shared_ptr<const TlsServer> identity);
  /// 0 for a Unix socket.
  [[nodiscard]] std::uint16_t port() const;
  /// The address it is bound to: "127.0.0.1", "::"; empty for a Unix socket.
  [[nodiscard]] std::string address() const;
  /// Starts accepting, on the first worker.
  void start();
  /// Stops accepting and closes the socket. Any thread.
  void close();

 private:
  struct State;
  explicit Listener(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

/// Connects to a Unix socket (the daemon's control socket), on the worker.
Task<Result<std::unique_ptr<Stream>>> connect_unix(Worker& worker, std::string path);

}  // namespace omniroute::net
