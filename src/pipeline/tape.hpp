#pragma once
#include <list>
#include <memory>
#include <string_view>

#include "omniroute/base/task.hpp"
#include "omniroute/domain/body_record.hpp"
#include "omniroute/http/client.hpp"
#include "omniroute/http/server.hpp"
#include "omniroute/pipeline/exchange.hpp"
#include "omniroute/store/database.hpp"

namespace omniroute::pipeline {

/// What one request and its answers say, taken down as it passes; each body up to the setting's size. Lives as long as its exchange.
class Tape {
 public:
  /// Nothing unless the settings or the caller's key ask for it. Both may ask for requests that fail alone: then it is told at the end.
  static std::shared_ptr<Tape> begin(const Exchange& exchange);

  Tape(std::size_t most, bool errors_only) : most_(most), errors_only_(errors_only) {}
  void add(domain::RecordedBody& body, std::string_view bytes) const;
  /// A new attempt, with what it sends. The reference holds while the tape does.
  domain::RecordedAttempt& attempt(const routing::Target& target, const http::Outgoing& request);
  /// Puts it on the writer's queue, where secrets are masked before anything is written; or forgets it.
  void keep(const Exchange& exchange, store::Database& database);

  domain::BodyRecord record;

 private:
  std::size_t most_;
  bool errors_only_;
  std::list<domain::RecordedAttempt> attempts_;
};

/// An upstream's answer, taken down as it is read.
class TapedIncoming final : public http::Incoming {
 public:
  TapedIncoming(std::unique_ptr<http::Incoming> answer, const Tape& tape, domain::RecordedAttempt& attempt);
  [[nodiscard]] int status() const noexcept override { return answer_->status(); }
  [[nodiscard]] const std::vector<http::HeaderView>& headers() const noexcept override { return answer_->headers(); }
  Task<Result<http::Piece>> read(Tick quiet_at) override;
  Task<Result<std::string>> read_all(std::size_t limit) override;
  void cancel() noexcept override { answer_->cancel(); }

 private:
  std::unique_ptr<http::Incoming> answer_;
  const Tape& tape_;
  domain::RecordedAttempt& attempt_;
};

/// The answer to the client, taken down as it goes.
class TapedReply final : public http::ReplySink {
 public:
  TapedReply(http::ReplySink& client, Tape& tape) : client_(client), tape_(tape) {}
  Task<Status> send(int status, std::span<const http::Header> headers, std::string_view body) override;
  Task<Status> begin(int status, std::span<const http::Header> headers) override;
  Task<Status> push(std::string_view piece) override;
  Task<Status> end() override { return client_.end(); }
  void abort() noexcept override { client_.abort(); }
  [[nodiscard]] bool begun() const noexcept override { return client_.begun(); }
  void watch_client(net::PeerWatch* watch) noexcept override { client_.watch_client(watch); }

 private:
  void head(std::span<const http::Header> headers);

  http::ReplySink& client_;
  Tape& tape_;
};

}  // namespace omniroute::pipeline
