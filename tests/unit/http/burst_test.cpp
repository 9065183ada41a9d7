#include <gtest/gtest.h>

#include "scripted_server.hpp"
#include "upstream.hpp"

namespace omniroute::http {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

void wait(Burst& burst, std::chrono::nanoseconds time, int times) {
  for (int i = 0; i < times; ++i) burst.waited(time);
}

TEST(Burst, IsSeenAfterSomeReadsThatFindTheirBytesThere) {
  Burst burst;
  EXPECT_FALSE(burst.is_on()) << "nothing is known yet";
  wait(burst, microseconds(10), 5);
  EXPECT_FALSE(burst.is_on()) << "an answer of a few pieces is no burst";
  wait(burst, microseconds(10), 20);
  EXPECT_TRUE(burst.is_on());
}

TEST(Burst, IsOverWhenPiecesComeAtAModelsPace) {
  Burst burst;
  wait(burst, microseconds(0), 50);
  wait(burst, milliseconds(5), 4);
  EXPECT_FALSE(burst.is_on());
  wait(burst, milliseconds(1), 100);
  EXPECT_FALSE(burst.is_on()) << "a thousand tokens a second are no burst";
}

TEST(Burst, OneLongPauseDoesNotHideTheNext) {
  Burst burst;
  wait(burst, microseconds(0), 50);
  wait(burst, seconds(30), 1);
  wait(burst, microseconds(0), 2);
  EXPECT_TRUE(burst.is_on());
}

constexpr int events = 2000;

Task<void> says_events(ScriptedServer&, Wire& wire, int) {
  co_await wire.hear_message();
  co_await wire.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < events; ++i)
    if (!co_await wire.say("6\r\ndata\n\n\r\n")) co_return;
  co_await wire.say("0\r\n\r\n");
}

/// On a clock that stands still no read waits: what comes is a burst from the first read that says so.
struct Stage {
  ManualClock clock;
  net::Worker worker{clock};
  ScriptedServer server{worker, says_events};
  Client client{worker, Limits{}};
};

Task<void> reads_all_of_it(Stage& stage) {
  CancelHandle cancel;
  const Timeouts timeouts;
  Result<std::unique_ptr<Incoming>> answer = co_await stage.client.send(stage.server.request(), timeouts, cancel);
  EXPECT_TRUE(answer);
  int pieces = 0;
  std::size_t bytes = 0;
  for (;; ++pieces) {
    Result<Piece> piece = co_await (*answer)->read(Tick::max());
    EXPECT_TRUE(piece);
    if (!piece || piece->kind != Piece::Kind::data) break;
    bytes += piece->bytes.size();
  }
  EXPECT_EQ(bytes, events * 6u);
  EXPECT_LT(pieces, events / 2);
}

TEST(Burst, IsReadInFewPieces) {
  Stage stage;
  stage.worker.run_until_done(reads_all_of_it(stage));
}

Task<void> gives_up(Stage& stage) {
  CancelHandle cancel;
  const Timeouts timeouts;
  Result<std::unique_ptr<Incoming>> answer = co_await stage.client.send(stage.server.request(), timeouts, cancel);
  EXPECT_TRUE(answer);
  for (int pieces = 0;; ++pieces) {
    if (pieces == 20) stage.worker.post([&cancel] { cancel.cancel(); });  // while the reader rests
    Result<Piece> piece = co_await (*answer)->read(Tick::max());
    if (piece) continue;
    EXPECT_EQ(piece.error().kind, ErrorKind::cancelled);
    EXPECT_LT(pieces, events / 2);
    co_return;
  }
}

TEST(Burst, IsLeftInTheMiddle) {
  Stage stage;
  stage.worker.run_until_done(gives_up(stage));
}

}  // namespace
}  // namespace omniroute::http
