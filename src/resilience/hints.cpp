#include "omniroute/resilience/hints.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace omniroute::resilience {
namespace {

using std::chrono::milliseconds;

std::optional<std::int64_t> whole(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<double> decimal(std::string_view text) {
  double value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || failure != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

/// One dimension of a provider's limits: three headers.
struct Dimension {
  std::string_view limit;
  std::string_view remaining;
  std::string_view reset;
};
constexpr std::array dimensions{
    Dimension{"x-ratelimit-limit-requests", "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"},
    Dimension{"anthropic-ratelimit-requests-limit", "anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset"},
    Dimension{"x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"},
    Dimension{"x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"},
    Dimension{"anthropic-ratelimit-tokens-limit", "anthropic-ratelimit-tokens-remaining", "anthropic-ratelimit-tokens-reset"},
    Dimension{"anthropic-ratelimit-input-tokens-limit", "anthropic-ratelimit-input-tokens-remaining",
              "anthropic-ratelimit-input-tokens-reset"},
    Dimension{"anthropic-ratelimit-output-tokens-limit", "anthropic-ratelimit-output-tokens-remaining",
              "anthropic-ratelimit-output-tokens-reset"},
};
constexpr std::size_t request_dimensions = 3;  // the first ones count requests

/// The longest reset among the dimensions that are used up.
std::optional<Hint> exhausted_reset(const Headers& headers, WallTime now) {
  std::optional<Hint> hint;
  for (const Dimension& dimension : dimensions) {
    const auto remaining = decimal(http::find_header(headers, dimension.remaining));
    if (!remaining || *remaining > 0) continue;
    const auto wait = read_pause(http::find_header(headers, dimension.reset), now);
    if (wait && *wait > milliseconds(0) && (!hint || *wait > hint->wait)) hint = Hint{*wait, dimension.reset};
  }
  return hint;
}

/// The headers by which a subscription tells how much of a window is used.
struct WindowHeaders {
  std::string_view window;
  std::string_view used;  // a fraction, or percent
  double scale;
  std::string_view status;  // "rejected" = spent
  std::string_view reset;
  std::string_view reset_after;
  std::string_view minutes;  // the window's length, where plans differ in it
};
constexpr std::int64_t a_day = 24 * 60;  // minutes
constexpr std::array window_headers{
    WindowHeaders{"five_hour", "anthropic-ratelimit-unified-5h-utilization", 1, "anthropic-ratelimit-unified-5h-status",
                  "anthropic-ratelimit-unified-5h-reset", "", ""},
    WindowHeaders{"seven_day", "anthropic-ratelimit-unified-7d-utilization", 1, "anthropic-ratelimit-unified-7d-status",
                  "anthropic-ratelimit-unified-7d-reset", "", ""},
    WindowHeaders{"five_hour", "x-codex-primary-used-percent", 100, "", "x-codex-primary-reset-at", "x-codex-primary-reset-after-seconds",
                  "x-codex-primary-window-minutes"},
    WindowHeaders{"seven_day", "x-codex-secondary-used-percent", 100, "", "x-codex-secondary-reset-at",
                  "x-codex-secondary-reset-after-seconds", "x-codex-secondary-window-minutes"},
};

}  // namespace

std::optional<Hint> read_hint(const Headers& headers, std::optional<milliseconds> body_delay, std::string_view text, WallTime now) {
  if (const auto millis = decimal(http::find_header(headers, "retry-after-ms")); millis && *millis >= 0) {
    if (const auto wait = read_pause(std::to_string(*millis / 1000), now)) return Hint{*wait, "retry-after-ms"};
  }
  if (const auto wait = read_pause(http::find_header(headers, "retry-after"), now)) return Hint{*wait, "retry-after"};
  if (http::find_header(headers, "anthropic-ratelimit-unified-status") == "rejected") {
    if (const auto wait = read_pause(http::find_header(headers, "anthropic-ratelimit-unified-reset"), now))
      return Hint{*wait, "anthropic-ratelimit-unified-reset"};
  }
  if (const auto hint = exhausted_reset(headers, now)) return hint;
  if (const auto wait = read_pause(http::find_header(headers, "x-ratelimit-reset-after"), now))
    return Hint{*wait, "x-ratelimit-reset-after"};
  if (body_delay) return Hint{*body_delay, "retryDelay"};
  if (const auto wait = read_spoken_pause(text, now)) return Hint{*wait, "text"};
  // A reset alone, without a word on what remains: of a refused request it is the best there is.
  for (const std::string_view name : {std::string_view("x-ratelimit-reset-requests"), std::string_view("x-ratelimit-reset")}) {
    if (!http::find_header(headers, "x-ratelimit-remaining-requests").empty() ||
        !http::find_header(headers, "x-ratelimit-remaining").empty())
      break;
    if (const auto wait = read_pause(http::find_header(headers, name), now); wait && *wait > milliseconds(0)) return Hint{*wait, name};
  }
  return std::nullopt;
}

RateReading read_rate(const Headers& headers, WallTime now) {
  RateReading reading;
  for (std::size_t i = 0; i < request_dimensions && reading.empty(); ++i) {
    reading.limit = whole(http::find_header(headers, dimensions[i].limit));
    reading.remaining = whole(http::find_header(headers, dimensions[i].remaining));
    if (reading.limit || reading.remaining) reading.reset = read_pause(http::find_header(headers, dimensions[i].reset), now);
  }
  const std::string_view over = http::find_header(headers, "x-ratelimit-over-limit");
  reading.over_limit = over == "yes" || over == "true" || over == "1";
  return reading;
}

std::vector<QuotaReading> read_quota(const Headers& headers, WallTime now) {
  std::vector<QuotaReading> readings;
  for (const WindowHeaders& row : window_headers) {
    const auto used = decimal(http::find_header(headers, row.used));
    const std::string_view status = row.status.empty() ? std::string_view() : http::find_header(headers, row.status);
    if (!used && status != "rejected") continue;
    QuotaReading reading;
    reading.window = row.window;
    reading.used = used ? *used / row.scale : 1.0;
    reading.rejected = status == "rejected" || (status.empty() && reading.used >= 1.0);
    if (const auto minutes = whole(http::find_header(headers, row.minutes))) reading.window = *minutes > a_day ? "seven_day" : "five_hour";
    auto wait = read_pause(http::find_header(headers, row.reset), now);
    if (!wait && !row.reset_after.empty()) wait = read_pause(http::find_header(headers, row.reset_after), now);
    if (wait) reading.resets_at = now + *wait;
    readings.push_back(reading);
  }
  return readings;
}

}  // namespace omniroute::resilience
