#include "omniroute/domain/combo.hpp"

#include <gtest/gtest.h>

namespace omniroute::domain {
namespace {

using namespace std::chrono_literals;

TEST(Wildcards, FitWholeNamesWithoutCase) {
  EXPECT_TRUE(fits_wildcard("claude-*", "Claude-Opus-4-6", nullptr));
  EXPECT_TRUE(fits_wildcard("*", "", nullptr));
  EXPECT_TRUE(fits_wildcard("gpt-?", "gpt-5", nullptr));
  EXPECT_FALSE(fits_wildcard("gpt-?", "gpt-", nullptr));
  EXPECT_FALSE(fits_wildcard("gpt", "gpt-5", nullptr));
  EXPECT_TRUE(fits_wildcard("*-mini-*", "gpt-5-mini-2026", nullptr));
  EXPECT_FALSE(fits_wildcard("", "x", nullptr));
}

TEST(Wildcards, SayWhatTheFirstStarMet) {
  std::string_view met;
  ASSERT_TRUE(fits_wildcard("openai/*", "openai/gpt-5", &met));
  EXPECT_EQ(met, "gpt-5");
  ASSERT_TRUE(fits_wildcard("*-latest", "kimi-k2-latest", &met));
  EXPECT_EQ(met, "kimi-k2");
  ASSERT_TRUE(fits_wildcard("a*b*c", "aXXbYYc", &met));
  EXPECT_EQ(met, "XX");
  ASSERT_TRUE(fits_wildcard("gpt*", "gpt", &met));
  EXPECT_EQ(met, "");
  ASSERT_TRUE(fits_wildcard("a*b*", "aab", &met));
  EXPECT_EQ(met, "a");
}

TEST(Wildcards, AreBoundedInTime) {
  const std::string pattern = "*a*a*a*a*a*a*a*a*a*a*b";
  const std::string text(2'000, 'a');
  EXPECT_FALSE(fits_wildcard(pattern, text, nullptr));
}

TEST(Wildcards, MoreLiteralIsMoreSpecific) {
  EXPECT_EQ(specificity("gpt-5"), 55);
  EXPECT_EQ(specificity("gpt-*"), 10 * 4 - 50 + 5);
  EXPECT_EQ(specificity("gpt-?"), 10 * 4 - 5 + 5);
  EXPECT_GT(specificity("gpt-5*"), specificity("gpt-*"));
}

TEST(Cascade, TheUpperWinsAndAbsentKeysDoNotOverride) {
  EffectiveConfig effective;
  EXPECT_EQ(effective.max_retries, 1);
  EXPECT_EQ(effective.retry_delay, 2000ms);
  EXPECT_EQ(effective.concurrency_per_model, 3);
  EXPECT_EQ(effective.queue_timeout, 30s);
  EXPECT_EQ(effective.health_check_timeout, 3s);
  ComboConfig defaults;
  defaults.max_retries = 3;
  defaults.retry_delay = 10ms;
  ComboConfig combo;
  combo.max_retries = 0;
  effective.take(defaults);
  effective.take(combo);
  EXPECT_EQ(effective.max_retries, 0);
  EXPECT_EQ(effective.retry_delay, 10ms);
}

TEST(Cascade, EveryKeyIsTakenOver) {
  ComboConfig above;
  above.strategy = Strategy::p2c;
  above.max_retries = 7;
  above.retry_delay = 7ms;
  above.concurrency_per_model = 7;
  above.queue_timeout = 7ms;
  above.max_depth = 2;
  above.timeout = 7s;
  above.health_check = false;
  above.health_check_timeout = 7ms;
  above.track_metrics = false;
  above.affinity = false;
  above.filter_fallback = true;
  above.max_price = 7;
  above.hedge_after = 7ms;
  above.hedge_share = 0.7;
  EffectiveConfig taken;
  taken.take(above);
  EXPECT_EQ(taken.strategy, Strategy::p2c);
  EXPECT_EQ(taken.max_retries, 7);
  EXPECT_EQ(taken.retry_delay, 7ms);
  EXPECT_EQ(taken.concurrency_per_model, 7);
  EXPECT_EQ(taken.queue_timeout, 7ms);
  EXPECT_EQ(taken.max_depth, 2);
  EXPECT_EQ(taken.timeout, 7s);
  EXPECT_FALSE(taken.health_check);
  EXPECT_EQ(taken.health_check_timeout, 7ms);
  EXPECT_FALSE(taken.track_metrics);
  EXPECT_FALSE(taken.affinity);
  EXPECT_TRUE(taken.filter_fallback);
  EXPECT_EQ(taken.max_price, 7);
  EXPECT_EQ(taken.hedge_after, 7ms);
  EXPECT_EQ(taken.hedge_share, 0.7);
}

}  // namespace
}  // namespace omniroute::domain
