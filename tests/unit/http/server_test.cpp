#include "omniroute/http/server.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "head_rows.hpp"
#include "omniroute/net/memory_stream.hpp"
#include "scripted_server.hpp"

namespace omniroute::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Answers as the path says; notes what it saw.
class Routes final : public Handler {
 public:
  std::size_t body_limit(const Request& head) override {
    limits_asked.push_back(std::string(head.method) + " " + std::string(head.path));
    return head.path == "/none" ? 0 : 1u << 20;
  }

  Task<void> handle(net::Worker& worker, Request& request, ReplySink& reply) override {
    seen.push_back(std::string(request.method) + " " + std::string(request.path) + "?" + std::string(request.query) + " [" + request.body +
                   "]");
    if (request.path == "/throw") throw std::runtime_error("thrown by the handler");
    if (request.path == "/silent") co_return;
    const std::vector<Header> headers = headers_for(request);
    if (request.path == "/stream" || request.path == "/cut" || request.path == "/unended") {
      co_await stream(request, reply, headers);
      co_return;
    }
    if (request.path == "/wait") {
      co_await wait(worker, reply);
      co_return;
    }
    if (request.path == "/large") {
      last = co_await reply.send(200, headers, large);
      co_return;
    }
    const int status = request.path == "/204" ? 204 : 200;
    last = co_await reply.send(status, headers, "body of " + std::string(request.path));
    ++answered;
  }

  std::string error_body(const Request& head, int status, const Error& error, std::vector<Header>& headers) override {
    Header type;
    type.name = "X-Error";
    type.value = std::string(to_string(error.kind));
    headers.push_back(type);
    return std::to_string(status) + " at " + std::string(head.path);
  }

  std::vector<std::string> seen;
  std::vector<std::string> limits_asked;
  std::vector<Header> extra;
  std::string large;
  Status last;
  int answered = 0;
  bool client_gone = false;
  bool go_on = false;

 private:
  std::vector<Header> headers_for(const Request& request) const {
    std::vector<Header> headers = extra;
    Header peer;
    peer.name = "X-Local";
    peer.value = request.local ? "yes" : "no";
    headers.push_back(peer);
    return headers;
  }

  Task<void> stream(Request& request, ReplySink& reply, const std::vector<Header>& headers) {
    last = co_await reply.begin(200, headers);
    last = co_await reply.push("one");
    last = co_await reply.push("");
    last = co_await reply.push("and two");
    if (request.path == "/stream") last = co_await reply.end();
    if (request.path == "/cut") reply.abort();
  }

  struct Watch final : net::PeerWatch {
    explicit Watch(bool& flag) : gone(flag) {}
    void peer_gone() noexcept override { gone = true; }
    bool& gone;
  };

  Task<void> wait(net::Worker& worker, ReplySink& reply) {
    Watch watch(client_gone);
    reply.watch_client(&watch);
    while (!client_gone && !go_on) co_await worker.sleep_until(worker.clock().now() + milliseconds(1));
    const std::vector<Header> none;
    last = co_await reply.send(200, none, "waited");
  }
};

/// A server with one connection over a pair in memory.
struct Bench {
  explicit Bench(std::size_t capacity = 64 * 1024) : capacity_(capacity) {}
  std::unique_ptr<Wire> open(bool local = false) {
    net::MemoryPair pair = net::memory_pair(worker, capacity_);
    worker.spawn("connection", server.serve(worker, std::move(pair.far), local));
    return std::make_unique<Wire>(worker, std::move(pair.near));
  }
  [[nodiscard]] ServerTimeouts times() const {
    ServerTimeouts short_ones;
    short_ones.head = milliseconds(120);
    short_ones.first = milliseconds(100);
    short_ones.idle = milliseconds(100);
    short_ones.body_silence = milliseconds(100);
    short_ones.write = milliseconds(100);
    short_ones.linger = milliseconds(100);
    return short_ones;
  }

  SystemClock clock;
  net::Worker worker{clock};
  Routes routes;
  Server server{routes, Limits{}, times()};

 private:
  std::size_t capacity_;
};

/// Without the Date line, which changes.
std::string undated(std::string text) {
  for (std::size_t at = text.find("\r\nDate: "); at != std::string::npos; at = text.find("\r\nDate: ", at))
    text.erase(at, text.find("\r\n", at + 2) - at);
  return text;
}

