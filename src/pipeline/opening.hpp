#pragma once
#include "omniroute/base/task.hpp"
#include "omniroute/http/server.hpp"
#include "omniroute/pipeline/exchange.hpp"

namespace omniroute::pipeline {

/// The client's side of an answer before its content: signs of life may go out while another target can still answer. begun()
/// tells of content alone. Lives as long as the request.
class Opening final : public http::ReplySink {
 public:
  Opening(Exchange& exchange, http::ReplySink& client) : x_(exchange), client_(client) {}

  Task<Status> send(int status, std::span<const http::Header> headers, std::string_view body) override;
  Task<Status> begin(int status, std::span<const http::Header> headers) override;
  Task<Status> push(std::string_view piece) override { return client_.push(piece); }
  Task<Status> end() override { return client_.end(); }
  void abort() noexcept override { client_.abort(); }
  [[nodiscard]] bool begun() const noexcept override { return begun_; }
  void watch_client(net::PeerWatch* watch) noexcept override { client_.watch_client(watch); }

  /// Sends a sign that clients pass over, and the head before the first one. Nothing once content has begun, nor while two
  /// attempts run for this client.
  Task<Status> keep_alive(std::string_view sign);
  /// Two attempts begin or end to run for this client.
  void race(bool on) noexcept { racing_ = on; }
  /// True once the head is out without content.
  [[nodiscard]] bool alive() const noexcept { return alive_ && !begun_; }
  /// Ends such an answer with the error in the client's own format.
  Task<Status> fail(const Error& error);

 private:
  Exchange& x_;
  http::ReplySink& client_;
  bool alive_ = false;
  bool begun_ = false;
  bool racing_ = false;
};

/// The head of a stream of events.
std::vector<http::Header> stream_head(const Exchange& exchange);

}  // namespace omniroute::pipeline
