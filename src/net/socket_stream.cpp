#include "socket_stream.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "omniroute/base/log.hpp"

namespace omniroute::net {
namespace asio = boost::asio;

namespace {

constexpr auto watch_after = std::chrono::milliseconds(20);  // most answers are through by then; a lost client may cost 100 ms
constexpr std::size_t gather_most = 64;                      // parts of one system call; more are written in turns

/// What a system call took: bytes, or the reason why not.
struct Sent {
  std::size_t bytes = 0;
  int failure = 0;  // errno
};

/// What is left to write: a cursor over the parts.
class Remaining {
 public:
  explicit Remaining(std::span<const std::string_view> parts) : parts_(parts) { skip_empty(); }
  [[nodiscard]] bool done() const noexcept { return index_ == parts_.size(); }
  /// One system call. Not inside the coroutine: the array would be part of its frame.
  Sent send_to(int descriptor) noexcept {
    std::array<iovec, gather_most> vector;
    msghdr message{};
    message.msg_iov = vector.data();
    message.msg_iovlen = fill(vector);
    const ssize_t sent = ::sendmsg(descriptor, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) return {0, errno};
    advance(static_cast<std::size_t>(sent));
    return {static_cast<std::size_t>(sent), 0};
  }

 private:
  std::size_t fill(std::array<iovec, gather_most>& vector) const noexcept {
    std::size_t count = 0;
    std::size_t offset = offset_;
    for (std::size_t i = index_; i < parts_.size() && count < gather_most; ++i, offset = 0) {
      if (parts_[i].size() == offset) continue;
      // sendmsg does not write through it; iovec is shared with readv, hence not const.
      vector[count].iov_base = const_cast<char*>(parts_[i].data() + offset);
      vector[count].iov_len = parts_[i].size() - offset;
      ++count;
    }
    return count;
  }
  void advance(std::size_t bytes) noexcept {
    while (bytes > 0) {
      const std::size_t here = parts_[index_].size() - offset_;
      if (bytes < here) {
        offset_ += bytes;
        return;
      }
      bytes -= here;
      ++index_;
      offset_ = 0;
    }
    skip_empty();
  }
  void skip_empty() noexcept {
    while (index_ < parts_.size() && parts_[index_].size() == offset_) {
      ++index_;
      offset_ = 0;
    }
  }
  std::span<const std::string_view> parts_;
  std::size_t index_ = 0;
  std::size_t offset_ = 0;
};

}  // namespace

/// A first try to write that waits for the end of the worker's turn.
class SocketStream::LateSend final : public Turn::Work {
 public:
  LateSend(SocketStream& stream, Remaining& left) : stream_(stream), left_(left) {}
  void run() noexcept override {
    if (!stream_.closed_) sent = left_.send_to(stream_.socket_.native_handle());
  }
  Sent sent;

