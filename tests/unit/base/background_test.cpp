#include "omniroute/base/background.hpp"

#include <gtest/gtest.h>
#include <sched.h>

#include <thread>

namespace omniroute {
namespace {

int policy_with(Pace pace) {
  int policy = -1;
  std::thread thread([&] {
    keep_pace(pace);
    policy = sched_getscheduler(0);
  });
  thread.join();
  return policy;
}

TEST(Background, AThreadTakesWhatTheOthersLeaveAndTheOthersKeepTheirShare) {
  const int before = sched_getscheduler(0);
  EXPECT_EQ(policy_with(Pace::background), SCHED_IDLE);
  EXPECT_EQ(sched_getscheduler(0), before);
}

TEST(Background, APromptThreadStaysAsItIs) { EXPECT_EQ(policy_with(Pace::prompt), sched_getscheduler(0)); }

}  // namespace
}  // namespace omniroute
