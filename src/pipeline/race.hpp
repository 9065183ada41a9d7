#pragma once
#include <memory>
#include <optional>

#include "omniroute/base/task.hpp"
#include "omniroute/net/event.hpp"
#include "omniroute/pipeline/exchange.hpp"
#include "trial.hpp"

namespace omniroute::pipeline {

/// A hedged first token: the first candidate is asked; when it is silent for the combo's `hedge_after`, the second one, too. The
/// first to have content gets the client, the other one is ended at once. Shared by the coroutines that run its sides.
class Race final : public std::enable_shared_from_this<Race>, private net::PeerWatch {
 public:
  Race(Exchange& exchange, Shared shared, http::ReplySink& client, std::uint16_t first, std::uint16_t second);
  ~Race();
  /// Returns when both sides have ended. The status of the one that answered, else of the first.
  Task<Status> run();

  [[nodiscard]] Trial& first() noexcept;
  [[nodiscard]] const Status& first_status() const noexcept;
  /// nullptr if it was not asked.
  [[nodiscard]] Trial* second() noexcept;
  [[nodiscard]] const Status& second_status() const noexcept;
  /// The one that has the client; nullptr if none has.
  [[nodiscard]] const Trial* winner() const noexcept;

 private:
  class Side;
  static Task<void> run_side(std::shared_ptr<Race> race, Side& side);
  void peer_gone() noexcept override;
  bool claim(Side& side) noexcept;
  [[nodiscard]] bool may_hedge();

  Exchange& x_;
  const Shared shared_;
  http::ReplySink& client_;
  const domain::EffectiveConfig& patience_;  // of the first one's rung
  net::Event changed_;
  std::unique_ptr<Side> first_;
  std::unique_ptr<Side> second_;
  const std::uint16_t second_candidate_;
  Side* winner_ = nullptr;
};

}  // namespace omniroute::pipeline