 private:
  SocketStream& stream_;
  Remaining& left_;
};

/// Shared with the pending wait's handler, which may run after the stream is gone.
struct SocketStream::WatchArm {
  SocketStream* stream;
  bool pending = false;
};

void SocketStream::Wait::expire() noexcept {
  expired = true;
  boost::system::error_code ignored;
  stream_.socket_.cancel(ignored);
}

SocketStream::SocketStream(Worker& worker, int family, int descriptor)
    : worker_(worker.state()), socket_(worker_.context, asio::generic::stream_protocol(family, 0), descriptor) {}

SocketStream::SocketStream(Worker& worker, Socket socket) : worker_(worker.state()), socket_(std::move(socket)) {}

SocketStream::~SocketStream() {
  if (arm_) arm_->stream = nullptr;
  if (log_ != nullptr)
    log_->closed(log_id_, sent_, received_, std::chrono::duration_cast<std::chrono::milliseconds>(worker_.clock.now() - opened_));
}

void SocketStream::account(EgressLog& log, std::uint64_t id) {
  log_ = &log;
  log_id_ = id;
  opened_ = worker_.clock.now();
}

std::error_code SocketStream::failure_of(const boost::system::error_code& error, Wait& wait) const {
  if (closed_ || (wait.expired && worker_.deadlines.stopping())) return Failure::cancelled;
  if (wait.expired) return Failure::timed_out;
  if (error == asio::error::eof) return Failure::end_of_stream;
  return error;
}

Task<Transfer> SocketStream::read_some(std::span<char> into, Tick deadline) {
  Transfer result;
  read_wait_.expired = false;
  while (!closed_) {
    worker_.deadlines.add(read_wait_, deadline);
    auto receive = socket_.async_receive(asio::buffer(into.data(), into.size()), asio::as_tuple(asio::deferred));
    const std::tuple<boost::system::error_code, std::size_t> got = co_await std::move(receive);
    read_wait_.unlink();
    result.bytes = std::get<1>(got);
    received_ += result.bytes;
    if (result.bytes > 0) co_return result;
    if (std::get<0>(got) == asio::error::operation_aborted && !closed_ && !read_wait_.expired) continue;  // the other wait ran out
    result.failure = failure_of(std::get<0>(got), read_wait_);
    co_return result;
  }
  result.failure = Failure::cancelled;
  co_return result;
}

Task<Transfer> SocketStream::write(std::span<const std::string_view> parts, Tick deadline) {
  Transfer result;
  Remaining left(parts);
  bool may_wait = true;
  write_wait_.expired = false;
  while (!left.done()) {
    if (closed_) {
      result.failure = Failure::cancelled;
      co_return result;
    }
    Sent sent;
    if (std::exchange(may_wait, false) && worker_.turn.is_busy()) {
      LateSend late(*this, left);
      co_await worker_.turn.end(late);
      sent = late.sent;
    } else {
      sent = left.send_to(socket_.native_handle());
    }
    result.bytes += sent.bytes;
    sent_ += static_cast<std::uint64_t>(sent.bytes);
    if (sent.failure == 0 || sent.failure == EINTR) continue;
    if (sent.failure != EAGAIN && sent.failure != EWOULDBLOCK) {
      result.failure = std::error_code(sent.failure, std::system_category());
      co_return result;
    }
    worker_.deadlines.add(write_wait_, deadline);
    auto wait = socket_.async_wait(Socket::wait_write, asio::as_tuple(asio::deferred));
    const std::tuple<boost::system::error_code> woken = co_await std::move(wait);
    write_wait_.unlink();
    const boost::system::error_code error = std::get<0>(woken);
    if (!error || (error == asio::error::operation_aborted && !closed_ && !write_wait_.expired)) continue;
    result.failure = failure_of(error, write_wait_);
    co_return result;
  }
  co_return result;
}

void SocketStream::shutdown_write() noexcept {
  boost::system::error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
}

void SocketStream::close() noexcept {
  if (closed_) return;
  closed_ = true;
  watch_ = nullptr;
  late_watch_.unlink();
  boost::system::error_code ignored;
  socket_.close(ignored);
}

void SocketStream::watch_peer(PeerWatch* watch) noexcept {
  watch_ = closed_ ? nullptr : watch;
  if (!watch_) {
    late_watch_.unlink();
  } else if (!arm_ || !arm_->pending) {
    worker_.watches.add(late_watch_, worker_.clock.now() + watch_after);
  }
}

void SocketStream::arm_watch() {
  if (!arm_) {
    arm_ = std::make_shared<WatchArm>();
    arm_->stream = this;
  }
  // Left armed when the watch is taken away: the next one, or the next read, needs no other system call then.
  if (arm_->pending) return;
  arm_->pending = true;
  socket_.async_wait(Socket::wait_read, [arm = arm_](const boost::system::error_code& error) {
    arm->pending = false;
    if (arm->stream) arm->stream->watch_fired(!error);
  });
}

void SocketStream::watch_fired(bool readable) noexcept {
  if (!watch_ || closed_) return;
  if (!readable) {  // cancelled by a deadline of the other direction
    arm_watch();
    return;
  }
  const int there = peek();
  const bool ended = there < 0 || (there > 0 && minds_half_close_ && half_closed());
  if (there == 0) {
    arm_watch();
  } else if (there > 0 && minds_half_close_ && !ended) {
    worker_.watches.add(late_watch_, worker_.clock.now() + watch_after);  // the end may follow its mark
  } else if (ended) {
    PeerWatch* told = watch_;
    watch_ = nullptr;
    told->peer_gone();
  }
}

int SocketStream::peek() noexcept {
  char byte = 0;
  const ssize_t got = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  if (got > 0) return 1;
  if (got == 0) return -1;
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? 0 : -1;
}

bool SocketStream::half_closed() noexcept {
  pollfd look{socket_.native_handle(), POLLRDHUP, 0};
  return ::poll(&look, 1, 0) > 0;
}

bool SocketStream::quiet() noexcept {
  if (closed_) return false;
  // An armed wait that has not fired tells the same without a system call.
  if (arm_ && arm_->pending) return true;
  return peek() == 0;
}

std::string SocketStream::peer_address() const {
  boost::system::error_code error;
  const auto endpoint = socket_.remote_endpoint(error);
  if (error) return {};
  const auto* address = reinterpret_cast<const sockaddr*>(endpoint.data());
  if (address->sa_family != AF_INET && address->sa_family != AF_INET6) return {};
  asio::ip::tcp::endpoint tcp;
  tcp.resize(endpoint.size());
  std::memcpy(tcp.data(), endpoint.data(), endpoint.size());
  const asio::ip::address ip = tcp.address();
  if (ip.is_v6() && ip.to_v6().is_v4_mapped()) return asio::ip::make_address_v4(asio::ip::v4_mapped, ip.to_v6()).to_string();
  if (ip.is_v6()) {
    asio::ip::address_v6 plain = ip.to_v6();
    plain.scope_id(0);
    return plain.to_string();
  }
  return ip.to_string();
}

std::unique_ptr<SocketStream> adopt_socket(Worker& worker, int family, int descriptor) {
  try {
    return std::make_unique<SocketStream>(worker, family, descriptor);
  } catch (const boost::system::system_error& failure) {
    log::warn("socket refused by the event loop: what={}", failure.what());
    ::close(descriptor);
    return nullptr;
  }
}

void set_no_delay(int descriptor) noexcept {
  const int on = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace omniroute::net
