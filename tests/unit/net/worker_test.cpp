#include "omniroute/net/worker.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <thread>

#include "omniroute/net/event.hpp"
#include "omniroute/net/memory_stream.hpp"
#include "stream_contract.hpp"

namespace omniroute::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Task<void> throws() {
  throw std::runtime_error("thrown");
  co_return;
}

TEST(Worker, RunUntilDonePassesTheExceptionOn) {
  SystemClock clock;
  Worker worker(clock);
  EXPECT_THROW(worker.run_until_done(throws()), std::runtime_error);
}

Task<void> outlives(Worker& worker, int& ended) {
  co_await worker.sleep_until(Tick::max());
  ++ended;
}

Task<void> reads_for_ever(Stream& stream, std::error_code& failure, int& ended) {
  std::array<char, 8> buffer{};
  const Transfer got = co_await stream.read_some(buffer, Tick::max());
  failure = got.failure;
  ++ended;
}

Task<void> waits_for_ever(Worker& worker, bool& told, int& ended) {
  Event event(worker);
  told = co_await event.wait(Tick::max());
  ++ended;
}

TEST(Worker, StopEndsEverySleepReadAndWait) {
  SystemClock clock;
  Worker worker(clock);
  Loopback loop;
  int ended = 0;
  std::error_code failure;
  bool told = true;
  MemoryPair pair = memory_pair(worker);
  worker.spawn("sleeper", outlives(worker, ended));
  worker.spawn("reader", reads_for_ever(*pair.near, failure, ended));
  worker.spawn("waiter", waits_for_ever(worker, told, ended));
  worker.spawn("failing", throws());
  EXPECT_EQ(worker.alive(), 4u);
  std::thread thread([&] { worker.run(); });
  std::this_thread::sleep_for(milliseconds(30));
  EXPECT_EQ(worker.alive(), 3u);
  const Tick before = clock.now();
  worker.stop();
  thread.join();
  EXPECT_LT(clock.now() - before, seconds(1));
  EXPECT_EQ(ended, 3);
  EXPECT_EQ(failure, Failure::cancelled);
  EXPECT_FALSE(told);
  EXPECT_EQ(worker.alive(), 0u);
}

TEST(Worker, StopEndsAnIdleWorker) {
  SystemClock clock;
  Worker worker(clock);
  std::thread thread([&] { worker.run(); });
  worker.stop();
  thread.join();
}

TEST(Worker, PostRunsOnTheWorkersThread) {
  SystemClock clock;
  Worker worker(clock);
  std::atomic<std::thread::id> ran_on{};
  std::thread thread([&] { worker.run(); });
  worker.post([&] {
    ran_on = std::this_thread::get_id();
    worker.stop();
  });
  const std::thread::id id = thread.get_id();
  thread.join();
  EXPECT_EQ(ran_on.load(), id);
}

Task<void> hands_of_the_clock(Worker& worker, ManualClock& clock, MemoryPair& pair) {
  int ended = 0;
  std::error_code failure;
  std::array<char, 8> buffer{};
  clock.advance(seconds(1));
  worker.spawn("sleeper", [](Worker& on, Tick until, int& count) -> Task<void> {
    co_await on.sleep_until(until);
    ++count;
  }(worker, clock.now() + seconds(3600), ended));
  worker.spawn("reader", [](Stream& stream, Tick until, std::error_code& result, int& count) -> Task<void> {
    std::array<char, 8> space{};
    const Transfer got = co_await stream.read_some(space, until);
    result = got.failure;
    ++count;
  }(*pair.near, clock.now() + seconds(3600), failure, ended));
  const Transfer nothing = co_await pair.far->read_some(buffer, clock.now());
  EXPECT_EQ(nothing.failure, Failure::timed_out);
  EXPECT_EQ(ended, 0);
  clock.advance(seconds(3601));
  worker.clock_moved();
  Event pause(worker);
  while (ended < 2) co_await pause.wait(clock.now());
  EXPECT_EQ(failure, Failure::timed_out);
}

TEST(Worker, ATestMayTurnTheHandsOfItsClock) {
  ManualClock clock;
  Worker worker(clock);
  MemoryPair pair = memory_pair(worker);
  worker.run_until_done(hands_of_the_clock(worker, clock, pair));
}

Task<void> sleeps_exactly(Worker& worker) {
  const Tick before = worker.clock().now();
  co_await worker.sleep_until(before + milliseconds(30));
  EXPECT_GE(worker.clock().now() - before, milliseconds(30));
  EXPECT_LT(worker.clock().now() - before, milliseconds(200));
}

TEST(Worker, SleepsExactly) {
  SystemClock clock;
  Worker worker(clock);
  worker.run_until_done(sleeps_exactly(worker));
}

Task<void> event_story(Worker& worker) {
  Event event(worker);
  event.notify();
  const bool before = co_await event.wait(Tick::max());
  EXPECT_TRUE(before);
  const bool late = co_await event.wait(worker.clock().now() + milliseconds(10));
  EXPECT_FALSE(late);
  worker.post([&event] { event.notify(); });
  const bool during = co_await event.wait(Tick::max());
  EXPECT_TRUE(during);
}

TEST(Event, ANoticeIsKeptForTheNextWaitAndUsedUpByIt) {
  SystemClock clock;
  Worker worker(clock);
  worker.run_until_done(event_story(worker));
}

Task<void> blocking_story(Worker& worker, BlockingPool& pool) {
  const std::thread::id here = std::this_thread::get_id();
  std::thread::id there;
  const std::function<void()> work = [&there] { there = std::this_thread::get_id(); };
  co_await pool.run(work);
  EXPECT_NE(there, std::thread::id());
  EXPECT_NE(there, here);
  EXPECT_EQ(std::this_thread::get_id(), here);
  EXPECT_EQ(worker.alive(), 1u);
}

TEST(BlockingPool, RunsElsewhereAndComesBack) {
  SystemClock clock;
  Worker worker(clock);
  BlockingPool pool(2);  // ends first: its threads are joined while the worker still stands
  worker.run_until_done(blocking_story(worker, pool));
}

Task<void> count_in(BlockingPool& pool, std::atomic<int>& running, std::atomic<int>& most, int& ended) {
  const std::function<void()> work = [&running, &most] {
    const int now = ++running;
    int seen = most.load();
    while (now > seen && !most.compare_exchange_weak(seen, now)) {
    }
    std::this_thread::sleep_for(milliseconds(5));
    --running;
  };
  co_await pool.run(work);
  ++ended;
}

TEST(BlockingPool, NeverRunsMoreAtOnceThanItHasThreads) {
  SystemClock clock;
  Worker worker(clock);
  BlockingPool pool(2);  // ends first: its threads are joined while the worker still stands
  std::atomic<int> running{0};
  std::atomic<int> most{0};
  int ended = 0;
  for (int i = 0; i < 8; ++i) worker.spawn("job", count_in(pool, running, most, ended));
  std::thread thread([&] { worker.run(); });
  while (worker.alive() > 0) std::this_thread::sleep_for(milliseconds(1));
  worker.stop();
  thread.join();
  EXPECT_EQ(ended, 8);
  EXPECT_EQ(most.load(), 2);
}

}  // namespace
}  // namespace omniroute::net
