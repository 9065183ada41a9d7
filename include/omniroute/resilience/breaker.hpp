#pragma once
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "omniroute/base/clock.hpp"
#include "omniroute/resilience/cooldown.hpp"
#include "omniroute/resilience/profile.hpp"

namespace omniroute::resilience {

/// A circuit breaker: closed -> failures in a row -> open -> after the reset time one probe (half open) -> closed or open.
/// Thresholds come with each call, so that an edit counts at once. Not shared by itself.
class Breaker {
 public:
  enum class State : std::uint8_t { closed, open, half_open };
  [[nodiscard]] State state(const Profile& profile, Tick now) const noexcept;
  /// As Cooldown::enter.
  Cooldown::Entry enter(const Profile& profile, Tick now) noexcept;
  void let_go() noexcept { probing_ = false; }
  /// Closed: the count is 0 again. Open: only the probe's success closes.
  void succeed(bool probe) noexcept;
  void fail(const Profile& profile, bool probe, Tick now) noexcept;
  [[nodiscard]] Tick retry_at(const Profile& profile) const noexcept { return failed_ + profile.breaker_reset; }
  [[nodiscard]] int failures() const noexcept { return failures_; }
  [[nodiscard]] std::uint32_t openings() const noexcept { return openings_; }
  [[nodiscard]] bool blank() const noexcept { return failures_ == 0 && !open_; }

  [[nodiscard]] std::string to_record(const Now& now) const;
  static Breaker from_record(std::string_view record, const Now& now);

 private:
  int failures_ = 0;
  std::uint32_t openings_ = 0;
  bool open_ = false;
  bool probing_ = false;
  Tick failed_{};
};
/// "CLOSED", "OPEN", "HALF_OPEN": the words of the management API.
std::string_view to_string(Breaker::State state) noexcept;

/// All breakers, by name: "<provider>" and "<provider>/<model>". Those in their first state take no room.
class Breakers {
 public:
  struct View {
    Breaker::State state = Breaker::State::closed;
    int failures = 0;
    Tick retry_at{};
    bool probing = false;
  };
  /// The present state, without asking to go in.
  [[nodiscard]] View view(std::string_view name, const Profile& profile, Tick now) const;
  Cooldown::Entry enter(std::string_view name, const Profile& profile, Tick now);
  void let_go(std::string_view name);
  void succeed(std::string_view name, bool probe);
  /// True if this failure opened it.
  bool fail(std::string_view name, const Profile& profile, bool probe, Tick now);
  /// Back to closed; an empty name resets all.
  void reset(std::string_view name);

  struct Named {
    std::string name;
    Breaker breaker;
  };
  [[nodiscard]] std::vector<Named> all() const;
  /// Changed since the last call, as records; an empty record = gone.
  std::vector<std::pair<std::string, std::string>> take_changes(const Now& now);
  void restore(std::string_view name, std::string_view record, const Now& now);
  /// Openings since the start, for metrics and tests.
  [[nodiscard]] std::uint64_t openings() const;

 private:
  struct Slot {
    Breaker breaker;
    bool changed = false;
  };
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
  };
  Slot* find(std::string_view name);

  mutable std::mutex mutex_;
  std::unordered_map<std::string, Slot, TextHash, std::equal_to<>> slots_;
  std::uint64_t openings_ = 0;
};

}  // namespace omniroute::resilience
