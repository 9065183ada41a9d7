#include "omniroute/resilience/limiter.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace omniroute::resilience {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Kind = Limiters::Asked::Kind;

class LimiterTest : public testing::Test {
 protected:
  ManualClock clock;
  Limiters limiters;
  [[nodiscard]] Tick now() const { return clock.now(); }
  Limiters::Asked ask(const Limits& limits, std::uint64_t ticket = 0, Limiters::Wake wake = {}) {
    if (!wake) wake = [] {};
    return limiters.ask("a", ticket, limits, now(), wake);
  }
};

Limits at_once(int most) { return {.concurrency = most}; }

TEST_F(LimiterTest, KeepsToTheConcurrencyAndServesInOrder) {
  const Limits limits = at_once(2);
  std::vector<int> woken;  // outlives the permits, whose return wakes those in line
  Limiters::Asked first = ask(limits);
  Limiters::Asked second = ask(limits);
  EXPECT_EQ(first.kind, Kind::go);
  EXPECT_EQ(second.kind, Kind::go);
  const Limiters::Asked third = ask(limits, 0, [&] { woken.push_back(3); });
  const Limiters::Asked fourth = ask(limits, 0, [&] { woken.push_back(4); });
  EXPECT_EQ(third.kind, Kind::in_line);
  EXPECT_EQ(fourth.kind, Kind::in_line);
  first.permit.give_back();
  EXPECT_EQ(woken, std::vector<int>{3});
  EXPECT_EQ(ask(limits, fourth.ticket).kind, Kind::in_line) << "the fourth may not overtake";
  const Limiters::Asked gone = ask(limits, third.ticket);
  EXPECT_EQ(gone.kind, Kind::go);
  EXPECT_EQ(woken, (std::vector<int>{3, 4})) << "the new first is woken to look for itself";
}

TEST_F(LimiterTest, OneWhoLeavesDoesNotHoldUpTheLine) {
  const Limits limits = at_once(1);
  int woken = 0;
  Limiters::Asked running = ask(limits);
  const Limiters::Asked second = ask(limits);
  const Limiters::Asked third = ask(limits, 0, [&] { ++woken; });
  limiters.leave("a", second.ticket);
  EXPECT_EQ(woken, 1);
  running.permit.give_back();
  EXPECT_EQ(ask(limits, third.ticket).kind, Kind::go);
}

TEST_F(LimiterTest, WithoutAGapNobodyWaitsForTheClock) {
  const Limits limits = at_once(2);
  const Limiters::Asked first = limiters.ask("a", 0, limits, now() + milliseconds(1), [] {});
  EXPECT_EQ(first.kind, Kind::go);
  EXPECT_EQ(ask(limits).kind, Kind::go) << "it read the clock before the first one went";
}

TEST_F(LimiterTest, KeepsTheGap) {
  const Limits limits{.min_gap = milliseconds(200)};
  EXPECT_EQ(ask(limits).kind, Kind::go);
  clock.advance(milliseconds(50));
  const Limiters::Asked early = ask(limits);
  EXPECT_EQ(early.kind, Kind::at);
  EXPECT_EQ(early.at, now() + milliseconds(150));
  clock.advance(milliseconds(150));
  EXPECT_EQ(ask(limits, early.ticket).kind, Kind::go);
}

TEST_F(LimiterTest, RefillsEachMinute) {
  const Limits limits{.per_minute = 3};
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ask(limits).kind, Kind::go);
  const Limiters::Asked fourth = ask(limits);
  EXPECT_EQ(fourth.kind, Kind::at);
  EXPECT_EQ(fourth.at, now() + seconds(60));
  clock.advance(seconds(60));
  EXPECT_EQ(ask(limits, fourth.ticket).kind, Kind::go);
}

TEST_F(LimiterTest, EditedLimitsCountAtOnce) {
  Limiters::Asked first = ask(at_once(1));
  const Limiters::Asked second = ask(at_once(1));
  EXPECT_EQ(second.kind, Kind::in_line);
  EXPECT_EQ(ask(at_once(2), second.ticket).kind, Kind::go);
}

TEST_F(LimiterTest, LearnsFromHeaders) {
  const Limits limits{.min_gap = milliseconds(200)};
  ASSERT_EQ(ask(limits).kind, Kind::go);
  RateReading reading;
  reading.limit = 60;
  reading.remaining = 2;
  reading.reset = seconds(10);
  limiters.learn("a", reading, now());
  Limiters::Asked next = ask(limits);
  EXPECT_EQ(next.at, now() + milliseconds(990)) << "60 a minute are one each 990 ms";
  clock.advance(seconds(1));
  EXPECT_EQ(ask(limits, next.ticket).kind, Kind::go);
  clock.advance(seconds(1));
  EXPECT_EQ(ask(limits).kind, Kind::go);
  clock.advance(seconds(1));
  next = ask(limits);
  EXPECT_EQ(next.kind, Kind::at) << "the remaining two have gone";
  EXPECT_EQ(next.at, now() + seconds(7));
  limiters.leave("a", next.ticket);
  reading.remaining = 55;
  limiters.learn("a", reading, now());
  EXPECT_EQ(ask(limits).kind, Kind::go) << "plenty left: no gap";
  EXPECT_EQ(ask(limits).kind, Kind::go);
}

