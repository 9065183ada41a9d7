#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace omniroute::domain {

/// How a quota comes back.
enum class WindowKind : std::uint8_t {
  session,  ///< `length` from the first use after the last one ended
  rolling,  ///< the last `length`, sliding
  daily,    ///< at `hour` in the zone
  weekly,   ///< at `hour` on `day` (1 = Monday .. 7) in the zone
  monthly,  ///< at midnight of the month's `day` (1..28) in the zone
  once,     ///< never
};
/// "session", "rolling", "daily", "weekly", "monthly", "once".
std::string_view to_string(WindowKind kind) noexcept;
std::optional<WindowKind> parse_window_kind(std::string_view name) noexcept;

enum class WindowUnit : std::uint8_t { requests, tokens };
/// "requests", "tokens".
std::string_view to_string(WindowUnit unit) noexcept;
std::optional<WindowUnit> parse_window_unit(std::string_view name) noexcept;

/// One quota of an account, as data.
struct WindowRule {
  std::string name;  ///< "five_hour"
  WindowKind kind = WindowKind::session;
  WindowUnit unit = WindowUnit::requests;
  std::chrono::minutes length{0};     ///< of session and rolling
  int hour = 0;                       ///< 0..23
  int day = 1;                        ///< of weekly and monthly
  std::chrono::minutes zone{0};       ///< east of UTC
  std::optional<std::int64_t> limit;  ///< absent = not published
  std::string model;                  ///< counts only models whose name holds this; empty = all
  bool operator==(const WindowRule&) const = default;
};

/// When the period around `now` began and ends; `first_use` is the session's first request (WallTime() = none yet).
/// A session that has not begun, and `once`, end at WallTime::max().
struct Period {
  std::chrono::system_clock::time_point begin{};
  std::chrono::system_clock::time_point end{};
};
Period period_at(const WindowRule& rule, std::chrono::system_clock::time_point now, std::chrono::system_clock::time_point first_use);

}  // namespace omniroute::domain
