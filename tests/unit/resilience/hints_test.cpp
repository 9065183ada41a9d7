#include "omniroute/resilience/hints.hpp"

#include <gtest/gtest.h>

namespace omniroute::resilience {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

const WallTime now{seconds(1'800'000'000)};  // 2027-01-15T08:00:00Z

std::optional<Hint> hint(Headers headers, std::string_view text = {}, std::optional<milliseconds> body = {}) {
  return read_hint(headers, body, text, now);
}

TEST(Pause, ReadsWhatHeadersWrite) {
  EXPECT_EQ(read_pause("30", now), seconds(30));
  EXPECT_EQ(read_pause(" 1.5 ", now), milliseconds(1500));
  EXPECT_EQ(read_pause("1h2m3s", now), hours(1) + minutes(2) + seconds(3));
  EXPECT_EQ(read_pause("500ms", now), milliseconds(500));
  EXPECT_EQ(read_pause("6m0s", now), minutes(6));
  EXPECT_EQ(read_pause("1800000060", now), seconds(60));
  EXPECT_EQ(read_pause("1800000060000", now), seconds(60));
  EXPECT_EQ(read_pause("Fri, 15 Jan 2027 08:01:00 GMT", now), seconds(60));
  EXPECT_EQ(read_pause("2027-01-15T08:02:00Z", now), minutes(2));
  EXPECT_EQ(read_pause("2027-01-15T08:02:00.250Z", now), minutes(2));
  EXPECT_EQ(read_pause("2027-01-15T09:02:00+01:00", now), minutes(2));
}

TEST(Pause, IsNeverNegativeAndNeverForever) {
  EXPECT_EQ(read_pause("Fri, 15 Jan 2027 07:00:00 GMT", now), milliseconds(0));
  EXPECT_EQ(read_pause("999999999", now), hours(31 * 24));
  EXPECT_EQ(read_pause("1799999999", now), milliseconds(0));
}

TEST(Pause, RefusesWhatIsNone) {
  for (const std::string_view text : {"", "soon", "1h2", "-5", "1e999", "12:30", "2027-13-45T08:02:00Z", "5 parsecs"})
    EXPECT_EQ(read_pause(text, now), std::nullopt) << text;
}

TEST(Pause, ReadsSentences) {
  EXPECT_EQ(read_spoken_pause("[cc/opus] limited (reset after 1h 2m 3s)", now), hours(1) + minutes(2) + seconds(3));
  EXPECT_EQ(read_spoken_pause("Your quota will reset after 18h31m10s.", now), hours(18) + minutes(31) + seconds(10));
  EXPECT_EQ(read_spoken_pause("Please try again in 1.545s. Visit", now), milliseconds(1545));
  EXPECT_EQ(read_spoken_pause("Rate limited, retry after 20 seconds", now), seconds(20));
  EXPECT_EQ(read_spoken_pause("Try again in 3 days, 4 hours and 5 minutes", now), hours(76) + minutes(5));
  EXPECT_EQ(read_spoken_pause("Please retry in 12.3s", now), milliseconds(12'300));
  EXPECT_EQ(read_spoken_pause("Limit resets at 2027-01-15T08:10:00Z.", now), minutes(10));
  EXPECT_EQ(read_spoken_pause("try again in about 2 minutes", now), minutes(2));
  EXPECT_EQ(read_spoken_pause("please wait 5 min", now), minutes(5));
  EXPECT_EQ(read_spoken_pause("try again later", now), std::nullopt);
  EXPECT_EQ(read_spoken_pause("wait for it", now), std::nullopt);
}

TEST(HintOrder, TheMillisecondsGoFirst) {
  const auto found = hint({{"retry-after", "7"}, {"Retry-After-Ms", "250"}});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->wait, milliseconds(250));
  EXPECT_EQ(found->source, "retry-after-ms");
}

TEST(HintOrder, RetryAfterBeforeResetsBodyAndText) {
  const auto found = hint({{"retry-after", "7"}, {"x-ratelimit-remaining-requests", "0"}, {"x-ratelimit-reset-requests", "1m"}},
                          "retry in 9s", seconds(4));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->wait, seconds(7));
}

TEST(HintOrder, TheExhaustedDimensionSpeaks) {
  const auto found = hint({{"x-ratelimit-remaining-requests", "99"},
                           {"x-ratelimit-reset-requests", "1h"},
                           {"x-ratelimit-remaining-tokens", "0"},
                           {"x-ratelimit-reset-tokens", "6s"}});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->wait, seconds(6));
  EXPECT_EQ(found->source, "x-ratelimit-reset-tokens");
}

TEST(HintOrder, AnthropicsDimensionsAndItsUnifiedReset) {
  EXPECT_EQ(hint({{"anthropic-ratelimit-requests-remaining", "0"}, {"anthropic-ratelimit-requests-reset", "2027-01-15T08:00:40Z"}})->wait,
            seconds(40));
  const auto unified = hint({{"anthropic-ratelimit-unified-status", "rejected"}, {"anthropic-ratelimit-unified-reset", "1800003600"}});
  ASSERT_TRUE(unified);
  EXPECT_EQ(unified->wait, hours(1));
}

TEST(HintOrder, BodyThenText) {
  EXPECT_EQ(hint({}, "retry in 9s", seconds(4))->source, "retryDelay");
  EXPECT_EQ(hint({}, "retry in 9s")->source, "text");
  EXPECT_EQ(hint({{"x-ratelimit-reset", "1800000030"}})->wait, seconds(30));
  EXPECT_EQ(hint({}, "no idea"), std::nullopt);
  EXPECT_EQ(hint({{"x-ratelimit-remaining-requests", "50"}, {"x-ratelimit-reset-requests", "1h"}}), std::nullopt)
      << "what is not used up says nothing";
}

TEST(Rate, ReadsRequestsOfBothFamilies) {
  const RateReading openai = read_rate(
      {{"x-ratelimit-limit-requests", "60"}, {"x-ratelimit-remaining-requests", "3"}, {"x-ratelimit-reset-requests", "12s"}}, now);
  EXPECT_EQ(openai.limit, 60);
  EXPECT_EQ(openai.remaining, 3);
  EXPECT_EQ(openai.reset, seconds(12));
  const RateReading anthropic =
      read_rate({{"anthropic-ratelimit-requests-limit", "50"}, {"anthropic-ratelimit-requests-remaining", "49"}}, now);
  EXPECT_EQ(anthropic.limit, 50);
  EXPECT_TRUE(read_rate({{"x-ratelimit-over-limit", "yes"}}, now).over_limit);
  EXPECT_TRUE(read_rate({{"content-type", "x"}}, now).empty());
}

TEST(Quota, ReadsSubscriptionsWindows) {
  const auto claude = read_quota({{"anthropic-ratelimit-unified-5h-utilization", "0.42"},
                                  {"anthropic-ratelimit-unified-5h-status", "allowed"},
                                  {"anthropic-ratelimit-unified-5h-reset", "1800003600"},
                                  {"anthropic-ratelimit-unified-7d-utilization", "1.02"},
                                  {"anthropic-ratelimit-unified-7d-status", "rejected"}},
                                 now);
  ASSERT_EQ(claude.size(), 2U);
  EXPECT_EQ(claude[0].window, "five_hour");
  EXPECT_DOUBLE_EQ(claude[0].used, 0.42);
  EXPECT_FALSE(claude[0].rejected);
  EXPECT_EQ(claude[0].resets_at, now + hours(1));
  EXPECT_EQ(claude[1].window, "seven_day");
  EXPECT_TRUE(claude[1].rejected);
}

TEST(Quota, AWindowWithoutAStatusIsSpentAtItsEnd) {
  const auto codex = read_quota({{"x-codex-primary-used-percent", "100"},
                                 {"x-codex-primary-reset-after-seconds", "90"},
                                 {"x-codex-secondary-used-percent", "12.5"},
                                 {"x-codex-secondary-window-minutes", "10080"}},
                                now);
  ASSERT_EQ(codex.size(), 2U);
  EXPECT_TRUE(codex[0].rejected);
  EXPECT_EQ(codex[0].resets_at, now + seconds(90));
  EXPECT_EQ(codex[1].window, "seven_day");
  EXPECT_DOUBLE_EQ(codex[1].used, 0.125);
}

TEST(Quota, AllowedOverdraftIsNotSpent) {
  const auto claude = read_quota(
      {{"anthropic-ratelimit-unified-5h-utilization", "1.2"}, {"anthropic-ratelimit-unified-5h-status", "allowed_warning"}}, now);
  ASSERT_EQ(claude.size(), 1U);
  EXPECT_FALSE(claude[0].rejected);
}

}  // namespace
}  // namespace omniroute::resilience
