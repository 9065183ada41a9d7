#include "breath.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "omniroute/net/worker.hpp"

namespace omniroute::net {
namespace {

using Log = std::vector<std::string>;

Task<void> rest_twice(Worker& worker, Log& log, std::string name, int& guests) {
  co_await worker.breathe();
  log.push_back(name + " once");
  co_await worker.breathe();
  log.push_back(name + " twice");
  if (--guests == 0) worker.stop();
}

TEST(Breath, IsTakenTogether) {
  SystemClock clock;
  Worker worker(clock);
  Log log;
  int guests = 3;
  const Tick began = clock.now();
  for (const char* name : {"a", "b", "c"}) worker.spawn("guest", rest_twice(worker, log, name, guests));
  worker.run();
  EXPECT_EQ(log, (Log{"a once", "b once", "c once", "a twice", "b twice", "c twice"}));
  EXPECT_GE(clock.now() - began, 2 * Worker::breath);
}

/// Notes that it is let go.
struct Held {
  explicit Held(bool& flag) : gone(flag) {}
  ~Held() { gone = true; }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  bool& gone;
};

Task<void> rest_for_good(Worker& worker, bool& resting, bool& gone) {
  const Held held(gone);
  resting = true;
  co_await worker.breathe();
}

Task<void> wait_for(Worker& worker, const bool& resting) {
  while (!resting) co_await worker.sleep_until(worker.clock().now() + std::chrono::microseconds(1));
}

TEST(Breath, AGuestGoesWithItsWorker) {
  SystemClock clock;
  bool resting = false;
  bool gone = false;
  {
    Worker worker(clock);
    worker.spawn("guest", rest_for_good(worker, resting, gone));
    worker.run_until_done(wait_for(worker, resting));
    EXPECT_TRUE(resting);
  }
  EXPECT_TRUE(gone);
}

}  // namespace
}  // namespace omniroute::net
