#pragma once
#include <string>

#include "omniroute/domain/stored_response.hpp"
#include "omniroute/http/server.hpp"
#include "omniroute/http/sse.hpp"
#include "omniroute/store/responses.hpp"

namespace omniroute::api {

/// Lets an answer of the Responses API through unchanged and keeps the response object that it ends with.
class KeptReply final : public http::ReplySink {
 public:
  /// `record` says whose answer it is and what its turn added; id and response are filled in when they come.
  KeptReply(http::ReplySink& client, store::Responses& responses, domain::StoredResponse record)
      : client_(client), responses_(responses), record_(std::move(record)) {}

  Task<Status> send(int status, std::span<const http::Header> headers, std::string_view body) override;
  Task<Status> begin(int status, std::span<const http::Header> headers) override { return client_.begin(status, headers); }
  Task<Status> push(std::string_view piece) override;
  Task<Status> end() override { return client_.end(); }
  void abort() noexcept override { client_.abort(); }
  [[nodiscard]] bool begun() const noexcept override { return client_.begun(); }
  void watch_client(net::PeerWatch* watch) noexcept override { client_.watch_client(watch); }

 private:
  void keep(std::string_view response);
  http::ReplySink& client_;
  store::Responses& responses_;
  domain::StoredResponse record_;
  http::SseReader reader_;
};

}  // namespace omniroute::api
