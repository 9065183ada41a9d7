#include "omniroute/resilience/cooldown.hpp"

#include <gtest/gtest.h>

namespace omniroute::resilience {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using State = Cooldown::State;
using Entry = Cooldown::Entry;

Verdict verdict(milliseconds pause, bool soft = false, bool raise = true) {
  static const FailureRow row{.name = "test", .kind = FailureClass::rate_limit};
  Verdict made;
  made.row = &row;
  made.scope = Scope::account;
  made.cooldown = pause;
  made.soft = soft;
  made.raise_level = raise;
  return made;
}

class CooldownTest : public testing::Test {
 protected:
  ManualClock clock;
  Cooldown cooldown;
  [[nodiscard]] Tick now() const { return clock.now(); }
};

TEST_F(CooldownTest, LetsNobodyInBeforeTheEndAndThenExactlyOne) {
  cooldown.rest(verdict(seconds(10)), now(), now());
  EXPECT_EQ(cooldown.state(now()), State::cooling);
  EXPECT_EQ(cooldown.enter(now()), Entry::refused);
  clock.advance(milliseconds(9'999));
  EXPECT_EQ(cooldown.enter(now()), Entry::refused);
  clock.advance(milliseconds(1));
  EXPECT_EQ(cooldown.enter(now()), Entry::probe);
  EXPECT_EQ(cooldown.state(now()), State::probing);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(cooldown.enter(now()), Entry::refused);
}

TEST_F(CooldownTest, ASuccessfulProbeForgetsEverything) {
  cooldown.rest(verdict(seconds(1)), now(), now());
  clock.advance(seconds(2));
  ASSERT_EQ(cooldown.enter(now()), Entry::probe);
  EXPECT_TRUE(cooldown.succeed(now(), true));
  EXPECT_TRUE(cooldown.blank());
  EXPECT_EQ(cooldown.enter(now()), Entry::free);
}

TEST_F(CooldownTest, AFailedProbeRestsAgainOneLevelUp) {
  cooldown.rest(verdict(seconds(1)), now(), now());
  clock.advance(seconds(2));
  const Tick began = now();
  ASSERT_EQ(cooldown.enter(now()), Entry::probe);
  clock.advance(seconds(1));
  cooldown.rest(verdict(seconds(2)), began, now());
  EXPECT_EQ(cooldown.level(), 2);
  EXPECT_EQ(cooldown.state(now()), State::cooling);
  EXPECT_EQ(cooldown.until(), now() + seconds(2));
}

TEST_F(CooldownTest, AProbeWithoutAVerdictPassesTheTurnOn) {
  cooldown.rest(verdict(seconds(1)), now(), now());
  clock.advance(seconds(1));
  ASSERT_EQ(cooldown.enter(now()), Entry::probe);
  cooldown.let_go();
  EXPECT_EQ(cooldown.enter(now()), Entry::probe);
}

TEST_F(CooldownTest, ManyFailingAtOnceRaiseTheLevelOnce) {
  const Tick began = now();
  clock.advance(seconds(1));
  for (int i = 0; i < 20; ++i) cooldown.rest(verdict(seconds(1)), began, now());
  EXPECT_EQ(cooldown.level(), 1);
}

TEST_F(CooldownTest, WhatRestsAlreadyOnlyGrowsLonger) {
  const Tick began = now();
  clock.advance(seconds(1));
  cooldown.rest(verdict(seconds(30)), began, now());
  const Tick until = cooldown.until();
  cooldown.rest(verdict(seconds(5)), began, now());
  EXPECT_EQ(cooldown.until(), until);
  cooldown.rest(verdict(seconds(60)), began, now());
  EXPECT_EQ(cooldown.until(), now() + seconds(60));
}

TEST_F(CooldownTest, AnAnswerToAnOlderAttemptDoesNotEndTheRest) {
  const Tick began = now();
  clock.advance(seconds(1));
  cooldown.rest(verdict(seconds(30)), now(), now());
  EXPECT_FALSE(cooldown.succeed(began, false));
  EXPECT_EQ(cooldown.state(now()), State::cooling);
}

TEST_F(CooldownTest, SoftLetsEverybodyInButShows) {
  cooldown.rest(verdict(seconds(5), true), now(), now());
  EXPECT_EQ(cooldown.state(now()), State::suspect);
  EXPECT_EQ(cooldown.enter(now()), Entry::free);
  clock.advance(seconds(5));
  EXPECT_EQ(cooldown.state(now()), State::ready);
  EXPECT_EQ(cooldown.level(), 1) << "the level stays until an answer comes";
  EXPECT_TRUE(cooldown.succeed(now(), false));
  EXPECT_EQ(cooldown.level(), 0);
}

TEST_F(CooldownTest, SoftNeverShortensHard) {
  cooldown.rest(verdict(seconds(30)), now(), now());
  clock.advance(seconds(1));
  cooldown.rest(verdict(seconds(1), true), now(), now());
  clock.advance(seconds(5));
  EXPECT_EQ(cooldown.enter(now()), Entry::refused);
}

TEST_F(CooldownTest, GoesOnAfterARestart) {
  cooldown.rest(verdict(seconds(30)), now(), now());
  const std::string record = cooldown.to_record(Now::of(clock));
  clock.advance(seconds(10));
  // Another process: its steady clock has another zero.
  ManualClock other;
  other.advance(seconds(10));
  Cooldown restored = Cooldown::from_record(record, Now{other.now() + std::chrono::hours(77), clock.wall_now()});
  const Tick there = other.now() + std::chrono::hours(77);
  EXPECT_EQ(restored.state(there), State::cooling);
  EXPECT_EQ(restored.until(), there + seconds(20));
  EXPECT_EQ(restored.level(), 1);
  EXPECT_EQ(restored.reason(), FailureClass::rate_limit);
  EXPECT_EQ(restored.enter(there + seconds(20)), Entry::probe);
  EXPECT_EQ(restored.enter(there + seconds(20)), Entry::refused);
}

TEST_F(CooldownTest, AnUnreadableRecordIsNone) {
  for (const char* text : {"", "1 2 3", "a b c d e f", "1 2 3 4 5"})
    EXPECT_TRUE(Cooldown::from_record(text, Now::of(clock)).blank()) << text;
  EXPECT_EQ(Cooldown().to_record(Now::of(clock)), "");
}

}  // namespace
}  // namespace omniroute::resilience
