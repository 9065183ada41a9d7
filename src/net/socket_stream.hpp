#pragma once
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>

#include <memory>

#include "omniroute/net/egress_log.hpp"
#include "omniroute/net/stream.hpp"
#include "worker_state.hpp"

namespace omniroute::net {

/// A connected TCP or Unix socket. Writes are tried at once, on a busy worker at the end of its turn, and wait
/// only when the kernel's buffer is full.
class SocketStream final : public Stream {
 public:
  using Socket = boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol, boost::asio::io_context::executor_type>;

  /// Takes over a connected, non-blocking descriptor; call on the worker's thread.
  SocketStream(Worker& worker, int family, int descriptor);
  SocketStream(Worker& worker, Socket socket);
  ~SocketStream() override;

  Task<Transfer> read_some(std::span<char> into, Tick deadline) override;
  Task<Transfer> write(std::span<const std::string_view> parts, Tick deadline) override;
  void shutdown_write() noexcept override;
  void close() noexcept override;
  /// For TLS, whose own end mark comes as bytes: a watched peer that ended its direction is gone even if unread bytes are there.
  void mind_half_close() noexcept { minds_half_close_ = true; }
  void watch_peer(PeerWatch* watch) noexcept override;
  [[nodiscard]] bool quiet() noexcept override;
  [[nodiscard]] std::string peer_address() const override;
  /// Tells the log, under that number, of its end and of what went through it.
  void account(EgressLog& log, std::uint64_t id);

 private:
  /// One direction's wait. Running out cancels the socket's waits; those it did not concern begin again.
  class Wait final : public Expiry {
   public:
    explicit Wait(SocketStream& stream) : stream_(stream) {}
    void expire() noexcept override;
    bool expired = false;

   private:
    SocketStream& stream_;
  };
  /// The time before a watch costs its system call.
  class LateWatch final : public Expiry {
   public:
    explicit LateWatch(SocketStream& stream) : stream_(stream) {}
    void expire() noexcept override { stream_.arm_watch(); }

   private:
    SocketStream& stream_;
  };
  struct WatchArm;
  class LateSend;

  [[nodiscard]] std::error_code failure_of(const boost::system::error_code& error, Wait& wait) const;
  void arm_watch();
  void watch_fired(bool readable) noexcept;
  /// 0: nothing there; > 0: bytes; < 0: the peer's end, or an error.
  [[nodiscard]] int peek() noexcept;
  [[nodiscard]] bool half_closed() noexcept;

  Worker::State& worker_;
  Socket socket_;
  Wait read_wait_{*this};
  Wait write_wait_{*this};
  LateWatch late_watch_{*this};
  PeerWatch* watch_ = nullptr;
  std::shared_ptr<WatchArm> arm_;  // what the pending readiness wait knows of us; made at the first watch
  EgressLog* log_ = nullptr;
  std::uint64_t log_id_ = 0;
  Tick opened_;
  std::uint64_t sent_ = 0;
  std::uint64_t received_ = 0;
  bool closed_ = false;
  bool minds_half_close_ = false;
};

/// A stream over a connected, non-blocking descriptor, which is closed when that fails (no memory for it in the kernel).
std::unique_ptr<SocketStream> adopt_socket(Worker& worker, int family, int descriptor);

/// TCP_NODELAY: without it each relayed event stalls for about 40 ms.
void set_no_delay(int descriptor) noexcept;

}  // namespace omniroute::net
