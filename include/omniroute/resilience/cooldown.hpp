#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "omniroute/base/clock.hpp"
#include "omniroute/resilience/failure.hpp"

namespace omniroute::resilience {

/// One moment on both clocks: the steady one decides, the other one is for records that outlive the process.
struct Now {
  Tick tick;
  WallTime wall;
  static Now of(const Clock& clock) { return {clock.now(), clock.wall_now()}; }
  [[nodiscard]] std::int64_t wall_ms() const;
  /// The steady time of a Unix time in milliseconds, and back.
  [[nodiscard]] Tick tick_of(std::int64_t unix_ms) const;
  [[nodiscard]] std::int64_t unix_ms_of(Tick tick) const;
};

/// The rest of one account, or of one model on it. Not shared by itself: its book has the lock.
/// Hard: nobody is let in before the end, then exactly one probe. Soft: asked only when nothing else is left.
class Cooldown {
 public:
  enum class State : std::uint8_t { ready, suspect, cooling, probing };
  enum class Entry : std::uint8_t { refused, free, probe };

  [[nodiscard]] State state(Tick now) const noexcept;
  /// Whether enter() would let one in.
  [[nodiscard]] bool open(Tick now) const noexcept { return !due_ || (now >= until_ && !probing_); }
  /// Asks to go in. `probe`: the one try after the end; it must be given back by succeed(), rest() or let_go().
  Entry enter(Tick now) noexcept;
  /// The probe ended without a word on the account (the client left): the next one may try.
  void let_go() noexcept { probing_ = false; }
  /// An answer came to an attempt that began at `began`. Forgets everything, unless the rest began later than it did.
  /// True if something was forgotten.
  bool succeed(Tick began, bool probe) noexcept;
  /// A failure of an attempt that began at `began`. What is resting already only grows longer, and its level stays: many
  /// failing at once count as one. Soft never shortens hard.
  void rest(const Verdict& verdict, Tick began, Tick now) noexcept;
  /// Ends it at once, for the owner.
  void clear() noexcept { *this = Cooldown(); }

  [[nodiscard]] int level() const noexcept { return level_; }
  [[nodiscard]] Tick until() const noexcept { return until_; }
  [[nodiscard]] Tick since() const noexcept { return since_; }
  [[nodiscard]] FailureClass reason() const noexcept { return reason_; }
  [[nodiscard]] bool hinted() const noexcept { return hinted_; }
  /// Nothing to remember.
  [[nodiscard]] bool blank() const noexcept { return level_ == 0 && !due_ && until_ == Tick(); }

  /// As it is kept: one line of words, and back. Restored without a probe under way.
  [[nodiscard]] std::string to_record(const Now& now) const;
  static Cooldown from_record(std::string_view record, const Now& now);

 private:
  Tick until_{};
  Tick since_{};
  int level_ = 0;
  FailureClass reason_ = FailureClass::server_error;
  bool hinted_ = false;
  bool due_ = false;  // hard, and no probe has cleared it
  bool probing_ = false;
};
std::string_view to_string(Cooldown::State state) noexcept;

}  // namespace omniroute::resilience
