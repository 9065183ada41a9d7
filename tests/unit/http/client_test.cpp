#include "omniroute/http/client.hpp"

#include <gtest/gtest.h>

#include "scripted_server.hpp"

namespace omniroute::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// A worker, a scripted server and a client on it.
struct Bench {
  explicit Bench(ScriptedServer::Script script) : server(worker, std::move(script)) {}
  SystemClock clock;
  net::Worker worker{clock};
  ScriptedServer server;
  Client client{worker, Limits{}};
};

/// Status and body, or the error's kind and words.
struct Got {
  int status = 0;
  std::string body;
  std::optional<ErrorKind> error;
  std::string words;
};

Task<Got> ask(Client& client, Outgoing request, Timeouts timeouts = {}) {
  CancelHandle cancel;
  Got got;
  Result<std::unique_ptr<Incoming>> sent = co_await client.send(request, timeouts, cancel);
  if (!sent) {
    got.error = sent.error().kind;
    got.words = sent.error().message;
    co_return got;
  }
  got.status = (*sent)->status();
  Result<std::string> body = co_await (*sent)->read_all(64u << 20);
  if (body) {
    got.body = *body;
  } else {
    got.error = body.error().kind;
    got.words = body.error().message;
  }
  co_return got;
}

#define RUN(bench, story) (bench).worker.run_until_done(story(bench))

Task<void> echo_requests(ScriptedServer& server, Wire& wire, int) {
  for (;;) {
    const std::string message = co_await wire.hear_message();
    if (message.empty()) co_return;
    server.heard.push_back(message);
    co_await wire.say(answer_with("answer " + std::to_string(server.heard.size())));
  }
}

Task<void> sends_sound_requests(Bench& bench) {
  Outgoing request = bench.server.request("/v1/x?y=1");
  Header header;
  header.name = "X-A";
  header.value = "b";
  request.headers.push_back(header);
  header.name = "connection";  // not the caller's to set
  request.headers.push_back(header);
  request.body = {"one ", "", "two"};
  const Got got = co_await ask(bench.client, request);
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.body, "answer 1");
  const std::string host = "127.0.0.1:" + std::to_string(bench.server.port());
  EXPECT_EQ(bench.server.heard.at(0), "POST /v1/x?y=1 HTTP/1.1\r\nHost: " + host + "\r\nX-A: b\r\nContent-Length: 7\r\n\r\none two");
  Outgoing get = bench.server.request();
  get.method = "GET";
  co_await ask(bench.client, get);
  EXPECT_EQ(bench.server.heard.at(1), "GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
  EXPECT_EQ(bench.server.connections, 1);
  EXPECT_EQ(bench.client.idle(), 1u);
}

TEST(Client, WritesSoundRequestsAndKeepsTheConnection) {
  Bench bench(echo_requests);
  RUN(bench, sends_sound_requests);
}

Task<void> refuses_injection(Bench& bench) {
  for (const char* value : {"a\r\nX-Evil: 1", "a\nb", "a\rb"}) {
    Outgoing request = bench.server.request();
    Header header;
    header.name = "X-A";
    header.value = value;
    request.headers.push_back(header);
    const Got got = co_await ask(bench.client, request);
    EXPECT_EQ(got.error, ErrorKind::internal);
  }
  for (const char* target : {"", "x", "/a b", "/a\r\nX: y", "/\x7f", "http://other/"}) {
    const Got got = co_await ask(bench.client, bench.server.request(target));
    EXPECT_EQ(got.error, ErrorKind::internal) << target;
  }
  Outgoing request = bench.server.request();
  request.method = "GET /x HTTP/1.1\r\nX:";
  const Got got = co_await ask(bench.client, request);
  EXPECT_EQ(got.error, ErrorKind::internal);
  EXPECT_EQ(bench.server.connections, 0);
}

TEST(Client, RefusesWhatWouldInjectHeaders) {
  Bench bench(echo_requests);
  RUN(bench, refuses_injection);
}