Task<void> exchange(Bench& bench, std::string sent, std::string& heard) {
  const std::unique_ptr<Wire> wire = bench.open();
  co_await wire->say(sent);
  heard = co_await wire->hear_all();
}

/// All that the server says to these bytes until it closes.
std::string answer_to(Bench& bench, const std::string& sent) {
  std::string heard;
  bench.worker.run_until_done(exchange(bench, sent, heard));
  return undated(heard);
}

const std::string close_line = "Connection: close\r\n";

TEST(Server, AnswersAndSaysHowTheConnectionGoesOn) {
  Bench bench;
  EXPECT_EQ(answer_to(bench, "GET /a?b=c HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"),
            "HTTP/1.1 200 OK\r\nX-Local: no\r\nConnection: close\r\nContent-Length: 10\r\n\r\nbody of /a");
  EXPECT_EQ(bench.routes.seen.back(), "GET /a?b=c []");
  EXPECT_EQ(answer_to(bench, "GET /a HTTP/1.0\r\n\r\n"),
            "HTTP/1.1 200 OK\r\nX-Local: no\r\nConnection: close\r\nContent-Length: 10\r\n\r\nbody of /a");
  EXPECT_EQ(answer_to(bench, "GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /b HTTP/1.0\r\n\r\n"),
            "HTTP/1.1 200 OK\r\nX-Local: no\r\nConnection: keep-alive\r\nContent-Length: 10\r\n\r\nbody of /a"
            "HTTP/1.1 200 OK\r\nX-Local: no\r\nConnection: close\r\nContent-Length: 10\r\n\r\nbody of /b");
}

TEST(Server, DatesItsAnswers) {
  Bench bench;
  std::string heard;
  bench.worker.run_until_done(exchange(bench, "GET / HTTP/1.0\r\n\r\n", heard));
  EXPECT_NE(heard.find("\r\nDate: "), std::string::npos);
  EXPECT_NE(heard.find(" GMT\r\n"), std::string::npos);
}

TEST(Server, AnswersPipelinedRequestsInOrder) {
  Bench bench;
  std::string sent;
  std::string due;
  for (int i = 0; i < 30; ++i) {
    const std::string path = "/" + std::to_string(i);
    const bool last = i == 29;
    if (i % 3 == 0) sent += "GET " + path + " HTTP/1.1\r\nHost: h\r\n" + (last ? close_line : "") + "\r\n";
    if (i % 3 == 1) sent += "POST " + path + " HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n" + (last ? close_line : "") + "\r\nGET ";
    if (i % 3 == 2)
      sent += "POST " + path + " HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n" + (last ? close_line : "") +
              "\r\n3\r\nGET\r\n1\r\n \r\n0\r\nT: x\r\n\r\n";
    due += "HTTP/1.1 200 OK\r\nX-Local: no\r\n" + (last ? close_line : "") + "Content-Length: " + std::to_string(8 + path.size()) +
           "\r\n\r\nbody of " + path;
  }
  EXPECT_EQ(answer_to(bench, sent), due);
  ASSERT_EQ(bench.routes.seen.size(), 30u);
  EXPECT_EQ(bench.routes.seen[1], "POST /1? [GET ]");
  EXPECT_EQ(bench.routes.seen[2], "POST /2? [GET ]");
}

Task<void> say_cut(Bench& bench, std::string text, std::size_t cut, std::string& heard) {
  const std::unique_ptr<Wire> wire = bench.open();
  co_await wire->say(text.substr(0, cut));
  net::Event turn(bench.worker);
  for (int i = 0; i < 3; ++i) {
    bench.worker.post([&turn] { turn.notify(); });
    co_await turn.wait(Tick::max());
  }
  co_await wire->say(text.substr(cut));
  heard = co_await wire->hear_all();
}

TEST(Server, ReadsARequestCutAnywhere) {
  Bench bench;
  const std::string text =
      "POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3;e=1\r\nabc\r\n2\r\nde\r\n0\r\nT: x\r\n\r\nGET /y "
      "HTTP/1.1\r\nHost: h\r\n" +
      close_line + "\r\n";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    std::string heard;
    bench.worker.run_until_done(say_cut(bench, text, cut, heard));
    EXPECT_NE(heard.find("body of /x"), std::string::npos) << cut;
    EXPECT_NE(heard.find("body of /y"), std::string::npos) << cut;
    EXPECT_EQ(bench.routes.seen.at(bench.routes.seen.size() - 2), "POST /x? [abcde]") << cut;
  }
}

