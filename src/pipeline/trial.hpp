#pragma once
#include <memory>
#include <optional>
#include <string>

#include "attempt.hpp"
#include "omniroute/access/spending.hpp"
#include "omniroute/base/task.hpp"
#include "omniroute/net/event.hpp"
#include "omniroute/pipeline/account_limits.hpp"
#include "omniroute/pipeline/exchange.hpp"
#include "omniroute/resilience/tables.hpp"

namespace omniroute::pipeline {

/// Asked before the first content goes out, where two run for one client.
class Claim {
 public:
  /// True if the client is this one's from now on.
  virtual bool claim() noexcept = 0;

 protected:
  ~Claim() = default;
};

/// What all requests share and an attempt changes.
struct Shared {
  resilience::Tables& tables;
  access::Spending& spending;
};

/// One candidate's turn, from its place in line to what is learnt from it: waits for a place, asks breakers and cooldowns,
/// attempts, and tells the tables. Stays where it was made.
class Trial final : public ContentWatch, private net::PeerWatch {
 public:
  struct Kind {
    bool retry = false;  ///< at the same account, once more
    bool hedge = false;  ///< beside another one
    Claim* claim = nullptr;
  };
  Trial(Exchange& exchange, Shared shared, std::uint16_t candidate, http::ReplySink& client, Kind kind);
  Trial(const Trial&) = delete;
  Trial& operator=(const Trial&) = delete;

  /// Waits for a place, if the account's limits ask for one. Call once, then attempt().
  Task<void> take_place();
  /// Runs the attempt and settles it. An error with the client not begun leaves the client unanswered.
  Task<Status> attempt();
  /// Ends it from outside: another one was faster.
  void cancel() noexcept;

  /// What the table said of the failure; row is null after a success, a client's leave or a lost race.
  [[nodiscard]] const resilience::Verdict& verdict() const noexcept { return verdict_; }
  [[nodiscard]] const routing::AttemptRecord& record() const noexcept { return record_; }
  [[nodiscard]] const routing::Target& target() const noexcept { return target_; }
  [[nodiscard]] Outcome& outcome() noexcept { return attempt_.outcome; }
  /// What it holds of budgets, to be taken when it counts.
  [[nodiscard]] access::Reservation& reservation() noexcept { return reservation_; }
  [[nodiscard]] bool lost() const noexcept { return lost_; }

  void content_begins() override;

 private:
  struct Bell;
  /// A way past the breakers; a probe that nobody spoke for is given back.
  struct Pass {
    bool provider_probe = false;
    bool target_probe = false;
    bool given = false;
  };

  void peer_gone() noexcept override;
  /// Waits for a place in the line of that name, till the queue's clock runs out.
  Task<Status> wait_in_line(std::string name, resilience::Limits limits, resilience::Permit& permit);
  /// Budgets, breakers and cooldowns, looked at anew: time has passed since the plan.
  Status admit();
  Status pass_breakers();
  void give_breakers_back();
  void settle_success();
  void settle_failure(const Error& error);
  /// Another one was faster: what was sent by then is counted.
  void settle_loss();
  /// It only has no compaction: that is nobody's failure, and the next target may have one.
  void settle_no_compaction();
  void count_for_breakers(bool provider_at_fault);
  [[nodiscard]] bool last_of_its_entry() const;
  void learn_limits();
  void count_usage();
  void remember_bond();
  [[nodiscard]] const routing::Entry& entry() const;
  [[nodiscard]] std::span<const domain::WindowRule> windows() const {
    return routing::windows_of(*x_.config, *target_.provider, target_.account->id);
  }
  [[nodiscard]] Tick now() const { return x_.lane.worker.clock().now(); }
  [[nodiscard]] WallTime wall_now() const { return x_.lane.worker.clock().wall_now(); }
  [[nodiscard]] AttemptClocks clocks() const;
  void note_failure(const Error& error);

  Exchange& x_;
  resilience::Tables& tables_;
  access::Spending& spending_;
  const std::uint16_t candidate_;
  http::ReplySink& client_;
  const Kind kind_;
  const routing::Target target_;
  const resilience::Profile profile_;
  const std::string target_breaker_;
  const Tick began_;
  Attempt attempt_;
  std::shared_ptr<Bell> bell_;
  resilience::Permit permit_;        // of the account
  resilience::Permit round_permit_;  // of the target, in a round-robin combo
  access::Reservation reservation_;
  resilience::Visit visit_;
  Pass pass_;
  resilience::Verdict verdict_;
  routing::AttemptRecord record_;
  std::optional<Error> no_place_;
  bool limited_ = false;
  bool gone_ = false;
  bool lost_ = false;
  bool began_content_ = false;
};

}  // namespace omniroute::pipeline
