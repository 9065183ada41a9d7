#pragma once
#include <array>
#include <atomic>
#include <string>

#include "omniroute/http/server.hpp"

namespace omniroute::http {

/// The one answer to one request; a connection keeps it and resets it between requests.
class Reply final : public ReplySink {
 public:
  /// `draining`: once true, answers say that they are their connection's last.
  Reply(net::Stream& stream, const Clock& clock, const ServerTimeouts& timeouts, const std::atomic<bool>& draining)
      : stream_(stream), clock_(clock), timeouts_(timeouts), draining_(draining) {}

  /// For the next request. `close`: the answer says that it is the connection's last.
  void reset(bool head_only, bool http10, bool close);

  Task<Status> send(int status, std::span<const Header> headers, std::string_view body) override;
  Task<Status> begin(int status, std::span<const Header> headers) override;
  Task<Status> push(std::string_view piece) override;
  Task<Status> end() override;
  void abort() noexcept override;
  [[nodiscard]] bool begun() const noexcept override { return state_ != State::fresh; }
  void watch_client(net::PeerWatch* watch) noexcept override { stream_.watch_peer(watch); }

  /// The answer went out whole.
  [[nodiscard]] bool whole() const noexcept { return state_ == State::done; }
  /// After it the connection may serve another request.
  [[nodiscard]] bool keeps_connection() const noexcept { return whole() && !close_; }
  void close_after() noexcept { close_ = true; }

 private:
  enum class State : std::uint8_t { fresh, streaming, done, broken };
  void write_head(int status, std::span<const Header> headers);
  Task<Status> write(std::span<const std::string_view> parts);
  Status gone(const std::error_code& failure);

  net::Stream& stream_;
  const Clock& clock_;
  const ServerTimeouts& timeouts_;
  const std::atomic<bool>& draining_;
  std::string head_;
  State state_ = State::fresh;
  bool head_only_ = false;
  bool http10_ = false;
  bool close_ = false;
};

}  // namespace omniroute::http