const std::string chunked_answer =
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-T: v\r\n\r\n5\r\nhello\r\n1;x=y\r\n \r\n5\r\nworld\r\n0\r\nTrailer: z\r\n\r\n";

Task<void> answer_chunked_in_two(ScriptedServer& server, Wire& wire, int) {
  for (;;) {
    const std::string message = co_await wire.hear_message();
    if (message.empty()) co_return;
    const std::size_t cut = server.heard.size();
    server.heard.push_back(message);
    co_await wire.say(chunked_answer.substr(0, cut));
    if (cut % 8 == 0) co_await wire.pause(milliseconds(1));
    co_await wire.say(chunked_answer.substr(cut));
  }
}

Task<void> reads_chunked_cut_anywhere(Bench& bench) {
  for (std::size_t i = 0; i <= chunked_answer.size(); ++i) {
    const Got got = co_await ask(bench.client, bench.server.request());
    EXPECT_EQ(got.body, "hello world") << i;
  }
  EXPECT_EQ(bench.server.connections, 1);
}

TEST(Client, ReadsAChunkedAnswerCutAnywhereAndKeepsTheConnection) {
  Bench bench(answer_chunked_in_two);
  RUN(bench, reads_chunked_cut_anywhere);
}

/// Answers with `server.heard[0]`, given by the test, and closes.
Task<void> answer_raw(ScriptedServer& server, Wire& wire, int) {
  co_await wire.hear_message();
  co_await wire.say(server.heard.at(0));
}

struct RawRow {
  std::string answer;
  std::optional<ErrorKind> error;
  int status;
  std::string body;
};

