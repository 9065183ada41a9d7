#include "throttle.hpp"

#include <gtest/gtest.h>

namespace omniroute::access {
namespace {

using namespace std::chrono_literals;

TEST(Throttle, LetsTenWrongTriesThroughAndThenMakesEachWait) {
  Throttle throttle;
  ManualClock clock;
  for (int tries = 0; tries < 10; ++tries) EXPECT_FALSE(throttle.enter("a", clock.now()));
  const auto wait = throttle.enter("a", clock.now());
  ASSERT_TRUE(wait);
  EXPECT_EQ(*wait, 60s);
  clock.advance(61s);
  EXPECT_FALSE(throttle.enter("a", clock.now())) << "one try after the wait";
  EXPECT_TRUE(throttle.enter("a", clock.now())) << "and then the next wait";
}

TEST(Throttle, CountsTriesAtOnceAndNotOnlyFinishedOnes) {
  Throttle throttle;
  ManualClock clock;
  int let_in = 0;
  for (int tries = 0; tries < 50; ++tries) let_in += throttle.enter("a", clock.now()) ? 0 : 1;
  EXPECT_EQ(let_in, 10);
}

TEST(Throttle, ForgetsAfterARightPasswordAndAfterFiveMinutes) {
  Throttle throttle;
  ManualClock clock;
  for (int tries = 0; tries < 9; ++tries) EXPECT_FALSE(throttle.enter("a", clock.now()));
  throttle.succeeded("a");
  for (int tries = 0; tries < 9; ++tries) EXPECT_FALSE(throttle.enter("a", clock.now()));
  clock.advance(6min);
  for (int tries = 0; tries < 10; ++tries) EXPECT_FALSE(throttle.enter("a", clock.now()));
}

TEST(Throttle, CountsEachAddressForItself) {
  Throttle throttle;
  ManualClock clock;
  for (int tries = 0; tries < 11; ++tries) throttle.enter("a", clock.now());
  EXPECT_FALSE(throttle.enter("b", clock.now()));
}

TEST(Throttle, DoesNotGrowWithoutEnd) {
  Throttle throttle;
  ManualClock clock;
  for (int n = 0; n < 100'000; ++n) EXPECT_FALSE(throttle.enter("peer" + std::to_string(n), clock.now()));
}

}  // namespace
}  // namespace omniroute::access
