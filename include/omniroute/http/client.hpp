#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "omniroute/base/result.hpp"
#include "omniroute/base/task.hpp"
#include "omniroute/http/message.hpp"
#include "omniroute/net/connector.hpp"
#include "omniroute/net/worker.hpp"

namespace omniroute::http {

/// One named clock a phase; the error of each names it. 0 = that clock is off.
struct Timeouts {
  std::chrono::milliseconds connect{10'000};      ///< name, TCP, proxy and TLS together
  std::chrono::milliseconds first_byte{120'000};  ///< request sent -> head of the answer
  std::chrono::milliseconds idle{60'000};         ///< silence inside a body
  std::chrono::milliseconds total{0};             ///< the whole exchange
};

/// A request to an upstream. All views outlive the call of send().
struct Outgoing {
  std::string_view method = "POST";
  net::Endpoint endpoint;
  net::Proxy proxy;
  std::string target;                  ///< origin-form: path and query
  std::vector<Header> headers;         ///< without Host, Content-Length, Connection: the client writes those
  std::vector<std::string_view> body;  ///< gathered into one body, never copied together
};

/// What a read of a body brought.
struct Piece {
  enum class Kind : std::uint8_t { data, quiet, end };
  Kind kind = Kind::end;
  std::string_view bytes;  ///< not empty for data
};

/// An answer under way. Destroying it before the end closes its connection; reading it to the end may keep it.
class Incoming {
 public:
  virtual ~Incoming() = default;
  [[nodiscard]] virtual int status() const noexcept = 0;
  [[nodiscard]] virtual const std::vector<HeaderView>& headers() const noexcept = 0;
  [[nodiscard]] std::string_view header(std::string_view name) const noexcept { return find_header(headers(), name); }
  /// The next piece as it arrived, without chunk framing. A body that stops before its length or last chunk is an error
  /// (upstream_failed), as are the idle and total clocks (upstream_timeout). With nothing until `quiet_at` it returns
  /// `quiet` and the exchange goes on: time for a sign of life to the client. The view lives until the next call.
  virtual Task<Result<Piece>> read(Tick quiet_at) = 0;
  /// All of the rest, at most `limit` bytes (then upstream_protocol).
  virtual Task<Result<std::string>> read_all(std::size_t limit) = 0;
  /// Cancels the exchange: read() returns ErrorKind::cancelled, the connection is closed at once. Same worker.
  virtual void cancel() noexcept = 0;
};

class CancelHandle;

/// What a CancelHandle ends: the client's own side of an exchange.
class Cancellable {
 public:
  Cancellable() = default;
  Cancellable(const Cancellable&) = delete;
  Cancellable& operator=(const Cancellable&) = delete;
  virtual void cancel_now() noexcept = 0;
  void attach(CancelHandle& handle) noexcept;
  void detach() noexcept;

 protected:
  ~Cancellable() { detach(); }

 private:
  CancelHandle* handle_ = nullptr;
};

/// Ends an exchange from outside while send() or read() waits; a PeerWatch of the client's side calls it.
/// For one send() after another, never two at once. Same worker. Either may be destroyed before the other.
class CancelHandle {
 public:
  CancelHandle() = default;
  ~CancelHandle();
  CancelHandle(const CancelHandle&) = delete;
  CancelHandle& operator=(const CancelHandle&) = delete;
  /// What is under way returns ErrorKind::cancelled and its connection closes at once; so does every later send().
  void cancel() noexcept;
  [[nodiscard]] bool cancelled() const noexcept { return cancelled_; }

 private:
  friend class Cancellable;
  Cancellable* target_ = nullptr;
  bool cancelled_ = false;
};

/// A worker's upstream connections, pooled by endpoint and proxy. Never follows redirects. A kept connection that
/// dies before one byte of the answer is replaced by a fresh one, once. Errors name the host and the clock.
class Client {
 public:
  Client(net::Worker& worker, Limits limits);
  ~Client();
  /// Sends and waits for the head of the final answer (1xx are skipped, at most 8 of them).
  Task<Result<std::unique_ptr<Incoming>>> send(const Outgoing& request, Timeouts timeouts, CancelHandle& cancel);
  /// Closes connections idle for longer than 60 s (which also happens by itself), and all of them at `everything`.
  /// Same worker.
  void trim(bool everything);
  /// Kept connections, for tests and the health page.
  [[nodiscard]] std::size_t idle() const;

 private:
  std::shared_ptr<class Pool> pool_;
};

}  // namespace omniroute::http
