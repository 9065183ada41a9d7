#include "omniroute/resilience/breaker.hpp"

#include <gtest/gtest.h>

namespace omniroute::resilience {
namespace {

using std::chrono::seconds;
using State = Breaker::State;
using Entry = Cooldown::Entry;

class BreakerTest : public testing::Test {
 protected:
  ManualClock clock;
  Breakers breakers;
  Profile profile = apikey_profile;  // 5 failures, 30 s
  [[nodiscard]] Tick now() const { return clock.now(); }
  void fail(int times) {
    for (int i = 0; i < times; ++i) breakers.fail("p", profile, false, now());
  }
  [[nodiscard]] State state() const { return breakers.view("p", profile, now()).state; }
};

TEST_F(BreakerTest, OpensAtTheThresholdInARow) {
  fail(4);
  EXPECT_EQ(state(), State::closed);
  breakers.succeed("p", false);
  fail(4);
  EXPECT_EQ(state(), State::closed) << "an answer between them starts the count anew";
  EXPECT_TRUE(breakers.fail("p", profile, false, now()));
  EXPECT_EQ(state(), State::open);
  EXPECT_EQ(breakers.enter("p", profile, now()), Entry::refused);
  EXPECT_EQ(breakers.openings(), 1U);
}

TEST_F(BreakerTest, HalfOpenTakesOneProbe) {
  fail(5);
  clock.advance(seconds(30));
  EXPECT_EQ(state(), State::half_open);
  EXPECT_EQ(breakers.enter("p", profile, now()), Entry::probe);
  EXPECT_TRUE(breakers.view("p", profile, now()).probing);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(breakers.enter("p", profile, now()), Entry::refused);
  breakers.succeed("p", true);
  EXPECT_EQ(state(), State::closed);
  EXPECT_EQ(breakers.enter("p", profile, now()), Entry::free);
}

TEST_F(BreakerTest, AFailedProbeOpensForAnotherPeriod) {
  fail(5);
  clock.advance(seconds(30));
  ASSERT_EQ(breakers.enter("p", profile, now()), Entry::probe);
  EXPECT_TRUE(breakers.fail("p", profile, true, now()));
  EXPECT_EQ(state(), State::open);
  clock.advance(seconds(29));
  EXPECT_EQ(state(), State::open);
  clock.advance(seconds(1));
  EXPECT_EQ(state(), State::half_open);
}

TEST_F(BreakerTest, AProbeThatSaysNothingLeavesRoomForAnother) {
  fail(5);
  clock.advance(seconds(30));
  ASSERT_EQ(breakers.enter("p", profile, now()), Entry::probe);
  breakers.let_go("p");
  EXPECT_EQ(breakers.enter("p", profile, now()), Entry::probe);
}

TEST_F(BreakerTest, LateAnswersNeitherCloseNorExtendAnOpenOne) {
  fail(5);
  clock.advance(seconds(10));
  breakers.succeed("p", false);
  EXPECT_EQ(state(), State::open);
  EXPECT_FALSE(breakers.fail("p", profile, false, now()));
  clock.advance(seconds(20));
  EXPECT_EQ(state(), State::half_open);
}

TEST_F(BreakerTest, EditedThresholdsCountAtOnce) {
  fail(2);
  profile.breaker_threshold = 3;
  EXPECT_TRUE(breakers.fail("p", profile, false, now()));
  profile.breaker_reset = seconds(1);
  clock.advance(seconds(1));
  EXPECT_EQ(state(), State::half_open);
}

TEST_F(BreakerTest, ResetClosesOneOrAll) {
  fail(5);
  for (int i = 0; i < 5; ++i) breakers.fail("q/m", profile, false, now());
  breakers.reset("p");
  EXPECT_EQ(state(), State::closed);
  EXPECT_EQ(breakers.view("q/m", profile, now()).state, State::open);
  breakers.reset("");
  EXPECT_EQ(breakers.view("q/m", profile, now()).state, State::closed);
}

TEST_F(BreakerTest, GoesOnAfterARestart) {
  fail(5);
  const auto changes = breakers.take_changes(Now::of(clock));
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_TRUE(breakers.take_changes(Now::of(clock)).empty());
  clock.advance(seconds(10));
  Breakers again;
  again.restore(changes[0].first, changes[0].second, Now::of(clock));
  EXPECT_EQ(again.view("p", profile, now()).state, State::open);
  EXPECT_EQ(again.view("p", profile, now()).retry_at, now() + seconds(20));
  clock.advance(seconds(20));
  EXPECT_EQ(again.enter("p", profile, now()), Entry::probe);
}

TEST_F(BreakerTest, AClosedOneLeavesNoRecordBehind) {
  fail(1);
  breakers.succeed("p", false);
  const auto changes = breakers.take_changes(Now::of(clock));
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].second, "");
  EXPECT_TRUE(breakers.all().empty());
}

TEST_F(BreakerTest, NamesFromRequestsCannotFillTheMemory) {
  for (int i = 0; i < 10'000; ++i) breakers.fail("p/" + std::to_string(i), profile, false, now());
  EXPECT_LE(breakers.all().size(), 4'096U);
}

}  // namespace
}  // namespace omniroute::resilience
