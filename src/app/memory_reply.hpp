#pragma once
#include <string>

#include "omniroute/http/server.hpp"

namespace omniroute::app {

/// Keeps an answer in memory.
class MemoryReply final : public http::ReplySink {
 public:
  Task<Status> send(int status, std::span<const http::Header> headers, std::string_view body) override;
  Task<Status> begin(int status, std::span<const http::Header> headers) override;
  Task<Status> push(std::string_view piece) override;
  Task<Status> end() override;
  void abort() noexcept override { aborted_ = true; }
  [[nodiscard]] bool begun() const noexcept override { return status_ != 0; }
  void watch_client(net::PeerWatch* /*watch*/) noexcept override {}

  [[nodiscard]] int status() const noexcept { return status_; }
  [[nodiscard]] const std::string& body() const noexcept { return body_; }
  /// False while the answer is not there as a whole.
  [[nodiscard]] bool whole() const noexcept { return ended_ && !aborted_; }

 private:
  int status_ = 0;
  std::string body_;
  bool ended_ = false;
  bool aborted_ = false;
};

}  // namespace omniroute::app