TEST_F(LimiterTest, TheOwnersGapIsNeverUndercut) {
  Limits limits{.min_gap = milliseconds(500), .own = true};
  ASSERT_EQ(ask(limits).kind, Kind::go);
  RateReading reading;
  reading.limit = 1000;
  reading.remaining = 999;
  limiters.learn("a", reading, now());
  EXPECT_EQ(ask(limits).at, now() + milliseconds(500));
}

TEST_F(LimiterTest, AColdAccountWarmsUpWithItsAnswers) {
  const Limits limits{.warm_up = true};
  std::vector<Limiters::Asked> running;
  const auto fill = [&] {
    int gone = 0;
    while (true) {
      Limiters::Asked asked = ask(limits);
      if (asked.kind != Kind::go) {
        limiters.leave("a", asked.ticket);
        return gone;
      }
      ++gone;
      running.push_back(std::move(asked));
      if (gone > 100) return gone;
    }
  };
  EXPECT_EQ(fill(), 4);
  limiters.warmed("a", now());
  EXPECT_EQ(fill(), 4) << "eight at once";
  for (int i = 0; i < 3; ++i) limiters.warmed("a", now());
  EXPECT_GT(fill(), 100) << "warm: no bound of its own";
  running.clear();
  clock.advance(std::chrono::minutes(6));
  EXPECT_EQ(fill(), 4) << "cold again after five minutes of silence";
  running.clear();
  limiters.chill("a");
  EXPECT_EQ(fill(), 4);
}

TEST_F(LimiterTest, ARestingAccountSendsItsLineAway) {
  const Limits limits = at_once(1);
  Limiters::Asked running = ask(limits);
  int woken = 0;
  const Limiters::Asked second = ask(limits, 0, [&] { ++woken; });
  const Limiters::Asked third = ask(limits, 0, [&] { ++woken; });
  limiters.send_away("a");
  EXPECT_EQ(woken, 2);
  EXPECT_EQ(ask(limits, second.ticket).kind, Kind::closed);
  EXPECT_EQ(ask(limits, third.ticket).kind, Kind::closed);
  running.permit.give_back();
  EXPECT_EQ(ask(limits).kind, Kind::go) << "new ones are not concerned";
}

// One who waits in line, as a thread: asks, sleeps until woken, asks again. Shared: a ring may come after its turn is over.
class Waiter : public std::enable_shared_from_this<Waiter> {
 public:
  void wake() {
    {
      const std::lock_guard lock(mutex_);
      woken_ = true;
    }
    bell_.notify_one();
  }
  Permit wait(Limiters& limiters, const Limits& limits, const Clock& clock) {
    std::uint64_t ticket = 0;
    while (true) {
      Limiters::Asked asked = limiters.ask("a", ticket, limits, clock.now(), [self = shared_from_this()] { self->wake(); });
      if (asked.kind == Kind::go) return std::move(asked.permit);
      ticket = asked.ticket;
      std::unique_lock lock(mutex_);
      if (!bell_.wait_for(lock, seconds(20), [this] { return woken_; })) ADD_FAILURE() << "a wake-up was lost";
      woken_ = false;
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable bell_;
  bool woken_ = false;
};

TEST(LimiterUnderLoad, AThousandInParallelNeverMoreThanThreeAtOnceAndNoneIsLost) {
  SystemClock clock;
  Limiters limiters;
  const Limits limits = at_once(3);
  std::atomic<int> running{0};
  std::atomic<int> most{0};
  std::atomic<int> done{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 50; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i) {
        const auto waiter = std::make_shared<Waiter>();
        const Permit permit = waiter->wait(limiters, limits, clock);
        const int here = ++running;
        int seen = most.load();
        while (here > seen && !most.compare_exchange_weak(seen, here)) {
        }
        std::this_thread::yield();
        --running;
        ++done;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(done.load(), 1000);
  EXPECT_LE(most.load(), 3);
  EXPECT_EQ(limiters.view("a").running, 0);
  EXPECT_EQ(limiters.view("a").waiting, 0U);
}

TEST(LimiterUnderLoad, TheOrderIsThatOfArrival) {
  ManualClock clock;
  Limiters limiters;
  const Limits limits = at_once(3);
  struct Client {
    std::uint64_t ticket = 0;
    bool woken = true;
    bool served = false;
    Permit permit;
  };
  std::vector<Client> clients(1000);
  std::vector<std::size_t> order;
  const auto turn = [&](std::size_t i) {
    Client& client = clients[i];
    if (client.served || !client.woken) return false;
    client.woken = false;
    Limiters::Asked asked = limiters.ask("a", client.ticket, limits, clock.now(), [&client] { client.woken = true; });
    client.ticket = asked.ticket;
    if (asked.kind != Kind::go) return true;
    client.served = true;
    client.permit = std::move(asked.permit);
    order.push_back(i);
    return true;
  };
  for (std::size_t i = 0; i < clients.size(); ++i) turn(i);
  for (std::size_t served = 0; served < clients.size(); ++served) {
    clients[order[served]].permit.give_back();
    bool moved = true;
    while (moved) {
      moved = false;
      for (std::size_t i = served; i < std::min(clients.size(), served + 10); ++i) moved = turn(i) || moved;
    }
    if (order.size() == clients.size() && served + 1 == clients.size()) break;
  }
  ASSERT_EQ(order.size(), clients.size());
  for (std::size_t i = 0; i < order.size(); ++i) EXPECT_EQ(order[i], i);
}

}  // namespace
}  // namespace omniroute::resilience
