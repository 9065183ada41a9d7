#include <sys/socket.h>

#include <gtest/gtest.h>

#include "loopback.hpp"
#include "omniroute/net/memory_stream.hpp"
#include "stream_contract.hpp"

namespace omniroute::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct Watcher final : PeerWatch {
  void peer_gone() noexcept override { ++times; }
  int times = 0;
};

Task<void> tcp_contract(Loopback& loop) {
  Ends ends = co_await connect_ends(loop);
  EXPECT_EQ(ends.client->peer_address(), "127.0.0.1");
  co_await keeps_stream_contract(loop.worker, *ends.client, *ends.server);
}

TEST(SocketStream, KeepsTheStreamContract) {
  Loopback loop;
  loop.worker.run_until_done(tcp_contract(loop));
}

TEST(MemoryStream, KeepsTheStreamContract) {
  SystemClock clock;
  Worker worker(clock);
  MemoryPair pair = memory_pair(worker);
  worker.run_until_done(keeps_stream_contract(worker, *pair.near, *pair.far));
}

Task<void> write_much(Stream& stream, std::string bytes, Tick deadline, Transfer& result, bool& done) {
  result = co_await send(stream, bytes, deadline);
  done = true;
}

Task<void> backpressure(Loopback& loop) {
  Ends ends = co_await connect_ends(loop);
  const std::string much(24u << 20, 'x');
  Transfer sent;
  bool done = false;
  loop.worker.spawn("writer", write_much(*ends.client, much, in(loop.clock, seconds(20)), sent, done));
  co_await loop.worker.sleep_until(in(loop.clock, milliseconds(50)));
  EXPECT_FALSE(done);
  const std::string got = co_await receive_all(*ends.server, much.size(), in(loop.clock, seconds(20)));
  EXPECT_EQ(got.size(), much.size());
  while (!done) co_await loop.worker.sleep_until(in(loop.clock, milliseconds(1)));
  EXPECT_FALSE(sent.failure);
  EXPECT_EQ(sent.bytes, much.size());
}

TEST(SocketStream, AWriterWaitsForASlowReaderAndLosesNothing) {
  Loopback loop;
  loop.worker.run_until_done(backpressure(loop));
}

Task<void> write_deadline(Loopback& loop) {
  Ends ends = co_await connect_ends(loop);
  const std::string much(24u << 20, 'x');
  const Transfer sent = co_await send(*ends.client, much, in(loop.clock, milliseconds(100)));
  EXPECT_EQ(sent.failure, Failure::timed_out);
  EXPECT_GT(sent.bytes, 0u);
  EXPECT_LT(sent.bytes, much.size());
}

TEST(SocketStream, AWriteRunsOutWhenThePeerTakesNothing) {
  Loopback loop;
  loop.worker.run_until_done(write_deadline(loop));
}

Task<void> read_into(Stream& stream, Tick deadline, Transfer& result, bool& done) {
  std::array<char, 64> buffer{};
  result = co_await stream.read_some(buffer, deadline);
  done = true;
}

Task<void> two_directions(Loopback& loop) {
  Ends ends = co_await connect_ends(loop);
  const std::string much(24u << 20, 'x');
  Transfer sent;
  Transfer got;
  bool wrote = false;
  bool read = false;
  loop.worker.spawn("reader", read_into(*ends.client, in(loop.clock, seconds(20)), got, read));
  loop.worker.spawn("writer", write_much(*ends.client, much, in(loop.clock, milliseconds(100)), sent, wrote));
  while (!wrote) co_await loop.worker.sleep_until(in(loop.clock, milliseconds(5)));
  EXPECT_EQ(sent.failure, Failure::timed_out);
  EXPECT_FALSE(read);
  co_await send(*ends.server, "still here", in(loop.clock, seconds(5)));
  while (!read) co_await loop.worker.sleep_until(in(loop.clock, milliseconds(1)));
  EXPECT_EQ(got.bytes, 10u);
}

TEST(SocketStream, AWriteThatRunsOutLeavesAPendingReadAlone) {
  Loopback loop;
  loop.worker.run_until_done(two_directions(loop));
}

