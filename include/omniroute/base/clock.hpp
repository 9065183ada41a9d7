#pragma once
#include <chrono>

namespace omniroute {

using Tick = std::chrono::steady_clock::time_point;      ///< deadlines and durations; never jumps
using WallTime = std::chrono::system_clock::time_point;  ///< for people and records only

/// The only source of time. Tests hold a ManualClock and turn its hands.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Tick now() const = 0;
  [[nodiscard]] virtual WallTime wall_now() const = 0;
};

/// The machine's clocks.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] Tick now() const override { return std::chrono::steady_clock::now(); }
  [[nodiscard]] WallTime wall_now() const override { return std::chrono::system_clock::now(); }
};

/// Moves only when told to.
class ManualClock final : public Clock {
 public:
  [[nodiscard]] Tick now() const override { return now_; }
  [[nodiscard]] WallTime wall_now() const override { return wall_; }
  void advance(std::chrono::nanoseconds by) {
    now_ += std::chrono::duration_cast<Tick::duration>(by);
    wall_ += std::chrono::duration_cast<WallTime::duration>(by);
  }

 private:
  Tick now_{std::chrono::hours(1)};
  WallTime wall_{std::chrono::seconds(1'800'000'000)};
};

}  // namespace omniroute
