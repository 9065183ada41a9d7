#include "omniroute/base/background.hpp"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/resource.h>

#include <thread>

namespace omniroute {
namespace {

TEST(Background, AThreadTakesWhatTheOthersLeaveAndTheOthersKeepTheirShare) {
  const int before = getpriority(PRIO_PROCESS, 0);
  int priority = 0;
  int policy = -1;
  std::thread thread([&] {
    keep_pace(Pace::background);
    priority = getpriority(PRIO_PROCESS, 0);
    policy = sched_getscheduler(0);
  });
  thread.join();
  EXPECT_EQ(priority, 19);
  EXPECT_EQ(policy, SCHED_BATCH);
  EXPECT_EQ(getpriority(PRIO_PROCESS, 0), before);
}

TEST(Background, APromptThreadStaysAsItIs) {
  const int before = getpriority(PRIO_PROCESS, 0);
  keep_pace(Pace::prompt);
  EXPECT_EQ(getpriority(PRIO_PROCESS, 0), before);
}

}  // namespace
}  // namespace omniroute
