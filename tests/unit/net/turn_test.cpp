#include "turn.hpp"

#include <sys/socket.h>

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "omniroute/net/worker.hpp"
#include "socket_stream.hpp"
#include "stream_contract.hpp"

namespace omniroute::net {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr int enough_to_be_busy = 100;

TEST(Turn, IsBusyWhileWritesComeThick) {
  ManualClock clock;
  Worker worker(clock);
  Turn& turn = worker.state().turn;
  EXPECT_FALSE(turn.is_busy()) << "nothing is known yet";
  for (int i = 0; i < enough_to_be_busy; ++i) {
    clock.advance(microseconds(20));
    static_cast<void>(turn.is_busy());
  }
  EXPECT_TRUE(turn.is_busy());
  clock.advance(milliseconds(500));
  EXPECT_FALSE(turn.is_busy()) << "after a pause nothing else is ready";
}

struct Noted final : Turn::Work {
  Noted(std::vector<std::string>& list, int its_number) : log(list), number(its_number) {}
  void run() noexcept override { log.push_back("run " + std::to_string(number)); }
  std::vector<std::string>& log;
  int number;
};

Task<void> wait_for_end(Worker& worker, std::vector<std::string>& log, int number) {
  Noted work(log, number);
  co_await worker.state().turn.end(work);
  log.push_back("resumed " + std::to_string(number));
  if (number == 2) co_return;
  co_await worker.state().turn.end(work);  // the next turn's
  log.push_back("again " + std::to_string(number));
  if (number == 1) worker.stop();
}

TEST(Turn, AllItsWorkIsDoneBeforeAnybodyGoesOn) {
  SystemClock clock;
  Worker worker(clock);
  std::vector<std::string> log;
  for (int number = 0; number < 3; ++number) worker.spawn("guest", wait_for_end(worker, log, number));
  worker.run();
  EXPECT_EQ(log, (std::vector<std::string>{"run 0", "run 1", "run 2", "resumed 0", "resumed 1", "resumed 2", "run 0", "run 1", "again 0",
                                           "again 1"}));
}

/// Two ends of a socket on a worker whose clock stands still: any writes come thick there.
struct Busy {
  Busy() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()), 0);
    near = adopt_socket(worker, AF_UNIX, ends[0]);
    far = adopt_socket(worker, AF_UNIX, ends[1]);
    for (int i = 0; i < enough_to_be_busy; ++i) static_cast<void>(worker.state().turn.is_busy());
  }
  ManualClock clock;
  Worker worker{clock};
  std::unique_ptr<Stream> near;
  std::unique_ptr<Stream> far;
};

Task<void> write_late(Stream& stream, Transfer& result) { result = co_await send(stream, "late", Tick::max()); }

Task<void> read_what_came(Busy& busy, std::string& got) { got = co_await receive_all(*busy.far, 4, Tick::max()); }

TEST(Turn, ALateWriteArrivesWhole) {
  Busy busy;
  Transfer sent;
  std::string got;
  busy.worker.spawn("writer", write_late(*busy.near, sent));
  busy.worker.run_until_done(read_what_came(busy, got));
  EXPECT_EQ(got, "late");
  EXPECT_EQ(sent.bytes, 4U);
  EXPECT_FALSE(sent.failure);
}

Task<void> close_at_once(Busy& busy) {
  busy.near->close();
  co_return;
}

TEST(Turn, AStreamThatIsClosedMeanwhileWritesNothing) {
  Busy busy;
  Transfer sent;
  std::string got;
  busy.worker.spawn("writer", write_late(*busy.near, sent));
  busy.worker.spawn("closer", close_at_once(busy));
  busy.worker.run_until_done(read_what_came(busy, got));
  EXPECT_EQ(got, "");
  EXPECT_EQ(sent.bytes, 0U);
  EXPECT_EQ(sent.failure, Failure::cancelled);
}

TEST(Turn, AWorkerMayGoWhileAWriteWaits) {
  Transfer sent;
  Busy busy;
  busy.worker.spawn("writer", write_late(*busy.near, sent));
  busy.worker.state().context.run_one();  // as far as the end of the turn, which does not come
  EXPECT_EQ(sent.bytes, 0U);
}

}  // namespace
}  // namespace omniroute::net
