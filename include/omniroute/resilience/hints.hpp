#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "omniroute/base/clock.hpp"
#include "omniroute/http/message.hpp"

/// What providers say about their limits, in headers and in words.
namespace omniroute::resilience {

using Headers = std::vector<http::HeaderView>;

/// When to come back, and who said so.
struct Hint {
  std::chrono::milliseconds wait{0};
  std::string_view source;  ///< the header's name, "retryDelay" or "text"; static storage
};

/// Reads the hint of a refused request. In order: retry-after-ms, retry-after, the reset of an exhausted x-ratelimit-* or
/// anthropic-ratelimit-* dimension, `body_delay` (Google's RetryInfo, read by the codec), "reset after 1h2m" and its like in
/// `text`. Nothing longer than 31 days, nothing in the past.
std::optional<Hint> read_hint(const Headers& headers, std::optional<std::chrono::milliseconds> body_delay, std::string_view text,
                              WallTime now);

/// A point of time or a pause as headers write it: "1h2m3s", "500ms", "12.5" seconds, Unix seconds or milliseconds, an
/// HTTP date, RFC 3339. As a pause from `now`; nullopt if it is none of them. Past times are 0.
std::optional<std::chrono::milliseconds> read_pause(std::string_view text, WallTime now);
/// The pause that a sentence names: "try again in 20 seconds", "quota will reset after 1h2m3s", "resets at 2026-01-02T03:04:05Z".
std::optional<std::chrono::milliseconds> read_spoken_pause(std::string_view text, WallTime now);

/// What an answer's headers say of the requests still allowed.
struct RateReading {
  std::optional<std::int64_t> limit;
  std::optional<std::int64_t> remaining;
  std::optional<std::chrono::milliseconds> reset;  ///< from now
  bool over_limit = false;
  [[nodiscard]] bool empty() const noexcept { return !limit && !remaining && !reset && !over_limit; }
};
RateReading read_rate(const Headers& headers, WallTime now);

/// What an answer's headers say of a quota window.
struct QuotaReading {
  std::string_view window;  ///< "five_hour", "seven_day"; the name of a window rule
  double used = 0;          ///< 0..1, or above when overdrawn
  bool rejected = false;    ///< the provider says it is spent
  std::optional<WallTime> resets_at;
};
/// Windows of subscriptions: anthropic-ratelimit-unified-5h-* and -7d-*, x-codex-primary-* and -secondary-*.
std::vector<QuotaReading> read_quota(const Headers& headers, WallTime now);

}  // namespace omniroute::resilience
