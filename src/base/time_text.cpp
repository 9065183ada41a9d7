#include "omniroute/base/time_text.hpp"

#include <fmt/core.h>

#include <charconv>
#include <chrono>

namespace omniroute {

std::string time_text(std::int64_t unix_ms) {
  using std::chrono::milliseconds;
  const std::chrono::sys_time<milliseconds> time{milliseconds(unix_ms)};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss<milliseconds> clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()), clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

std::optional<std::int64_t> parse_time(std::string_view text) noexcept {
  // RFC 3339 in UTC: 2026-02-20T12:34:56Z, with up to three digits of fractions.
  const auto number = [&](std::size_t at, std::size_t size) -> int {
    int value = 0;
    const auto [end, failure] = std::from_chars(text.data() + at, text.data() + at + size, value);
    return failure == std::errc() && end == text.data() + at + size ? value : -1;
  };
  if (text.size() < 20 || text.size() > 24 || text.back() != 'Z' || text[4] != '-' || text[7] != '-' || text[10] != 'T' ||
      text[13] != ':' || text[16] != ':')
    return std::nullopt;
  const int hour = number(11, 2);
  const int minute = number(14, 2);
  const int second = number(17, 2);
  const std::chrono::year_month_day date{std::chrono::year(number(0, 4)), std::chrono::month(static_cast<unsigned>(number(5, 2))),
                                         std::chrono::day(static_cast<unsigned>(number(8, 2)))};
  if (!date.ok() || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return std::nullopt;
  std::int64_t milliseconds = 0;
  if (text.size() > 20) {
    const std::size_t digits = text.size() - 21;
    if (text[19] != '.' || digits == 0) return std::nullopt;
    const int fraction = number(20, digits);
    if (fraction < 0) return std::nullopt;
    milliseconds = fraction * (digits == 1 ? 100 : digits == 2 ? 10 : 1);
  }
  const auto days = std::chrono::sys_days(date).time_since_epoch();
  return std::chrono::milliseconds(days).count() + ((hour * 60LL + minute) * 60 + second) * 1000 + milliseconds;
}

}  // namespace omniroute
