#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "chunked.hpp"
#include "head_parser.hpp"
#include "omniroute/http/client.hpp"
#include "omniroute/net/event.hpp"
#include "pool.hpp"
#include "read_buffer.hpp"

namespace omniroute::http {

/// One exchange with an upstream: first the request's, then the answer's side. It is the Incoming that send() returns.
class Upstream final : public Incoming, public Cancellable {
 public:
  Upstream(std::shared_ptr<Pool> pool, const Outgoing& request, Timeouts timeouts);
  ~Upstream();

  /// Writes the request's head; an error if something in it cannot travel.
  Status prepare(const Outgoing& request);
  /// Sends it and reads the head of the answer.
  Task<Status> exchange(const Outgoing& request);

  [[nodiscard]] int status() const noexcept override { return status_; }
  [[nodiscard]] const std::vector<HeaderView>& headers() const noexcept override { return headers_; }
  Task<Result<Piece>> read(Tick quiet_at) override;
  Task<Result<std::string>> read_all(std::size_t limit) override;
  void cancel() noexcept override { cancel_now(); }
  void cancel_now() noexcept override;

 private:
  struct Dial;
  struct Sending;
  /// A deadline that knows its name.
  struct Limit {
    Tick at;
    const char* clock;  ///< "connect", "first byte", "idle", "total"
    std::chrono::milliseconds after;
  };

  class Groups;
  template <class Told>
  class Ending;

  Task<Status> connect(const Outgoing& request);
  static Task<void> dial(std::shared_ptr<Pool> pool, std::shared_ptr<Dial> into, net::Endpoint endpoint, net::Proxy proxy, Tick deadline);
  Task<Status> answer_on_stream();
  Task<std::error_code> write_request();
  Task<void> write_beside(std::shared_ptr<Sending> sending);
  Task<Status> read_head();
  Status accept_head();
  [[nodiscard]] std::string_view take_piece();
  void finish_if_ended();
  void drop();

  [[nodiscard]] Tick now() const { return pool_->worker().clock().now(); }
  [[nodiscard]] Limit limit(const char* clock, std::chrono::milliseconds after) const;
  [[nodiscard]] Limit head_limit() const;
  [[nodiscard]] Limit idle_limit() const;
  [[nodiscard]] Error failed(const std::error_code& failure, const Limit& limit) const;
  [[nodiscard]] Error malformed(std::string_view reason) const;
  [[nodiscard]] Error too_long(std::size_t limit) const;

  const std::shared_ptr<Pool> pool_;
  const std::string key_;
  const std::string host_;
  const Timeouts timeouts_;
  const Tick began_;
  const bool head_only_;

  std::string request_head_;
  std::vector<std::string_view> parts_;  // of the request: its head and its body
  std::size_t parts_size_ = 0;
  Tick sent_at_{};  // end of the request's sending; max: under way

  std::unique_ptr<net::Stream> stream_;
  std::shared_ptr<Dial> dial_;
  bool kept_ = false;   // the stream was used before
  bool heard_ = false;  // a byte of the answer came
  bool reusable_ = true;
  bool cancelled_ = false;

  ReadBuffer buffer_;
  HeadParser parser_;
  ChunkedDecoder chunks_;
  std::string head_;  // the answer's, for the views
  std::vector<HeaderView> headers_;
  int status_ = 0;
  Framing framing_ = Framing::none;
  std::uint64_t left_ = 0;            // of a body with a length
  std::size_t given_ = 0;             // bytes of the buffer that the last piece used
  Tick waiting_since_ = Tick::max();  // nothing came since; max: not waiting
  bool full_ = false;                 // the last read filled its room
  bool ended_ = false;
  std::optional<Error> error_;
};

}  // namespace omniroute::http
