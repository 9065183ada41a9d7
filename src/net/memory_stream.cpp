#include "omniroute/net/memory_stream.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <cstring>

#include "omniroute/net/event.hpp"
#include "worker_state.hpp"

namespace omniroute::net {
namespace {

/// One direction.
struct Pipe {
  Pipe(Worker& worker, std::size_t most) : readable(worker), writable(worker), capacity(most) {}
  std::string bytes;
  Event readable;
  Event writable;
  const std::size_t capacity;
  bool ended = false;   // the writer is done
  bool broken = false;  // the reader is gone
  PeerWatch* watch = nullptr;
};

class MemoryStream final : public Stream {
 public:
  MemoryStream(Worker& worker, std::shared_ptr<Pipe> in, std::shared_ptr<Pipe> out)
      : worker_(worker), in_(std::move(in)), out_(std::move(out)) {}
  ~MemoryStream() override { close(); }

  Task<Transfer> read_some(std::span<char> into, Tick deadline) override {
    Transfer result;
    while (!closed_) {
      result.bytes = std::min(into.size(), in_->bytes.size());
      if (result.bytes > 0) {
        std::memcpy(into.data(), in_->bytes.data(), result.bytes);
        in_->bytes.erase(0, result.bytes);
        in_->writable.notify();
        co_return result;
      }
      if (in_->ended) {
        result.failure = Failure::end_of_stream;
        co_return result;
      }
      const bool told = co_await in_->readable.wait(deadline);
      if (!told && !closed_) {
        result.failure = worker_.state().deadlines.stopping() ? Failure::cancelled : Failure::timed_out;
        co_return result;
      }
    }
    result.failure = Failure::cancelled;
    co_return result;
  }

  Task<Transfer> write(std::span<const std::string_view> parts, Tick deadline) override {
    Transfer result;
    for (std::string_view left : parts) {
      while (!left.empty()) {
        if (closed_ || out_->ended) {
          result.failure = Failure::cancelled;
          co_return result;
        }
        if (out_->broken) {
          result.failure = std::make_error_code(std::errc::broken_pipe);
          co_return result;
        }
        const std::size_t room = out_->capacity - std::min(out_->capacity, out_->bytes.size());
        const std::size_t now = std::min(room, left.size());
        if (now > 0) {
          out_->bytes.append(left.substr(0, now));
          left.remove_prefix(now);
          result.bytes += now;
          out_->readable.notify();
          continue;
        }
        const bool told = co_await out_->writable.wait(deadline);
        if (!told && !closed_) {
          result.failure = worker_.state().deadlines.stopping() ? Failure::cancelled : Failure::timed_out;
          co_return result;
        }
      }
    }
    co_return result;
  }

  void shutdown_write() noexcept override {
    if (out_->ended) return;
    out_->ended = true;
    out_->readable.notify();
    out_->writable.notify();
    tell_watch();
  }

  void close() noexcept override {
    if (closed_) return;
    closed_ = true;
    in_->watch = nullptr;
    in_->broken = true;
    in_->readable.notify();
    in_->writable.notify();
    shutdown_write();
  }

  void watch_peer(PeerWatch* watch) noexcept override {
    in_->watch = closed_ ? nullptr : watch;
    if (in_->watch && in_->ended) tell(in_);
  }

  [[nodiscard]] bool quiet() noexcept override { return !closed_ && in_->bytes.empty() && !in_->ended; }
  [[nodiscard]] std::string peer_address() const override { return {}; }

 private:
  void tell_watch() noexcept {
    if (out_->watch && out_->bytes.empty()) tell(out_);
  }
  void tell(const std::shared_ptr<Pipe>& pipe) noexcept {
    boost::asio::post(worker_.state().context, [pipe] {
      if (PeerWatch* watch = std::exchange(pipe->watch, nullptr)) watch->peer_gone();
    });
  }

  Worker& worker_;
  std::shared_ptr<Pipe> in_;
  std::shared_ptr<Pipe> out_;
  bool closed_ = false;
};

}  // namespace

MemoryPair memory_pair(Worker& worker, std::size_t capacity) {
  auto there = std::make_shared<Pipe>(worker, capacity);
  auto back = std::make_shared<Pipe>(worker, capacity);
  MemoryPair pair;
  pair.near = std::make_unique<MemoryStream>(worker, back, there);
  pair.far = std::make_unique<MemoryStream>(worker, there, back);
  return pair;
}

}  // namespace omniroute::net
