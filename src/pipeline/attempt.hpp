#pragma once
#include <chrono>
#include <optional>
#include <vector>

#include "omniroute/base/task.hpp"
#include "omniroute/http/client.hpp"
#include "omniroute/http/server.hpp"
#include "omniroute/pipeline/exchange.hpp"
#include "omniroute/resilience/failure.hpp"
#include "omniroute/resilience/hints.hpp"

namespace omniroute::pipeline {

/// Clocks of one attempt, where they are shorter than the settings'; 0 = the settings'.
struct AttemptClocks {
  std::chrono::milliseconds connect{0};
  std::chrono::milliseconds content{0};
  std::chrono::milliseconds total{0};
};

/// One try at one target. While it runs the client is watched: once it is gone, the upstream is let go at once.
class Attempt final : private net::PeerWatch {
 public:
  /// `target` outlives it.
  Attempt(Exchange& exchange, const routing::Target& target, AttemptClocks clocks, http::ReplySink& client, ContentWatch& watch)
      : x_(exchange), target_(target), clocks_(clocks), client_(client), watch_(watch) {}

  /// Asks the target and relays its answer. An error with client.begun() false leaves the client unanswered.
  Task<Status> run();
  /// Ends it: run() returns ErrorKind::cancelled.
  void cancel() noexcept { cancel_.cancel(); }

  /// How far it came.
  [[nodiscard]] resilience::Phase phase() const noexcept { return client_.begun() ? resilience::Phase::stream : phase_; }
  [[nodiscard]] const std::optional<Tick>& head_at() const noexcept { return head_at_; }
  /// What the answer's headers say of limits; read when the head came.
  [[nodiscard]] const resilience::RateReading& rate() const noexcept { return rate_; }
  [[nodiscard]] const std::vector<resilience::QuotaReading>& quota() const noexcept { return quota_; }
  /// When to come back, as a refusal said.
  [[nodiscard]] const std::optional<resilience::Hint>& hint() const noexcept { return hint_; }

  Outcome outcome;  ///< of this attempt: usage, first token, status

 private:
  void peer_gone() noexcept override { cancel_.cancel(); }
  Task<Status> ask();
  /// Reads the provider's own compaction and hands it on as it is.
  Task<Status> pass_compaction(http::Incoming& answer);
  void take_head(const http::Incoming& answer);
  /// The provider's refusal as an error.
  Task<Error> refusal(http::Incoming& answer);

  Exchange& x_;
  const routing::Target& target_;
  const AttemptClocks clocks_;
  http::ReplySink& client_;
  ContentWatch& watch_;
  http::CancelHandle cancel_;
  resilience::Phase phase_ = resilience::Phase::prepare;
  std::optional<Tick> head_at_;
  resilience::RateReading rate_;
  std::vector<resilience::QuotaReading> quota_;
  std::optional<resilience::Hint> hint_;
};

}  // namespace omniroute::pipeline
