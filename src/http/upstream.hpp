#pragma once
#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "chunked.hpp"
#include "omniroute/http/client.hpp"
#include "pool.hpp"

namespace omniroute::http {

/// Whether an upstream has more for us whenever we look: the mean time that reads of its body had to wait for bytes.
class Burst {
 public:
  void waited(std::chrono::nanoseconds time) noexcept {
    mean_ += (std::min<std::chrono::nanoseconds>(time, longest) - mean_) / waits_in_mean;
  }
  /// Below a breath: who rests for one finds several events instead of one.
  [[nodiscard]] bool is_on() const noexcept { return mean_ < net::Worker::breath; }

 private:
  static constexpr std::chrono::milliseconds longest{1};
  static constexpr int waits_in_mean = 8;
  std::chrono::nanoseconds mean_ = longest;  // nothing is known yet: a short answer is never kept waiting
};

/// One exchange with an upstream: first the request's, then the answer's side. It is the Incoming that send() returns.
class Upstream final : public Incoming, public Cancellable {
 public:
  Upstream(std::shared_ptr<Pool> pool, const Outgoing& request, Timeouts timeouts);
  ~Upstream();

  /// Writes the request's head; an error if something in it cannot travel.
  Status prepare(const Outgoing& request);
  /// Sends it and reads the head of the answer.
  Task<Status> exchange(const Outgoing& request);

  [[nodiscard]] int status() const noexcept override { return channel_->parser.status(); }
  [[nodiscard]] const std::vector<HeaderView>& headers() const noexcept override { return channel_->headers; }
  Task<Result<Piece>> read(Tick quiet_at) override;
  Task<Result<std::string>> read_all(std::size_t limit) override;
  void cancel() noexcept override { cancel_now(); }
  void cancel_now() noexcept override;

 private:
  struct Dial;
  struct Sending;
  class Groups;
  template <class Told>
  class Ending;
  /// A deadline that knows its name.
  struct Limit {
    Tick at;
    const char* clock;  ///< "connect", "first byte", "idle", "total"
    std::chrono::milliseconds after;
  };

  Task<Status> connect(const Outgoing& request);
  static Task<void> dial(std::shared_ptr<Pool> pool, std::shared_ptr<Dial> into, net::Endpoint endpoint, net::Proxy proxy, Tick deadline);
  Task<Status> answer_on_stream();
  Task<Status> answer_while_sending();
  Task<std::error_code> write_request();
  Task<void> write_beside(std::shared_ptr<Sending> sending);
  Task<Status> read_head();
  void accept_head();
  [[nodiscard]] std::string_view take_piece();
  void end_if_ended();
  void drop();
  void fail(Error error);

  [[nodiscard]] Tick now() const { return pool_->worker().clock().now(); }
  [[nodiscard]] const std::string& host() const noexcept { return channel_->host; }
  [[nodiscard]] Limit limit(const char* clock, std::chrono::milliseconds after) const;
  [[nodiscard]] Limit head_limit() const;
  [[nodiscard]] Limit idle_limit() const;
  [[nodiscard]] Error failed(const std::error_code& failure, const Limit& limit) const;
  [[nodiscard]] Error malformed(std::string_view reason) const;
  [[nodiscard]] Error too_long(std::size_t limit) const;

  const std::shared_ptr<Pool> pool_;
  const Timeouts timeouts_;
  const Tick began_;
  Tick sent_at_{};                    // end of the request's sending; max: under way
  Tick waiting_since_ = Tick::max();  // nothing came since; max: not waiting
  std::size_t request_size_ = 0;
  Burst burst_;

  std::unique_ptr<Channel> channel_;
  std::shared_ptr<Dial> dial_;
  std::unique_ptr<Error> error_;
  ChunkedDecoder chunks_;
  std::uint64_t left_ = 0;  // of a body with a length
  std::size_t given_ = 0;   // bytes of the buffer that the last piece used
  Framing framing_ = Framing::none;
  bool head_only_;
  bool heard_ = false;  // a byte of the answer came
  bool reusable_ = true;
  bool cancelled_ = false;
  bool full_ = false;   // the last read filled its room
  bool whole_ = false;  // read_all() wants it: nothing is gained by rests
  bool ended_ = false;
};

}  // namespace omniroute::http
