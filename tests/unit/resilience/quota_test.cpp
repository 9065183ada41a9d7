#include "omniroute/resilience/quota.hpp"

#include <gtest/gtest.h>

namespace omniroute::resilience {
namespace {

using domain::WindowKind;
using domain::WindowRule;
using domain::WindowUnit;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

WallTime at(int year, unsigned month, unsigned day, int hour = 0, int minute = 0) {
  return std::chrono::sys_days(std::chrono::year(year) / static_cast<int>(month) / static_cast<int>(day)) + hours(hour) + minutes(minute);
}

WindowRule rule(WindowKind kind, std::int64_t limit = 10) {
  WindowRule made;
  made.name = "w";
  made.kind = kind;
  made.length = hours(5);
  made.limit = limit;
  return made;
}

TEST(QuotaWindow, ASessionBeginsWithItsFirstUse) {
  QuotaWindow window(rule(WindowKind::session));
  WallTime now = at(2026, 11, 23, 8);
  EXPECT_FALSE(window.figure(now).resets_at) << "not begun";
  for (int i = 0; i < 10; ++i) window.add(1, 500, now + minutes(i));
  EXPECT_TRUE(window.spent(now + hours(1)));
  EXPECT_EQ(window.resets_at(now + hours(1)), now + hours(5));
  EXPECT_FALSE(window.spent(now + hours(5)));
  window.add(1, 0, now + hours(6));
  EXPECT_EQ(window.figure(now + hours(6)).counted, 1);
  EXPECT_EQ(window.resets_at(now + hours(6)), now + hours(11));
}

TEST(QuotaWindow, ARollingOneForgetsBitByBit) {
  QuotaWindow window(rule(WindowKind::rolling));
  const WallTime start = at(2026, 11, 23, 8);
  for (int i = 0; i < 10; ++i) window.add(1, 0, start + minutes(30) * i);
  const WallTime full = start + hours(4) + minutes(35);
  EXPECT_TRUE(window.spent(full));
  EXPECT_EQ(window.resets_at(full), start + hours(5));
  EXPECT_FALSE(window.spent(start + hours(5) + minutes(1)));
  EXPECT_EQ(window.figure(start + hours(5) + minutes(1)).counted, 9);
  EXPECT_EQ(window.figure(start + hours(20)).counted, 0);
}

TEST(QuotaWindow, ADailyOneEndsAtItsHourInItsZone) {
  WindowRule daily = rule(WindowKind::daily);
  daily.hour = 10;
  daily.zone = hours(8);
  QuotaWindow window(daily);
  const WallTime before = at(2026, 11, 23, 1, 30);  // 09:30 there
  window.add(10, 0, before);
  EXPECT_TRUE(window.spent(before));
  EXPECT_EQ(window.resets_at(before), at(2026, 11, 23, 2));
  EXPECT_FALSE(window.spent(at(2026, 11, 23, 2)));
  EXPECT_EQ(window.resets_at(at(2026, 11, 23, 2)), at(2026, 11, 24, 2));
}

TEST(QuotaWindow, AWeeklyOneEndsOnItsDay) {
  WindowRule weekly = rule(WindowKind::weekly);
  weekly.day = 1;
  QuotaWindow window(weekly);
  EXPECT_EQ(window.resets_at(at(2026, 11, 22, 23)), at(2026, 11, 23)) << "the 23rd is a Monday";
  EXPECT_EQ(window.resets_at(at(2026, 11, 23, 0)), at(2026, 11, 30));
}

TEST(QuotaWindow, AMonthlyOneFollowsTheCalendarAndCountsTokens) {
  WindowRule monthly = rule(WindowKind::monthly, 10'000'000);
  monthly.unit = WindowUnit::tokens;
  QuotaWindow window(monthly);
  window.add(1, 9'999'999, at(2028, 2, 29, 12));
  EXPECT_FALSE(window.spent(at(2028, 2, 29, 13)));
  window.add(1, 1, at(2028, 2, 29, 13));
  EXPECT_TRUE(window.spent(at(2028, 2, 29, 14)));
  EXPECT_EQ(window.resets_at(at(2028, 2, 29, 14)), at(2028, 3, 1));
  EXPECT_FALSE(window.spent(at(2028, 3, 1)));
}

TEST(QuotaWindow, OneTimeCreditsNeverComeBack) {
  QuotaWindow window(rule(WindowKind::once, 3));
  window.add(3, 0, at(2026, 1, 1));
  EXPECT_TRUE(window.spent(at(2036, 1, 1)));
  EXPECT_FALSE(window.figure(at(2036, 1, 1)).resets_at);
}

TEST(QuotaWindow, TheProvidersWordCorrectsOurCount) {
  QuotaWindow window(rule(WindowKind::session, 100));
  const WallTime now = at(2026, 11, 23, 8);
  window.add(10, 0, now);
  QuotaReading reading;
  reading.window = "w";
  reading.used = 0.8;
  reading.resets_at = now + hours(2);
  window.correct(reading, false, now);
  QuotaFigure figure = window.figure(now);
  EXPECT_DOUBLE_EQ(*figure.used, 0.8);
  EXPECT_EQ(figure.source, QuotaSource::header);
  EXPECT_DOUBLE_EQ(figure.confidence, 1);
  EXPECT_EQ(figure.resets_at, now + hours(2));
  window.add(5, 0, now + minutes(20));
  figure = window.figure(now + minutes(20));
  EXPECT_NEAR(*figure.used, 0.85, 1e-9) << "what passed since is added";
  EXPECT_EQ(figure.age, minutes(20));
  EXPECT_LT(figure.confidence, 1);
  EXPECT_GT(figure.confidence, 0.5);
  window.add(50, 0, now + minutes(30));
  EXPECT_FALSE(window.spent(now + minutes(30))) << "it will say so itself";
  reading.rejected = true;
  window.correct(reading, true, now + minutes(31));
  EXPECT_TRUE(window.spent(now + minutes(31)));
  EXPECT_EQ(window.figure(now + minutes(31)).source, QuotaSource::endpoint);
  EXPECT_FALSE(window.spent(now + hours(2)));
}

TEST(QuotaWindow, WithoutALimitNothingIsClaimed) {
  WindowRule unknown = rule(WindowKind::session);
  unknown.limit.reset();
  QuotaWindow window(unknown);
  window.add(1000, 0, at(2026, 1, 1));
  const QuotaFigure figure = window.figure(at(2026, 1, 1));
  EXPECT_FALSE(figure.used);
  EXPECT_DOUBLE_EQ(figure.confidence, 0);
  EXPECT_FALSE(figure.spent);
  EXPECT_EQ(figure.counted, 1000);
}

TEST(QuotaWindow, CountsOnlyItsModels) {
  WindowRule opus = rule(WindowKind::session);
  opus.model = "opus";
  const QuotaWindow window(opus);
  EXPECT_TRUE(window.counts("claude-opus-4-6"));
  EXPECT_FALSE(window.counts("claude-sonnet-4-5"));
}

TEST(QuotaWindow, AShorterRollingWindowKeepsWhatStillFallsIntoIt) {
  QuotaWindow window(rule(WindowKind::rolling));
  const WallTime start = at(2026, 11, 23, 8);
  window.add(3, 0, start);
  window.add(4, 0, start + hours(4));
  const WallTime now = start + hours(4) + minutes(30);
  ASSERT_EQ(window.figure(now).counted, 7);
  WindowRule shorter = rule(WindowKind::rolling, 4);
  shorter.length = hours(1);
  window.follow(shorter);
  EXPECT_EQ(window.figure(now).counted, 4) << "what is older than an hour is forgotten";
  EXPECT_TRUE(window.spent(now));
  EXPECT_NEAR(std::chrono::duration<double>(window.resets_at(now) - (start + hours(5))).count(), 0, 180)
      << "an old bucket was five minutes";
  EXPECT_EQ(window.figure(start + hours(5) + minutes(5)).counted, 0);
  WindowRule longer = rule(WindowKind::rolling);
  longer.length = hours(24);
  window.follow(longer);
  EXPECT_EQ(window.figure(start + hours(20)).counted, 4);
  window.add(1, 0, start + hours(21));
  EXPECT_EQ(window.figure(start + hours(22)).counted, 5);
  EXPECT_EQ(window.figure(start + hours(29)).counted, 1);
  EXPECT_EQ(window.figure(start + hours(50)).counted, 0);
}

TEST(QuotaWindow, ARuleThatMeansSomethingElseBeginsFromNothing) {
  const WallTime now = at(2026, 11, 23, 8);
  WindowRule tokens = rule(WindowKind::session, 1000);
  tokens.unit = WindowUnit::tokens;
  WindowRule opus = rule(WindowKind::session);
  opus.model = "opus";
  for (const WindowRule& other : {tokens, opus, rule(WindowKind::daily), rule(WindowKind::rolling)}) {
    QuotaWindow window(rule(WindowKind::session));
    window.add(10, 7000, now);
    window.follow(other);
    EXPECT_EQ(window.figure(now).counted, 0) << to_string(other.kind);
    EXPECT_FALSE(window.spent(now));
    window.add(2, 1500, now);
    EXPECT_EQ(window.figure(now).counted, other.unit == WindowUnit::tokens ? 1500 : 2);
  }
}

TEST(QuotaWindow, EveryKindGoesOnAfterARestart) {
  const WallTime now = at(2026, 11, 23, 8);
  for (const WindowKind kind :
       {WindowKind::session, WindowKind::rolling, WindowKind::daily, WindowKind::weekly, WindowKind::monthly, WindowKind::once}) {
    WindowRule made = rule(kind);
    made.model = "opus";
    QuotaWindow window(made);
    window.add(4, 100, now);
    QuotaReading reading;
    reading.used = 0.25;
    window.correct(reading, true, now);
    const auto restored = QuotaWindow::from_record("w", window.to_record());
    ASSERT_TRUE(restored) << to_string(kind);
    const QuotaFigure before = window.figure(now + minutes(5));
    const QuotaFigure after = restored->figure(now + minutes(5));
    EXPECT_EQ(before.counted, after.counted) << to_string(kind);
    EXPECT_EQ(before.used, after.used);
    EXPECT_EQ(before.resets_at, after.resets_at);
    EXPECT_EQ(before.source, after.source);
    EXPECT_EQ(after.model, "opus");
    EXPECT_EQ(after.limit, 10);
  }
  EXPECT_FALSE(QuotaWindow::from_record("w", "1 2 3"));
}

}  // namespace
}  // namespace omniroute::resilience
