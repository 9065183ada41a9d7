#pragma once
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "omniroute/base/result.hpp"
#include "omniroute/base/task.hpp"
#include "omniroute/http/message.hpp"
#include "omniroute/net/stream.hpp"
#include "omniroute/net/worker.hpp"

namespace omniroute::http {

/// Where a handler writes its one answer: either `send`, or `begin`, any number of `push`, and `end`.
/// Every write waits for the client (back pressure) and fails with ErrorKind::cancelled once it is gone.
class ReplySink {
 public:
  virtual ~ReplySink() = default;
  /// A whole answer with Content-Length. Date, Content-Length and Connection are the server's to write.
  virtual Task<Status> send(int status, std::span<const Header> headers, std::string_view body) = 0;
  /// The head of an answer of unknown length (chunked; to HTTP/1.0 clients: until close).
  virtual Task<Status> begin(int status, std::span<const Header> headers) = 0;
  /// One piece of it, written at once as one chunk. Empty pieces are not written.
  virtual Task<Status> push(std::string_view piece) = 0;
  virtual Task<Status> end() = 0;
  /// Ends the connection without the closing chunk, so that nobody takes the answer for whole.
  virtual void abort() noexcept = 0;
  /// True after begin() or send().
  [[nodiscard]] virtual bool begun() const noexcept = 0;
  /// While set, told when the client goes away during the handler's work. nullptr stops it.
  virtual void watch_client(net::PeerWatch* watch) noexcept = 0;
};

/// What a connection asks of the program above: the limit for a route's body, the answer, and the words of its errors.
class Handler {
 public:
  virtual ~Handler() = default;
  /// Largest body this request may have, decided from its head alone. 0 = it may have none.
  virtual std::size_t body_limit(const Request& head) = 0;
  /// Answers one request. An exception is logged and becomes a 500.
  virtual Task<void> handle(net::Worker& worker, Request& request, ReplySink& reply) = 0;
  /// The body of an answer that the server itself has to give (400, 408, 413, 431 …), with its content type in `headers`.
  virtual std::string error_body(const Request& head, int status, const Error& error, std::vector<Header>& headers) = 0;
};

struct ServerTimeouts {
  std::chrono::milliseconds head{10'000};   ///< from a head's first byte to its end, absolute
  std::chrono::milliseconds first{20'000};  ///< a new connection before its first byte
  std::chrono::milliseconds idle{60'000};   ///< a kept connection between requests
  std::chrono::milliseconds body_silence{30'000};
  std::chrono::milliseconds body_base{90'000};  ///< whole body: this, plus one second for each 100 KB
  std::chrono::milliseconds write{60'000};      ///< the client takes nothing for so long
  std::chrono::milliseconds linger{2'000};      ///< after our end of a connection, for the client to see the answer
};

/// Serves HTTP/1.1 on streams: one coroutine a connection, answers in order, strict framing, bounded memory.
class Server {
 public:
  Server(Handler& handler, Limits limits, ServerTimeouts timeouts);
  ~Server();
  /// The life of one connection; spawn it on `worker`. `local` marks requests of the control socket.
  Task<void> serve(net::Worker& worker, std::unique_ptr<net::Stream> stream, bool local);
  /// From now on: idle connections close, answers say Connection: close, new requests on kept connections get 503. Any thread.
  void drain();
  /// Closes every connection, also those under way. Any thread.
  void close_all();
  /// Requests being answered now, over all workers.
  [[nodiscard]] std::size_t in_flight() const;
  [[nodiscard]] std::size_t connections() const;

  struct State;  ///< shared with the connections

 private:
  std::shared_ptr<State> state_;
};

}  // namespace omniroute::http
