// Times as providers write them.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <ctime>
#include <string>

#include "omniroute/resilience/hints.hpp"

namespace omniroute::resilience {
namespace {

using std::chrono::milliseconds;

constexpr double longest_seconds = 31.0 * 24 * 3600;
constexpr double unix_seconds_from = 1.7e9;  // product-spec.md f.3: larger numbers are points of time
constexpr double unix_millis_from = 1.7e12;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_space(char c) { return c == ' ' || c == '\t'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

milliseconds pause_of(double seconds) {
  const double bounded = std::clamp(seconds, 0.0, longest_seconds);
  return milliseconds(static_cast<std::int64_t>(std::llround(bounded * 1000)));
}

milliseconds until(WallTime then, WallTime now) { return pause_of(std::chrono::duration<double>(then - now).count()); }

/// A decimal number at the front of `text`, which is shortened by it.
std::optional<double> take_number(std::string_view& text) {
  if (text.empty() || !is_digit(text.front())) return std::nullopt;
  double value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (failure != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

struct Unit {
  std::string_view name;
  double seconds;
};
// Longer names first, so that "ms" is not read as minutes.
constexpr std::array units{
    Unit{"milliseconds", 0.001},
    Unit{"millisecond", 0.001},
    Unit{"seconds", 1},
    Unit{"second", 1},
    Unit{"minutes", 60},
    Unit{"minute", 60},
    Unit{"hours", 3600},
    Unit{"hour", 3600},
    Unit{"weeks", 604800},
    Unit{"week", 604800},
    Unit{"days", 86400},
    Unit{"day", 86400},
    Unit{"secs", 1},
    Unit{"sec", 1},
    Unit{"mins", 60},
    Unit{"min", 60},
    Unit{"hrs", 3600},
    Unit{"hr", 3600},
    Unit{"ms", 0.001},
    Unit{"s", 1},
    Unit{"m", 60},
    Unit{"h", 3600},
    Unit{"d", 86400},
};

std::optional<double> take_unit(std::string_view& text) {
  for (const Unit& unit : units) {
    if (text.size() < unit.name.size()) continue;
    const bool same = std::equal(unit.name.begin(), unit.name.end(), text.begin(), [](char a, char b) { return a == lower(b); });
    const bool whole = text.size() == unit.name.size() || !std::isalpha(static_cast<unsigned char>(text[unit.name.size()]));
    if (!same || !whole) continue;
    text.remove_prefix(unit.name.size());
    return unit.seconds;
  }
  return std::nullopt;
}

void skip_joints(std::string_view& text) {
  while (!text.empty() && (is_space(text.front()) || text.front() == ',')) text.remove_prefix(1);
  if (text.starts_with("and ")) text.remove_prefix(4);
}

/// "1h2m3s", "1 hour, 2 minutes and 3 seconds" at the front of `text`. Digits without a unit end it.
std::optional<double> take_duration(std::string_view& text) {
  std::optional<double> total;
  while (true) {
    std::string_view rest = text;
    if (total) skip_joints(rest);
    const std::optional<double> number = take_number(rest);
    if (!number) break;
    while (!rest.empty() && is_space(rest.front())) rest.remove_prefix(1);
    const std::optional<double> unit = take_unit(rest);
    if (!unit) break;
    total = total.value_or(0) + *number * *unit;
    text = rest;
  }
  return total;
}

std::optional<WallTime> from_parts(std::tm parts) {
  const std::time_t stamp = timegm(&parts);
  if (stamp == static_cast<std::time_t>(-1)) return std::nullopt;
  return std::chrono::system_clock::from_time_t(stamp);
}

/// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, 5.6.7).
std::optional<WallTime> read_http_date(std::string_view text) {
  const std::string copy(text);
  std::tm parts{};
  const char* end = strptime(copy.c_str(), "%a, %d %b %Y %H:%M:%S", &parts);
  if (end == nullptr || trim(end) != "GMT") return std::nullopt;
  return from_parts(parts);
}

/// "2026-01-02T03:04:05Z", with a fraction or an offset (RFC 3339).
std::optional<WallTime> read_rfc3339(std::string_view text) {
  if (text.size() < 20 || text[4] != '-' || (text[10] != 'T' && text[10] != ' ')) return std::nullopt;
  std::string copy(text);
  copy[10] = 'T';
  std::tm parts{};
  const char* end = strptime(copy.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (end == nullptr) return std::nullopt;
  std::string_view rest(end);
  std::optional<WallTime> time = from_parts(parts);
  if (!rest.empty() && rest.front() == '.') {
    rest.remove_prefix(1);
    while (!rest.empty() && is_digit(rest.front())) rest.remove_prefix(1);
  }
  if (rest.empty() || rest.front() == 'Z' || rest.front() == 'z') return time;
  int hours = 0;
  int minutes = 0;
  if (rest.size() < 6 || (rest.front() != '+' && rest.front() != '-')) return std::nullopt;
  std::from_chars(rest.data() + 1, rest.data() + 3, hours);
  std::from_chars(rest.data() + 4, rest.data() + 6, minutes);
  const auto offset = std::chrono::hours(hours) + std::chrono::minutes(minutes);
  if (time) *time -= rest.front() == '+' ? offset : -offset;
  return time;
}

std::optional<milliseconds> read_point(std::string_view text, WallTime now) {
  if (const auto time = read_rfc3339(text)) return until(*time, now);
  if (const auto time = read_http_date(text)) return until(*time, now);
  return std::nullopt;
}

}  // namespace

std::optional<milliseconds> read_pause(std::string_view text, WallTime now) {
  text = trim(text);
  std::string_view rest = text;
  if (const auto duration = take_duration(rest); duration && trim(rest).empty()) return pause_of(*duration);
  rest = text;
  if (const auto number = take_number(rest); number && rest.empty()) {
    const double since_epoch = std::chrono::duration<double>(now.time_since_epoch()).count();
    if (*number > unix_millis_from) return pause_of(*number / 1000 - since_epoch);
    if (*number > unix_seconds_from) return pause_of(*number - since_epoch);
    return pause_of(*number);
  }
  return read_point(text, now);
}

std::optional<milliseconds> read_spoken_pause(std::string_view text, WallTime now) {
  // What stands before the time, in the words of the providers.
  constexpr std::array<std::string_view, 12> leads{"reset after ",  "resets after ", "retry after ", "try again after ",
                                                   "try again in ", "retry in ",     "reset in ",    "resets in ",
                                                   "available in ", "wait ",         "reset at ",    "resets at "};
  std::string low(text.substr(0, 2'000));
  std::transform(low.begin(), low.end(), low.begin(), lower);
  for (const std::string_view lead : leads) {
    const std::size_t at = low.find(lead);
    if (at == std::string::npos) continue;
    std::string_view rest = text.substr(at + lead.size());
    for (const std::string_view filler : {std::string_view("about "), std::string_view("approximately "), std::string_view("another ")})
      if (rest.starts_with(filler)) rest.remove_prefix(filler.size());
    std::string_view duration_text = rest;
    if (const auto duration = take_duration(duration_text)) return pause_of(*duration);
    const std::size_t end = rest.find_first_of(" ,;)\n");
    std::string_view point = rest.substr(0, end);
    while (!point.empty() && (point.back() == '.' || point.back() == '"')) point.remove_suffix(1);
    if (const auto time = read_rfc3339(point)) return until(*time, now);
  }
  return std::nullopt;
}

}  // namespace omniroute::resilience
