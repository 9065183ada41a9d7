#include "omniroute/domain/window.hpp"

#include <algorithm>
#include <array>

namespace omniroute::domain {
namespace {

using std::chrono::days;
using std::chrono::hours;
using WallTime = std::chrono::system_clock::time_point;

constexpr std::array<std::string_view, 6> kinds{"session", "rolling", "daily", "weekly", "monthly", "once"};
constexpr std::array<std::string_view, 2> units{"requests", "tokens"};

using Local = std::chrono::sys_time<WallTime::duration>;  // shifted into the rule's zone

Period daily(const WindowRule& rule, Local local) {
  Local begin = std::chrono::floor<days>(local) + hours(rule.hour);
  if (begin > local) begin -= days(1);
  return {begin, begin + days(1)};
}

Period weekly(const WindowRule& rule, Local local) {
  const auto today = std::chrono::floor<days>(local);
  const std::chrono::weekday weekday(today);
  const int back = (static_cast<int>(weekday.iso_encoding()) - rule.day + 7) % 7;
  Local begin = today - days(back) + hours(rule.hour);
  if (begin > local) begin -= days(7);
  return {begin, begin + days(7)};
}

Period monthly(const WindowRule& rule, Local local) {
  const auto today = std::chrono::floor<days>(local);
  const std::chrono::year_month_day date(today);
  const std::chrono::day day(static_cast<unsigned>(std::clamp(rule.day, 1, 28)));
  std::chrono::year_month month = date.year() / date.month();
  if (std::chrono::sys_days(month / day) > today) month -= std::chrono::months(1);
  const std::chrono::year_month following = month + std::chrono::months(1);
  return {std::chrono::sys_days(month / day), std::chrono::sys_days(following / day)};
}

}  // namespace

std::string_view to_string(WindowKind kind) noexcept { return kinds[static_cast<std::size_t>(kind)]; }

std::optional<WindowKind> parse_window_kind(std::string_view name) noexcept {
  const auto found = std::find(kinds.begin(), kinds.end(), name);
  if (found == kinds.end()) return std::nullopt;
  return static_cast<WindowKind>(found - kinds.begin());
}

std::string_view to_string(WindowUnit unit) noexcept { return units[static_cast<std::size_t>(unit)]; }

std::optional<WindowUnit> parse_window_unit(std::string_view name) noexcept {
  const auto found = std::find(units.begin(), units.end(), name);
  if (found == units.end()) return std::nullopt;
  return static_cast<WindowUnit>(found - units.begin());
}

Period period_at(const WindowRule& rule, WallTime now, WallTime first_use) {
  const Local local = now + rule.zone;
  Period period;
  switch (rule.kind) {
    case WindowKind::session:
      if (first_use == WallTime() || now >= first_use + rule.length) return {now, WallTime::max()};
      return {first_use, first_use + rule.length};
    case WindowKind::rolling: return {now - rule.length, now + rule.length};
    case WindowKind::once: return {WallTime(), WallTime::max()};
    case WindowKind::daily: period = daily(rule, local); break;
    case WindowKind::weekly: period = weekly(rule, local); break;
    case WindowKind::monthly: period = monthly(rule, local); break;
  }
  return {period.begin - rule.zone, period.end - rule.zone};
}

}  // namespace omniroute::domain