Task<void> close_wakes(Loopback& loop) {
  Ends ends = co_await connect_ends(loop);
  Transfer got;
  bool read = false;
  loop.worker.spawn("reader", read_into(*ends.client, in(loop.clock, seconds(20)), got, read));
  co_await loop.worker.sleep_until(in(loop.clock, milliseconds(5)));
  ends.client->close();
  while (!read) co_await loop.worker.sleep_until(in(loop.clock, milliseconds(1)));
  EXPECT_EQ(got.failure, Failure::cancelled);
}

TEST(SocketStream, CloseEndsAPendingRead) {
  Loopback loop;
  loop.worker.run_until_done(close_wakes(loop));
}

Task<void> half_close(Loopback& loop) {
  Ends ends = co_await connect_ends(loop);
  ends.client->shutdown_write();
  std::array<char, 8> buffer{};
  const Transfer end = co_await ends.server->read_some(buffer, in(loop.clock, seconds(5)));
  EXPECT_EQ(end.failure, Failure::end_of_stream);
  co_await send(*ends.server, "late", in(loop.clock, seconds(5)));
  const std::string late = co_await receive(*ends.client, in(loop.clock, seconds(5)));
  EXPECT_EQ(late, "late");
}

TEST(SocketStream, ShutdownEndsOurDirectionOnly) {
  Loopback loop;
  loop.worker.run_until_done(half_close(loop));
}

Task<void> watched(Loopback& loop, bool reset) {
  Ends ends = co_await connect_ends(loop);
  Watcher watcher;
  ends.server->watch_peer(&watcher);
  co_await loop.worker.sleep_until(in(loop.clock, milliseconds(10)));
  EXPECT_EQ(watcher.times, 0);
  if (reset) {
    co_await send(*ends.server, "unread", in(loop.clock, seconds(5)));  // closing with unread bytes sends RST
    co_await loop.worker.sleep_until(in(loop.clock, milliseconds(5)));
  }
  const Tick before = loop.clock.now();
  ends.client->close();
  while (watcher.times == 0 && loop.clock.now() < before + seconds(2)) co_await loop.worker.sleep_until(in(loop.clock, milliseconds(1)));
  EXPECT_LT(loop.clock.now() - before, milliseconds(100));
  co_await loop.worker.sleep_until(in(loop.clock, milliseconds(20)));
  EXPECT_EQ(watcher.times, 1);
}

TEST(SocketStream, AWatchIsToldOfFinOnce) {
  Loopback loop;
  loop.worker.run_until_done(watched(loop, false));
}

TEST(SocketStream, AWatchIsToldOfRstOnce) {
  Loopback loop;
  loop.worker.run_until_done(watched(loop, true));
}

Task<void> watched_pipelining(Loopback& loop) {
  Ends ends = co_await connect_ends(loop);
  Watcher watcher;
  ends.server->watch_peer(&watcher);
  co_await send(*ends.client, "next request", in(loop.clock, seconds(5)));
  co_await loop.worker.sleep_until(in(loop.clock, milliseconds(60)));
  EXPECT_EQ(watcher.times, 0);
  ends.server->watch_peer(nullptr);
  const std::string next = co_await receive(*ends.server, in(loop.clock, seconds(5)));
  EXPECT_EQ(next, "next request");
  ends.server->watch_peer(&watcher);
  ends.server->watch_peer(nullptr);
  ends.client->close();
  co_await loop.worker.sleep_until(in(loop.clock, milliseconds(20)));
  EXPECT_EQ(watcher.times, 0);
}

TEST(SocketStream, PipelinedBytesAreNotThePeersEndAndStayReadable) {
  Loopback loop;
  loop.worker.run_until_done(watched_pipelining(loop));
}

Task<void> destroyed_while_watched(Loopback& loop, milliseconds age) {
  Watcher watcher;
  {
    Ends ends = co_await connect_ends(loop);
    ends.server->watch_peer(&watcher);
    co_await loop.worker.sleep_until(in(loop.clock, age));
    ends.client->close();
  }
  co_await loop.worker.sleep_until(in(loop.clock, milliseconds(60)));
  EXPECT_EQ(watcher.times, 0);
}

TEST(SocketStream, MayBeDestroyedWhileWatched) {
  Loopback loop;
  loop.worker.run_until_done(destroyed_while_watched(loop, milliseconds(0)));   // before the watch costs anything
  loop.worker.run_until_done(destroyed_while_watched(loop, milliseconds(60)));  // while it waits
}

}  // namespace
}  // namespace omniroute::net
