#pragma once
#include <string>

#include "omniroute/http/server.hpp"

namespace omniroute::api {

/// Keeps the answer of a request that the gateway asks itself.
class CollectedReply final : public http::ReplySink {
 public:
  Task<Status> send(int status, std::span<const http::Header> /*headers*/, std::string_view body) override {
    status_ = status;
    body_ = body;
    co_return Status();
  }
  Task<Status> begin(int status, std::span<const http::Header> /*headers*/) override {
    status_ = status;
    co_return Status();
  }
  Task<Status> push(std::string_view piece) override {
    body_ += piece;
    co_return Status();
  }
  Task<Status> end() override { co_return Status(); }
  void abort() noexcept override { status_ = 0; }
  [[nodiscard]] bool begun() const noexcept override { return status_ != 0; }
  void watch_client(net::PeerWatch* /*watch*/) noexcept override {}

  [[nodiscard]] int status() const noexcept { return status_; }
  [[nodiscard]] const std::string& body() const noexcept { return body_; }

 private:
  int status_ = 0;
  std::string body_;
};

}  // namespace omniroute::api