Task<void> raw_answers(Bench& bench) {
  const std::string head = "HTTP/1.1 200 OK\r\n";
  const std::string chunked = head + "Transfer-Encoding: chunked\r\n\r\n";
  std::string interims;
  for (int i = 0; i < 8; ++i) interims += "HTTP/1.1 100 Continue\r\n\r\n";
  const std::vector<RawRow> rows{
      {head + "Connection: close\r\n\r\nuntil the end", {}, 200, "until the end"},
      {"HTTP/1.0 200 OK\r\n\r\nold", {}, 200, "old"},
      {"HTTP/1.1 204 No Content\r\n\r\n", {}, 204, ""},
      {"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 2\r\n\r\nxx", {}, 302, "xx"},
      {"HTTP/1.1 500 Oops\r\nContent-Length: 4\r\n\r\nsick", {}, 500, "sick"},
      {"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + answer_with("ok"), {}, 200, "ok"},
      {interims + answer_with("ok"), {}, 200, "ok"},
      {interims + "HTTP/1.1 100 Continue\r\n\r\n" + answer_with("ok"), ErrorKind::upstream_protocol, 0, ""},
      {"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", ErrorKind::upstream_protocol, 0, ""},
      {"", ErrorKind::upstream_failed, 0, ""},
      {"HTTP/1.1 200 OK\r\nContent-Le", ErrorKind::upstream_failed, 0, ""},
      {head + "Content-Length: 10\r\n\r\nshort", ErrorKind::upstream_failed, 200, ""},
      {chunked + "5\r\nhel", ErrorKind::upstream_failed, 200, ""},
      {chunked + "5\r\nhello\r\n", ErrorKind::upstream_failed, 200, ""},
      {chunked + "zz\r\n", ErrorKind::upstream_protocol, 200, ""},
      {chunked + "ffffffffffffffffff\r\n{}", ErrorKind::upstream_protocol, 200, ""},
      {chunked + "0\r\nX-T: " + std::string(100'000, 'a') + "\r\n\r\n", ErrorKind::upstream_protocol, 200, ""},
      {head + "X: " + std::string(70'000, 'a') + "\r\n\r\n", ErrorKind::upstream_protocol, 0, ""},
      {head + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", ErrorKind::upstream_protocol, 0, ""},
      {"SSH-2.0-OpenSSH\r\n", ErrorKind::upstream_protocol, 0, ""},
      {std::string(100, '\0'), ErrorKind::upstream_protocol, 0, ""},
  };
  bench.server.heard.resize(1);
  for (const RawRow& row : rows) {
    bench.server.heard[0] = row.answer;
    const Got got = co_await ask(bench.client, bench.server.request());
    EXPECT_EQ(got.error, row.error) << row.answer.substr(0, 80) << " -> " << got.words;
    EXPECT_EQ(got.status, row.status) << row.answer.substr(0, 80);
    EXPECT_EQ(got.body, row.body) << row.answer.substr(0, 80);
  }
}

TEST(Client, GivesEveryAnswerItsDue) {
  Bench bench(answer_raw);
  RUN(bench, raw_answers);
}

Task<void> head_story(Bench& bench) {
  bench.server.heard = {"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"};
  Outgoing request = bench.server.request();
  request.method = "HEAD";
  const Got got = co_await ask(bench.client, request);
  EXPECT_EQ(got.status, 200);
  EXPECT_FALSE(got.error);
}

TEST(Client, ExpectsNoBodyAfterHead) {
  Bench bench(answer_raw);
  RUN(bench, head_story);
}

Task<void> answer_with_more(ScriptedServer& server, Wire& wire, int number) {
  co_await wire.hear_message();
  if (number == 0) {
    co_await wire.say(answer_with("good") + answer_with("POISON"));
  } else if (number == 1) {
    co_await wire.say(answer_with("good"));
    co_await wire.pause(milliseconds(20));
    co_await wire.say(answer_with("POISON"));
  } else {
    co_await wire.say(answer_with("good"));
  }
  co_await wire.pause(milliseconds(200));
  server.flag = true;
}

Task<void> poison_story(Bench& bench) {
  for (int i = 0; i < 3; ++i) {
    const Got got = co_await ask(bench.client, bench.server.request());
    EXPECT_EQ(got.body, "good");
    co_await bench.worker.sleep_until(bench.clock.now() + milliseconds(50));
  }
  EXPECT_EQ(bench.server.connections, 3);
}

TEST(Client, BytesNobodyAskedForNeverAnswerTheNextRequest) {
  Bench bench(answer_with_more);
  RUN(bench, poison_story);
}

Task<void> close_on_the_second(ScriptedServer& server, Wire& wire, int number) {
  const std::string message = co_await wire.hear_message();
  server.heard.push_back(message);
  co_await wire.say(answer_with("first of " + std::to_string(number)));
  const std::string second = co_await wire.hear_message();
  server.heard.push_back(second);  // and closes without a word
}

Task<void> stale_story(Bench& bench) {
  Outgoing request = bench.server.request();
  request.body = {"the body"};
  const Got first = co_await ask(bench.client, request);
  EXPECT_EQ(first.body, "first of 0");
  const Got second = co_await ask(bench.client, request);
  EXPECT_EQ(second.body, "first of 1");
  EXPECT_EQ(bench.server.connections, 2);
  EXPECT_EQ(bench.server.heard.at(1), bench.server.heard.at(2));
}

TEST(Client, AKeptConnectionThatDiesUnansweredIsReplacedOnce) {
  Bench bench(close_on_the_second);
  RUN(bench, stale_story);
}

Task<void> always_close(ScriptedServer& server, Wire& wire, int number) {
  const std::string message = co_await wire.hear_message();
  server.heard.push_back(message);
  if (number == 0) {
    co_await wire.say(answer_with("kept"));
    co_await wire.hear_message();
  }
}

Task<void> no_second_retry(Bench& bench) {
  co_await ask(bench.client, bench.server.request());
  const Got got = co_await ask(bench.client, bench.server.request());
  EXPECT_EQ(got.error, ErrorKind::upstream_failed);
  EXPECT_EQ(bench.server.connections, 2);
  const Got fresh = co_await ask(bench.client, bench.server.request());
  EXPECT_EQ(fresh.error, ErrorKind::upstream_failed);
  EXPECT_EQ(bench.server.connections, 3);
}

TEST(Client, AFreshConnectionThatDiesIsAnErrorAtOnce) {
  Bench bench(always_close);
  RUN(bench, no_second_retry);
}

Task<void> half_an_answer_on_the_second(ScriptedServer&, Wire& wire, int) {
  co_await wire.hear_message();
  co_await wire.say(answer_with("kept"));
  co_await wire.hear_message();
  co_await wire.say("HTTP/1.1 200 OK\r\n");
}

Task<void> no_retry_after_a_byte(Bench& bench) {
  co_await ask(bench.client, bench.server.request());
  const Got got = co_await ask(bench.client, bench.server.request());
  EXPECT_EQ(got.error, ErrorKind::upstream_failed);
  EXPECT_EQ(bench.server.connections, 1);
}

TEST(Client, NothingIsSentTwiceOnceAByteOfTheAnswerCame) {
  Bench bench(half_an_answer_on_the_second);
  RUN(bench, no_retry_after_a_byte);
}

Task<void> close_after_answer(ScriptedServer&, Wire& wire, int) {
  co_await wire.hear_message();
  co_await wire.say(answer_with("good"));
}

Task<void> dropped_when_closed(Bench& bench) {
  co_await ask(bench.client, bench.server.request());
  co_await bench.worker.sleep_until(bench.clock.now() + milliseconds(30));
  EXPECT_EQ(bench.client.idle(), 0u);
}

TEST(Client, AKeptConnectionGoesWhenItsPeerClosesIt) {
  Bench bench(close_after_answer);
  RUN(bench, dropped_when_closed);
}

Task<void> silent_in_stages(ScriptedServer& server, Wire& wire, int) {
  const std::string message = co_await wire.hear_message();
  if (message.starts_with("POST /idle") || message.starts_with("POST /total"))
    co_await wire.say("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nbegin");
  if (message.starts_with("POST /total")) {
    for (int i = 0; i < 200; ++i) {
      const bool there = co_await wire.say(".");
      if (!there) co_return;
      co_await wire.pause(milliseconds(10));
    }
  }
  server.flag = co_await wire.ends_within(seconds(5));
}

Task<void> clocks_story(Bench& bench) {
  Timeouts timeouts;
  timeouts.first_byte = milliseconds(60);
  const Got first = co_await ask(bench.client, bench.server.request("/first"), timeouts);
  EXPECT_EQ(first.error, ErrorKind::upstream_timeout);
  EXPECT_EQ(first.words, "127.0.0.1 did not begin to answer within 60 ms (first byte clock).");
  co_await bench.worker.sleep_until(bench.clock.now() + milliseconds(20));
  EXPECT_TRUE(bench.server.flag) << "the connection was left open";

  timeouts.idle = milliseconds(50);
  const Got idle = co_await ask(bench.client, bench.server.request("/idle"), timeouts);
  EXPECT_EQ(idle.status, 200);
  EXPECT_EQ(idle.error, ErrorKind::upstream_timeout);
  EXPECT_EQ(idle.words, "127.0.0.1 was silent for 50 ms (idle clock).");

  timeouts.first_byte = timeouts.idle = seconds(5);
  timeouts.total = milliseconds(300);
  const Got total = co_await ask(bench.client, bench.server.request("/total"), timeouts);
  EXPECT_EQ(total.error, ErrorKind::upstream_timeout);
  EXPECT_EQ(total.words, "127.0.0.1 took longer than 300 ms in all (total clock).");
}

TEST(Client, EachClockEndsTheExchangeAndGivesItsName) {
  Bench bench(silent_in_stages);
  RUN(bench, clocks_story);
}

Task<void> quiet_story(Bench& bench) {
  CancelHandle cancel;
  Timeouts timeouts;
  timeouts.idle = milliseconds(700);
  Result<std::unique_ptr<Incoming>> sent = co_await bench.client.send(bench.server.request("/idle"), timeouts, cancel);
  EXPECT_TRUE(sent.ok());
  Result<Piece> piece = co_await (*sent)->read(Tick::max());
  EXPECT_EQ(piece->bytes, "begin");
  const Tick began = bench.clock.now();
  int signs = 0;
  for (;;) {
    piece = co_await (*sent)->read(bench.clock.now() + milliseconds(50));
    if (!piece || piece->kind != Piece::Kind::quiet) break;
    ++signs;
  }
  EXPECT_GE(signs, 1);
  EXPECT_FALSE(piece.ok());
  EXPECT_EQ(piece.error().kind, ErrorKind::upstream_timeout);
  EXPECT_GE(bench.clock.now() - began, milliseconds(690));
  EXPECT_LT(bench.clock.now() - began, milliseconds(1300));
}

TEST(Client, AQuietReadGoesOnAndTheIdleClockWithIt) {
  Bench bench(silent_in_stages);
  RUN(bench, quiet_story);
}

Task<void> cancel_later(net::Worker& worker, CancelHandle& cancel, milliseconds after) {
  co_await worker.sleep_until(worker.clock().now() + after);
  cancel.cancel();
}

Task<void> cancel_while(Bench& bench, std::string target, bool in_body) {
  CancelHandle cancel;
  Timeouts timeouts;
  bench.server.flag = false;
  if (!in_body) bench.worker.spawn("cancel", cancel_later(bench.worker, cancel, milliseconds(20)));
  const Tick began = bench.clock.now();
  Result<std::unique_ptr<Incoming>> sent = co_await bench.client.send(bench.server.request(target), timeouts, cancel);
  if (in_body) {
    EXPECT_TRUE(sent.ok());
    Result<Piece> piece = co_await (*sent)->read(Tick::max());
    bench.worker.spawn("cancel", cancel_later(bench.worker, cancel, milliseconds(20)));
    while (piece) piece = co_await (*sent)->read(Tick::max());
    EXPECT_EQ(piece.error().kind, ErrorKind::cancelled);
  } else {
    EXPECT_FALSE(sent.ok());
    EXPECT_EQ(sent.error().kind, ErrorKind::cancelled);
  }
  EXPECT_LT(bench.clock.now() - began, milliseconds(150));
  co_await bench.worker.sleep_until(bench.clock.now() + milliseconds(20));
  EXPECT_TRUE(bench.server.flag) << "the upstream was not told";
  timeouts.total = milliseconds(20);
  const Got after = co_await ask(bench.client, bench.server.request("/idle"), timeouts);
  EXPECT_EQ(after.error, ErrorKind::upstream_timeout);
  Result<std::unique_ptr<Incoming>> again = co_await bench.client.send(bench.server.request(target), timeouts, cancel);
  EXPECT_FALSE(again.ok());
}

Task<void> cancel_first_byte(Bench& bench) { co_await cancel_while(bench, "/first", false); }
Task<void> cancel_body(Bench& bench) { co_await cancel_while(bench, "/idle", true); }

TEST(Client, CancelEndsTheWaitForTheFirstByte) {
  Bench bench(silent_in_stages);
  RUN(bench, cancel_first_byte);
}

TEST(Client, CancelEndsTheReadingOfABody) {
  Bench bench(silent_in_stages);
  RUN(bench, cancel_body);
}

/// Never connects until the deadline.
class StuckConnector final : public net::Connector {
 public:
  explicit StuckConnector(net::Worker& worker) : worker_(worker) {}
  Task<Result<std::unique_ptr<net::Stream>>> connect(net::Endpoint, net::Proxy, Tick deadline) override {
    co_await worker_.sleep_until(deadline);
    co_return Error(ErrorKind::upstream_timeout, "stuck (connect clock).");
  }

 private:
  net::Worker& worker_;
};

Task<void> cancel_connect(Bench& bench) {
  const Timeouts timeouts;
  bench.worker.set_connector(std::make_unique<StuckConnector>(bench.worker));
  CancelHandle cancel;
  bench.worker.spawn("cancel", cancel_later(bench.worker, cancel, milliseconds(20)));
  const Tick began = bench.clock.now();
  Result<std::unique_ptr<Incoming>> sent = co_await bench.client.send(bench.server.request(), timeouts, cancel);
  EXPECT_FALSE(sent.ok());
  EXPECT_EQ(sent.error().kind, ErrorKind::cancelled);
  EXPECT_LT(bench.clock.now() - began, milliseconds(150));
  Timeouts short_one;
  short_one.connect = milliseconds(30);
  const Got got = co_await ask(bench.client, bench.server.request(), short_one);
  EXPECT_EQ(got.error, ErrorKind::upstream_timeout);
  EXPECT_EQ(got.words, "stuck (connect clock).");
}

TEST(Client, CancelEndsTheWaitForAConnectionAndTheConnectClockDoes) {
  Bench bench(echo_requests);
  RUN(bench, cancel_connect);
}

Task<void> abandon_story(Bench& bench) {
  const Timeouts timeouts;
  CancelHandle cancel;
  {
    Result<std::unique_ptr<Incoming>> sent = co_await bench.client.send(bench.server.request("/idle"), timeouts, cancel);
    EXPECT_TRUE(sent.ok());
    Result<Piece> piece = co_await (*sent)->read(Tick::max());
    EXPECT_EQ(piece->bytes, "begin");
  }
  co_await bench.worker.sleep_until(bench.clock.now() + milliseconds(30));
  EXPECT_TRUE(bench.server.flag);
  EXPECT_EQ(bench.client.idle(), 0u);
  cancel.cancel();  // its target is gone
}

TEST(Client, AnAnswerDestroyedBeforeItsEndClosesTheConnection) {
  Bench bench(silent_in_stages);
  RUN(bench, abandon_story);
}

Task<void> refuse_early(ScriptedServer& server, Wire& wire, int) {
  co_await wire.hear_until("\r\n\r\n");
  co_await wire.say(answer_with("too large", "413 Content Too Large"));
  co_await wire.pause(milliseconds(300));  // reads nothing of the body
  server.flag = true;
}

Task<void> early_answer(Bench& bench) {
  const std::string body(32u << 20, 'x');
  Outgoing request = bench.server.request();
  request.body = {body};
  const Got got = co_await ask(bench.client, request);
  EXPECT_EQ(got.status, 413);
  EXPECT_EQ(got.body, "too large");
  EXPECT_FALSE(bench.server.flag) << "the answer was read late";
  EXPECT_EQ(bench.client.idle(), 0u);
}

TEST(Client, ReadsAnAnswerThatComesBeforeTheBodyIsSent) {
  Bench bench(refuse_early);
  RUN(bench, early_answer);
}

Task<void> count_body(ScriptedServer& server, Wire& wire, int) {
  for (;;) {
    const std::string message = co_await wire.hear_message();
    if (message.empty()) co_return;
    server.heard.push_back(std::to_string(message.size() - message.find("\r\n\r\n") - 4));
    co_await wire.say(answer_with("ok"));
  }
}

Task<void> large_bodies(Bench& bench) {
  for (const std::size_t size : {std::size_t{60'000}, std::size_t{70'000}, std::size_t{1} << 20, std::size_t{9} << 20}) {
    const std::string part(size / 4, 'x');
    Outgoing request = bench.server.request();
    request.body = {part, part, part, part};
    const Got got = co_await ask(bench.client, request);
    EXPECT_EQ(got.body, "ok");
    EXPECT_EQ(bench.server.heard.back(), std::to_string(size));
  }
  EXPECT_EQ(bench.server.connections, 1);
}

TEST(Client, SendsLargeBodiesWholeAndKeepsTheConnection) {
  Bench bench(count_body);
  RUN(bench, large_bodies);
}

Task<void> flood(ScriptedServer& server, Wire& wire, int) {
  co_await wire.hear_message();
  co_await wire.say("HTTP/1.1 200 OK\r\n\r\n");
  const std::string block(64 * 1024, 'x');
  for (int i = 0; i < 1024; ++i) {
    const bool there = co_await wire.say(block);
    if (!there) co_return;
    server.heard.emplace_back();
  }
}

Task<void> backpressure(Bench& bench) {
  const Timeouts timeouts;
  CancelHandle cancel;
  Result<std::unique_ptr<Incoming>> sent = co_await bench.client.send(bench.server.request(), timeouts, cancel);
  Result<Piece> piece = co_await (*sent)->read(Tick::max());
  EXPECT_TRUE(piece.ok());
  co_await bench.worker.sleep_until(bench.clock.now() + milliseconds(100));
  EXPECT_LT(bench.server.heard.size(), 200u) << "more than 12 MB were taken from a sender nobody reads";
  std::size_t all = piece->bytes.size();
  for (;;) {
    piece = co_await (*sent)->read(Tick::max());
    if (!piece || piece->kind != Piece::Kind::data) break;
    EXPECT_LE(piece->bytes.size(), 16u * 1024);
    all += piece->bytes.size();
  }
  EXPECT_TRUE(piece.ok());
  EXPECT_EQ(all, 64u << 20);
}

TEST(Client, ReadsNoFurtherAheadThanItsBuffer) {
  Bench bench(flood);
  RUN(bench, backpressure);
}

Task<void> limited(Bench& bench) {
  const Timeouts timeouts;
  CancelHandle cancel;
  Result<std::unique_ptr<Incoming>> sent = co_await bench.client.send(bench.server.request(), timeouts, cancel);
  Result<std::string> all = co_await (*sent)->read_all(1u << 20);
  EXPECT_FALSE(all.ok());
  EXPECT_EQ(all.error().kind, ErrorKind::upstream_protocol);
}

TEST(Client, ReadAllIsBounded) {
  Bench bench(flood);
  RUN(bench, limited);
}

Task<void> parallel_ask(Client& client, Outgoing request, int& good) {
  const Got got = co_await ask(client, request);
  if (got.status == 200) ++good;
}

Task<void> pool_story(Bench& bench) {
  int good = 0;
  for (int i = 0; i < 20; ++i) bench.worker.spawn("ask", parallel_ask(bench.client, bench.server.request(), good));
  while (good < 20) co_await bench.worker.sleep_until(bench.clock.now() + milliseconds(1));
  EXPECT_EQ(bench.client.idle(), static_cast<std::size_t>(bench.server.connections));
  const int before = bench.server.connections;
  co_await ask(bench.client, bench.server.request());
  EXPECT_EQ(bench.server.connections, before);
  net::Proxy other;
  other.kind = net::Proxy::Kind::http;
  other.host = "127.0.0.1";
  other.port = bench.server.port();
  Outgoing by_proxy = bench.server.request();
  by_proxy.proxy = other;
  co_await ask(bench.client, by_proxy);
  EXPECT_EQ(bench.server.connections, before + 1) << "a connection was shared between ways";
  EXPECT_TRUE(bench.server.heard.back().starts_with("POST http://127.0.0.1:")) << bench.server.heard.back();
  bench.client.trim(true);
  EXPECT_EQ(bench.client.idle(), 0u);
}

TEST(Client, PoolsByEndpointAndProxy) {
  Bench bench(echo_requests);
  RUN(bench, pool_story);
}

Task<void> ages(net::Worker& worker, ManualClock& clock, ScriptedServer& server, Client& client) {
  co_await ask(client, server.request());
  EXPECT_EQ(client.idle(), 1u);
  clock.advance(seconds(59));
  client.trim(false);
  EXPECT_EQ(client.idle(), 1u);
  clock.advance(seconds(2));
  worker.clock_moved();
  net::Event pause(worker);
  worker.post([&worker, &pause] { worker.post([&pause] { pause.notify(); }); });
  co_await pause.wait(Tick::max());
  EXPECT_EQ(client.idle(), 0u);
}

TEST(Client, ClosesConnectionsIdleForAMinute) {
  ManualClock clock;
  net::Worker worker(clock);
  ScriptedServer server(worker, echo_requests);
  Client client(worker, Limits{});
  worker.run_until_done(ages(worker, clock, server, client));
}

}  // namespace
}  // namespace omniroute::http