TEST(Server, RefusesEveryUnsoundHeadOnceAndCloses) {
  Bench bench;
  for (const HeadRow& row : request_rows()) {
    if (row.status == 0 || row.text.size() > 60'000) continue;
    const std::string heard = answer_to(bench, row.text + "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_TRUE(heard.starts_with("HTTP/1.1 " + std::to_string(row.status) + " ")) << row.name << " -> " << heard.substr(0, 60);
    EXPECT_NE(heard.find(close_line), std::string::npos) << row.name;
    EXPECT_EQ(heard.find("HTTP/1.1 ", 9), std::string::npos) << row.name << ": a second answer";
  }
  EXPECT_TRUE(bench.routes.seen.empty());
}

TEST(Server, RefusesEveryUnsoundChunkedBodyOnceAndCloses) {
  Bench bench;
  const std::string head = "POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const ChunkRow& row : chunk_rows()) {
    if (row.sound) continue;
    const std::string heard = answer_to(bench, head + row.text + "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_TRUE(heard.starts_with("HTTP/1.1 400 ")) << row.name << " -> " << heard.substr(0, 60);
    EXPECT_EQ(heard.find("HTTP/1.1 ", 9), std::string::npos) << row.name << ": a second answer";
  }
  EXPECT_TRUE(bench.routes.seen.empty());
}

TEST(Server, WordsItsErrorsThroughTheHandler) {
  Bench bench;
  EXPECT_EQ(answer_to(bench, "POST /v1/x HTTP/1.1\r\nHost: h\r\nContent-Length: 9999999\r\n\r\n"),
            "HTTP/1.1 413 Content Too Large\r\nX-Error: too_large\r\nConnection: close\r\nContent-Length: 12\r\n\r\n413 at /v1/x");
  EXPECT_EQ(bench.routes.limits_asked, (std::vector<std::string>{"POST /v1/x"}));
  EXPECT_TRUE(bench.routes.seen.empty());
}

TEST(Server, KeepsTheBodyLimitOfTheRoute) {
  Bench bench;
  const std::string head = " HTTP/1.1\r\nHost: h\r\n";
  EXPECT_TRUE(answer_to(bench, "POST /none" + head + "Content-Length: 1\r\n\r\nx").starts_with("HTTP/1.1 413"));
  EXPECT_TRUE(answer_to(bench, "POST /none" + head + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n").starts_with("HTTP/1.1 413"));
  EXPECT_TRUE(answer_to(bench, "POST /none" + head + "Content-Length: 0\r\n" + close_line + "\r\n").starts_with("HTTP/1.1 200"));
  EXPECT_TRUE(answer_to(bench, "POST /x" + head + "Transfer-Encoding: chunked\r\n\r\n40000000\r\nA").starts_with("HTTP/1.1 413"));
  const std::string most(1u << 20, 'x');
  const std::string fits = "POST /x" + head + close_line;
  EXPECT_TRUE(answer_to(bench, fits + "Content-Length: 1048576\r\n\r\n" + most).starts_with("HTTP/1.1 200"));
  EXPECT_EQ(bench.routes.seen.back().size(), most.size() + std::string("POST /x? []").size());
  EXPECT_TRUE(answer_to(bench, fits + "Transfer-Encoding: chunked\r\n\r\n100000\r\n" + most + "\r\n0\r\n\r\n").starts_with("HTTP/1.1 200"));
  EXPECT_EQ(bench.routes.seen.back().size(), most.size() + std::string("POST /x? []").size());
  EXPECT_TRUE(answer_to(bench, fits + "Transfer-Encoding: chunked\r\n\r\n100000\r\n" + most + "\r\n1\r\nx\r\n0\r\n\r\n")
                  .starts_with("HTTP/1.1 413"));
}

Task<void> expect_continue(Bench& bench) {
  const std::unique_ptr<Wire> wire = bench.open();
  co_await wire->say("POST /x HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  const std::string interim = co_await wire->hear_until("\r\n\r\n");
  EXPECT_EQ(interim, "HTTP/1.1 100 Continue\r\n\r\n");
  co_await wire->say("hello");
  const std::string answer = co_await wire->hear_message();
  EXPECT_TRUE(answer.ends_with("body of /x"));
  // With the body on its heels it is not asked for.
  co_await wire->say("POST /x HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello");
  const std::string direct = co_await wire->hear_message();
  EXPECT_TRUE(direct.starts_with("HTTP/1.1 200")) << direct;
  // And not when it will be refused.
  co_await wire->say("POST /x HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5000000\r\n\r\n");
  const std::string refused = co_await wire->hear_all();
  EXPECT_TRUE(refused.starts_with("HTTP/1.1 413")) << refused;
}

TEST(Server, AsksForABodyThatWaitsToBeAskedFor) {
  Bench bench;
  bench.worker.run_until_done(expect_continue(bench));
}

TEST(Server, StreamsInChunksAndToHttp10UntilClose) {
  Bench bench;
  EXPECT_EQ(
      answer_to(bench, "GET /stream HTTP/1.1\r\nHost: h\r\n" + close_line + "\r\n"),
      "HTTP/1.1 200 OK\r\nX-Local: no\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n7\r\nand two\r\n0\r\n\r\n");
  EXPECT_EQ(answer_to(bench, "GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"),
            "HTTP/1.1 200 OK\r\nX-Local: no\r\nConnection: close\r\n\r\noneand two");
  EXPECT_EQ(answer_to(bench, "HEAD /stream HTTP/1.1\r\nHost: h\r\n" + close_line + "\r\n"),
            "HTTP/1.1 200 OK\r\nX-Local: no\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n");
}

TEST(Server, NeverLetsAHalfAnswerLookWhole) {
  Bench bench;
  for (const char* path : {"/cut", "/unended"}) {
    const std::string heard =
        answer_to(bench, "GET " + std::string(path) + " HTTP/1.1\r\nHost: h\r\n\r\nGET /next HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_TRUE(heard.ends_with("3\r\none\r\n7\r\nand two\r\n")) << heard;
  }
}

TEST(Server, AHandlerThatThrowsOrSaysNothingIsA500) {
  Bench bench;
  for (const char* path : {"/throw", "/silent"}) {
    const std::string heard = answer_to(bench, "GET " + std::string(path) + " HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_TRUE(heard.starts_with("HTTP/1.1 500 ")) << heard;
    EXPECT_EQ(heard.find("thrown by"), std::string::npos) << "an exception's words were shown";
  }
}

TEST(Server, SendsNoBodyWhereNoneMayBe) {
  Bench bench;
  EXPECT_EQ(answer_to(bench, "GET /204 HTTP/1.1\r\nHost: h\r\n" + close_line + "\r\n"),
            "HTTP/1.1 204 No Content\r\nX-Local: no\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(answer_to(bench, "HEAD /a HTTP/1.1\r\nHost: h\r\n" + close_line + "\r\n"),
            "HTTP/1.1 200 OK\r\nX-Local: no\r\nConnection: close\r\n\r\n");
}

TEST(Server, DropsFieldsThatWouldSplitTheAnswer) {
  Bench bench;
  for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{{"X-A", "b\r\nSet-Cookie: evil"},
                                                                                    {"X-A", "b\nc"},
                                                                                    {"X A", "b"},
                                                                                    {"", "b"},
                                                                                    {"X-A\r\nX-B", "c"},
                                                                                    {"Content-Length", "1"},
                                                                                    {"Transfer-Encoding", "chunked"}}) {
    Header header;
    header.name = name;
    header.value = value;
    bench.routes.extra.push_back(header);
  }
  EXPECT_EQ(answer_to(bench, "GET /a HTTP/1.0\r\n\r\n"),
            "HTTP/1.1 200 OK\r\nX-Local: no\r\nConnection: close\r\nContent-Length: 10\r\n\r\nbody of /a");
}

Task<void> local_story(Bench& bench) {
  const std::unique_ptr<Wire> wire = bench.open(true);
  co_await wire->say("GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
  const std::string answer = co_await wire->hear_message();
  EXPECT_NE(answer.find("X-Local: yes"), std::string::npos);
}

TEST(Server, MarksRequestsOfTheControlSocket) {
  Bench bench;
  bench.worker.run_until_done(local_story(bench));
}

Task<void> time_out(Bench& bench, std::string sent, std::string drip, std::string& heard, milliseconds& took) {
  const std::unique_ptr<Wire> wire = bench.open();
  const Tick began = bench.clock.now();
  co_await wire->say(sent);
  for (int i = 0; i < 60 && !drip.empty(); ++i) {
    co_await wire->pause(milliseconds(10));
    const bool open = co_await wire->say(drip);
    if (!open) break;
  }
  heard = co_await wire->hear_all();
  took = std::chrono::duration_cast<milliseconds>(bench.clock.now() - began);
}

TEST(Server, EndsSlowHeadsSlowBodiesAndSilence) {
  struct Row {
    const char* name;
    std::string sent;
    std::string drip;
    std::string due;  // how the answer begins; empty: closed without one
  };
  const std::string body = "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n";
  for (const Row& row : {
           Row{"nothing", "", "", ""},
           Row{"half a head", "GET / HTTP/1.1\r\nHost:", "", "HTTP/1.1 408 "},
           Row{"a dripping head", "GET / HTTP/1.1\r\nX: ", "a", "HTTP/1.1 408 "},
           Row{"half a body", body + "abc", "", "HTTP/1.1 408 "},
           Row{"half a chunk", "POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", "", "HTTP/1.1 408 "},
           Row{"silence after an answer", "GET /a HTTP/1.1\r\nHost: h\r\n\r\n", "",
               "HTTP/1.1 200 OK\r\nX-Local: no\r\nContent-Length: 10\r\n\r\nbody of /a"},
       }) {
    Bench bench;
    std::string heard;
    milliseconds took{};
    bench.worker.run_until_done(time_out(bench, row.sent, row.drip, heard, took));
    heard = undated(heard);
    if (row.due.empty()) {
      EXPECT_EQ(heard, "") << row.name;
    } else {
      EXPECT_TRUE(heard.starts_with(row.due)) << row.name << " -> " << heard;
    }
    EXPECT_GE(took, milliseconds(95)) << row.name;
    EXPECT_LT(took, milliseconds(1200)) << row.name;
  }
}

Task<void> drip_body(Bench& bench, Server& server, std::string& heard, milliseconds& took) {
  net::MemoryPair ends = net::memory_pair(bench.worker);
  bench.worker.spawn("connection", server.serve(bench.worker, std::move(ends.far), false));
  Wire wire(bench.worker, std::move(ends.near));
  const Tick began = bench.clock.now();
  co_await wire.say("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n");
  for (int i = 0; i < 200; ++i) {
    const bool open = co_await wire.say(".");
    if (!open) break;
    co_await wire.pause(milliseconds(10));
  }
  heard = co_await wire.hear_all();
  took = std::chrono::duration_cast<milliseconds>(bench.clock.now() - began);
}

TEST(Server, EndsABodyThatDripsBelowTheLowestRate) {
  Bench bench;
  ServerTimeouts times = bench.times();
  times.body_silence = seconds(10);
  times.body_base = milliseconds(200);
  Server strict(bench.routes, Limits{}, times);
  std::string heard;
  milliseconds took{};
  bench.worker.run_until_done(drip_body(bench, strict, heard, took));
  EXPECT_TRUE(heard.starts_with("HTTP/1.1 408")) << heard;
  EXPECT_GE(took, milliseconds(195));
}

Task<void> slow_reader(Bench& bench, std::size_t& read) {
  const std::unique_ptr<Wire> wire = bench.open();
  co_await wire->say("GET /large HTTP/1.1\r\nHost: h\r\n" + close_line + "\r\n");
  std::string block(16 * 1024, '\0');
  for (;;) {  // 16 KB in 10 ms: each slice takes longer than the write clock lets nothing happen
    const net::Transfer got = co_await wire->stream().read_some(block, bench.clock.now() + seconds(5));
    if (got.failure) break;
    read += got.bytes;
    co_await wire->pause(milliseconds(2));
  }
}

TEST(Server, ASlowClientThatTakesBytesIsServedToTheEnd) {
  Bench bench(16 * 1024);
  bench.routes.large.assign(2u << 20, 'x');
  std::size_t read = 0;
  bench.worker.run_until_done(slow_reader(bench, read));
  EXPECT_GT(read, 2u << 20);
  EXPECT_TRUE(bench.routes.last.ok());
}

Task<void> never_reader(Bench& bench) {
  const std::unique_ptr<Wire> wire = bench.open();
  co_await wire->say("GET /large HTTP/1.1\r\nHost: h\r\n\r\n");
  const Tick until = bench.clock.now() + seconds(5);
  while (bench.server.connections() > 0 && bench.clock.now() < until) co_await wire->pause(milliseconds(5));
  EXPECT_EQ(bench.server.connections(), 0u);
}

TEST(Server, AClientThatTakesNothingIsLetGo) {
  Bench bench(16 * 1024);
  bench.routes.large.assign(2u << 20, 'x');
  bench.worker.run_until_done(never_reader(bench));
  ASSERT_FALSE(bench.routes.last.ok());
  EXPECT_EQ(bench.routes.last.error().kind, ErrorKind::cancelled);
}

Task<void> client_leaves(Bench& bench) {
  std::unique_ptr<Wire> wire = bench.open();
  co_await wire->say("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
  co_await wire->pause(milliseconds(20));
  EXPECT_EQ(bench.server.in_flight(), 1u);
  EXPECT_FALSE(bench.routes.client_gone);
  const Tick left = bench.clock.now();
  wire.reset();
  while (!bench.routes.client_gone && bench.clock.now() < left + seconds(3))
    co_await bench.worker.sleep_until(bench.clock.now() + milliseconds(1));
  EXPECT_LT(bench.clock.now() - left, milliseconds(100));
  co_await bench.worker.sleep_until(bench.clock.now() + milliseconds(20));
  EXPECT_EQ(bench.server.in_flight(), 0u);
  EXPECT_EQ(bench.server.connections(), 0u);
}

TEST(Server, TellsTheHandlerThatItsClientWent) {
  Bench bench;
  bench.worker.run_until_done(client_leaves(bench));
}

Task<void> pipelined_while_waiting(Bench& bench) {
  const std::unique_ptr<Wire> wire = bench.open();
  co_await wire->say("GET /wait HTTP/1.1\r\nHost: h\r\n\r\nGET /next HTTP/1.1\r\nHost: h\r\n\r\n");
  co_await wire->pause(milliseconds(30));
  EXPECT_FALSE(bench.routes.client_gone);
  bench.routes.go_on = true;
  const std::string first = co_await wire->hear_message();
  EXPECT_TRUE(first.ends_with("waited"));
  const std::string second = co_await wire->hear_message();
  EXPECT_TRUE(second.ends_with("body of /next"));
}

TEST(Server, KeepsWhatIsPipelinedWhileAHandlerWaits) {
  Bench bench;
  bench.worker.run_until_done(pipelined_while_waiting(bench));
}

Task<void> drains(Bench& bench) {
  const std::unique_ptr<Wire> idle = bench.open();
  const std::unique_ptr<Wire> kept = bench.open();
  co_await kept->say("GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
  co_await kept->hear_message();
  const std::unique_ptr<Wire> busy = bench.open();
  co_await busy->say("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
  const std::unique_ptr<Wire> half = bench.open();
  co_await half->say("GET /late HTTP/1.1\r\nHost:");
  co_await busy->pause(milliseconds(20));
  EXPECT_EQ(bench.server.connections(), 4u);
  EXPECT_EQ(bench.server.in_flight(), 1u);
  bench.server.drain();
  const bool idle_ended = co_await idle->ends_within(milliseconds(80));
  EXPECT_TRUE(idle_ended);
  const bool kept_ended = co_await kept->ends_within(milliseconds(80));
  EXPECT_TRUE(kept_ended);
  co_await half->say(" h\r\n\r\n");
  const std::string refused = co_await half->hear_all();
  EXPECT_TRUE(refused.starts_with("HTTP/1.1 503")) << refused;
  EXPECT_NE(refused.find(close_line), std::string::npos);
  EXPECT_EQ(bench.server.in_flight(), 1u);
  bench.routes.go_on = true;
  const std::string answer = co_await busy->hear_all();
  EXPECT_TRUE(answer.ends_with("waited")) << answer;
  EXPECT_NE(answer.find(close_line), std::string::npos) << answer;
  EXPECT_EQ(bench.server.in_flight(), 0u);
  const std::unique_ptr<Wire> late = bench.open();
  const bool late_ended = co_await late->ends_within(milliseconds(80));
  EXPECT_TRUE(late_ended);
}

TEST(Server, DrainsWithoutCuttingAnAnswer) {
  Bench bench;
  bench.worker.run_until_done(drains(bench));
}

Task<void> closes_all(Bench& bench) {
  const std::unique_ptr<Wire> busy = bench.open();
  co_await busy->say("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
  co_await busy->pause(milliseconds(20));
  bench.server.close_all();
  const bool ended = co_await busy->ends_within(milliseconds(200));
  EXPECT_TRUE(ended);
  bench.routes.go_on = true;
  co_await busy->pause(milliseconds(20));
  EXPECT_EQ(bench.server.connections(), 0u);
}

TEST(Server, CloseAllEndsAlsoWhatIsUnderWay) {
  Bench bench;
  bench.worker.run_until_done(closes_all(bench));
}

}  // namespace
}  // namespace omniroute::http
