#pragma once
#include <optional>
#include <string>
#include <vector>

#include "omniroute/base/task.hpp"
#include "omniroute/pipeline/exchange.hpp"
#include "omniroute/resilience/tables.hpp"
#include "trial.hpp"

namespace omniroute::pipeline {

/// One request's way through its plan: candidates in order, each failure answered as the failure table says, until one
/// answers, the client has content, or nothing is left.
class Journey final : private net::PeerWatch {
 public:
  Journey(Exchange& exchange, Shared shared, http::ReplySink& client)
      : x_(exchange), shared_(shared), tables_(shared.tables), client_(client) {}
  /// An error with the client not begun leaves the client unanswered. Fills the exchange's attempts and outcome.
  Task<Status> run();

 private:
  void peer_gone() noexcept override;
  /// The next candidate to ask, one with a free place before one with a line.
  Task<std::optional<std::uint16_t>> choose();
  Task<Status> ask(std::uint16_t candidate);
  Task<Status> ask_once(std::uint16_t candidate, bool retry);
  Task<Status> race(std::uint16_t candidate, std::uint16_t second);
  /// The candidate to ask beside `first`, if the combo hedges and its budget allows.
  std::optional<std::uint16_t> hedge_for(std::uint16_t first);
  /// `counts`: the request's outcome is this one's, as far as it is known.
  void finish(Trial& trial, const Status& status, bool counts);
  /// Draws the consequences of a failure for the candidates that are left.
  void draw(std::uint16_t candidate, const Error& error);
  [[nodiscard]] bool open(std::uint16_t candidate) const;
  Task<bool> pause(std::chrono::milliseconds length);
  [[nodiscard]] bool out_of_time() const;
  /// The error of it all.
  Error last_words();
  Error nothing_left();
  std::optional<Error> refused_now();
  [[nodiscard]] const routing::Entry& entry_of(std::uint16_t candidate) const;
  [[nodiscard]] Tick now() const { return x_.lane.worker.clock().now(); }

  Exchange& x_;
  const Shared shared_;
  resilience::Tables& tables_;
  http::ReplySink& client_;
  std::vector<bool> tried_;                    // by candidate
  std::vector<bool> left_;                     // by entry: its candidates are passed over
  std::optional<std::int64_t> least_context_;  // a prompt did not fit this; only larger ones are asked
  resilience::Next next_ = resilience::Next::next_account;
  std::optional<Error> first_error_;
  std::optional<Error> unpaid_;  // what a budget said that was spent while this request waited for its turn
  int failures_ = 0;
  std::shared_ptr<net::Event> event_;
  bool gone_ = false;
};

}  // namespace omniroute::pipeline
