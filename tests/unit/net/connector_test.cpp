#include "omniroute/net/connector.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <map>

#include "omniroute/net/egress_log.hpp"
#include "stream_contract.hpp"

namespace omniroute::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class TableResolver final : public Resolver {
 public:
  Task<Result<std::vector<std::string>>> resolve(std::string host, Tick) override {
    asked.push_back(host);
    const auto at = table.find(host);
    if (at == table.end()) co_return Error(ErrorKind::upstream_failed, "The name " + host + " cannot be resolved.");
    std::vector<std::string> copy = at->second;
    co_return copy;
  }
  std::map<std::string, std::vector<std::string>> table;
  std::vector<std::string> asked;
};

/// A worker with a table of names, and a scripted server.
struct Net {
  using Script = Task<void> (*)(Net&, std::unique_ptr<Stream>);
  explicit Net(Script script, bool local_networks = true) : worker(clock, options(local_networks)) {
    auto made = Listener::tcp("127.0.0.1", 0, {&worker}, [this, script](Worker&, std::unique_ptr<Stream> stream) {
      ++connections;
      worker.spawn("script", script(*this, std::move(stream)));
    });
    listener = std::move(made).value();
    listener->start();
  }
  ~Net() { listener.reset(); }

  ConnectOptions options(bool local_networks) {
    ConnectOptions options;
    options.resolver = &resolver;
    options.rules.local_networks = local_networks;
    options.log = &log;
    return options;
  }
  [[nodiscard]] Tick soon() const { return clock.now() + seconds(5); }
  [[nodiscard]] Endpoint to(std::string host) const {
    Endpoint endpoint;
    endpoint.host = std::move(host);
    endpoint.port = listener->port();
    return endpoint;
  }
  [[nodiscard]] Proxy proxy(Proxy::Kind kind, std::string user = {}, std::string password = {}) const {
    Proxy made;
    made.kind = kind;
    made.host = "127.0.0.1";
    made.port = listener->port();
    made.user = std::move(user);
    made.password = Secret(std::move(password));
    return made;
  }

  SystemClock clock;
  EgressLog log;
  TableResolver resolver;
  Worker worker;
  std::unique_ptr<Listener> listener;
  std::string heard;
  std::string answer;
  int connections = 0;
};

struct Outcome {
  std::unique_ptr<Stream> stream;
  std::optional<ErrorKind> error;
  std::string words;
};

Task<void> connect_to(Net& net, Endpoint endpoint, Proxy proxy, Tick deadline, Outcome& outcome) {
  Result<std::unique_ptr<Stream>> made = co_await net.worker.connector().connect(endpoint, proxy, deadline);
  if (made) {
    outcome.stream = std::move(made).value();
  } else {
    outcome.error = made.error().kind;
    outcome.words = made.error().message;
  }
}

Outcome connect(Net& net, const Endpoint& endpoint, const Proxy& proxy = {}, milliseconds time = seconds(5)) {
  Outcome outcome;
  net.worker.run_until_done(connect_to(net, endpoint, proxy, net.clock.now() + time, outcome));
  return outcome;
}

EgressEntry newest(const Net& net) { return net.log.read().at(0); }

Task<void> greet(Net& net, std::unique_ptr<Stream> stream) { co_await send(*stream, "hello", net.soon()); }

Task<void> expect_hello(Net& net, Stream& stream) {
  const std::string hello = co_await receive(stream, net.soon());
  EXPECT_EQ(hello, "hello");
}

void expect_works(Net& net, const Outcome& outcome) {
  ASSERT_TRUE(outcome.stream) << outcome.words;
  net.worker.run_until_done(expect_hello(net, *outcome.stream));
}

TEST(Connector, ResolvesNamesButNotLiterals) {
  Net net(greet);
  net.resolver.table["here.test"] = {"127.0.0.1"};
  expect_works(net, connect(net, net.to("here.test")));
  expect_works(net, connect(net, net.to("127.0.0.1")));
  EXPECT_EQ(net.resolver.asked, (std::vector<std::string>{"here.test"}));
  const Outcome unknown = connect(net, net.to("nowhere.test"));
  EXPECT_EQ(unknown.error, ErrorKind::upstream_failed);
  EXPECT_NE(unknown.words.find("nowhere.test"), std::string::npos);
}

TEST(Connector, GoesOnToTheNextAddressAtOnceWhenOneRefuses) {
  Net net(greet);
  net.resolver.table["two.test"] = {"127.0.0.99", "127.0.0.1"};
  const Tick before = net.clock.now();
  expect_works(net, connect(net, net.to("two.test")));
  EXPECT_LT(net.clock.now() - before, milliseconds(200));
}

/// An address that takes no more connections and says nothing: its queue is full.
class Blackhole {
 public:
  Blackhole(const char* address, std::uint16_t port) {
    sockaddr_in here{};
    here.sin_family = AF_INET;
    here.sin_port = htons(port);
    ::inet_pton(AF_INET, address, &here.sin_addr);
    sockets_.push_back(::socket(AF_INET, SOCK_STREAM, 0));
    ::bind(sockets_[0], reinterpret_cast<const sockaddr*>(&here), sizeof here);
    ::listen(sockets_[0], 0);
    for (int i = 0; i < 4; ++i) {
      sockets_.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
      ::connect(sockets_.back(), reinterpret_cast<const sockaddr*>(&here), sizeof here);
    }
  }
  ~Blackhole() {
    for (const int socket : sockets_) ::close(socket);
  }
  Blackhole(const Blackhole&) = delete;
  Blackhole& operator=(const Blackhole&) = delete;

 private:
  std::vector<int> sockets_;
};

TEST(Connector, StartsTheNextAddressAfterAQuarterOfASecond) {
  Net net(greet);
  const Blackhole hole("127.0.0.2", net.listener->port());
  net.resolver.table["slow.test"] = {"127.0.0.2", "127.0.0.1"};
  const Tick before = net.clock.now();
  expect_works(net, connect(net, net.to("slow.test")));
  EXPECT_GE(net.clock.now() - before, milliseconds(240));
  EXPECT_LT(net.clock.now() - before, milliseconds(900));
}

TEST(Connector, TheConnectClockEndsTheWait) {
  Net net(greet);
  const Blackhole hole("127.0.0.2", net.listener->port());
  const Outcome late = connect(net, net.to("127.0.0.2"), {}, milliseconds(100));
  EXPECT_EQ(late.error, ErrorKind::upstream_timeout);
  EXPECT_NE(late.words.find("(connect clock)"), std::string::npos) << late.words;
  EXPECT_NE(late.words.find("127.0.0.2:"), std::string::npos) << late.words;
}

TEST(Connector, NamesHostPortAndCauseWhenRefused) {
  Net net(greet);
  Endpoint closed = net.to("127.0.0.99");
  const Outcome refused = connect(net, closed);
  EXPECT_EQ(refused.error, ErrorKind::upstream_failed);
  EXPECT_NE(refused.words.find("127.0.0.99:" + std::to_string(closed.port)), std::string::npos) << refused.words;
  EXPECT_NE(refused.words.find("refused"), std::string::npos) << refused.words;
  EXPECT_EQ(newest(net).state, EgressEntry::State::failed);
  EXPECT_EQ(newest(net).reason, refused.words);
}

TEST(Connector, ChecksTheAddressItConnectsTo) {
  Net net(greet);
  net.resolver.table["rebound.test"] = {"169.254.169.254"};
  net.resolver.table["mixed.test"] = {"169.254.169.254", "127.0.0.1"};
  for (const char* host : {"rebound.test", "169.254.169.254", "0.0.0.0", "fd00:ec2::254", "::ffff:169.254.169.254"}) {
    const Outcome refused = connect(net, net.to(host));
    EXPECT_EQ(refused.error, ErrorKind::upstream_failed) << host;
    EXPECT_NE(refused.words.find("may not be connected to"), std::string::npos) << refused.words;
    EXPECT_EQ(newest(net).state, EgressEntry::State::refused);
    EXPECT_EQ(newest(net).host, host);
    EXPECT_EQ(newest(net).address, host == std::string("rebound.test") ? "169.254.169.254" : host);
  }
  Outcome mixed = connect(net, net.to("mixed.test"));
  expect_works(net, mixed);
  EXPECT_EQ(newest(net).address, "127.0.0.1");
  EXPECT_EQ(newest(net).state, EgressEntry::State::open);
  mixed.stream.reset();
  EXPECT_EQ(newest(net).state, EgressEntry::State::closed);
  EXPECT_EQ(newest(net).received, 5U) << "hello";
}

TEST(Connector, InRemoteModeLocalNetworksAreRefusedButTheProxyMayStandThere) {
  Net net(greet, false);
  net.resolver.table["inside.test"] = {"10.0.0.1", "::1", "127.0.0.1"};
  for (const char* host : {"inside.test", "127.0.0.1", "::1", "192.168.1.1"}) {
    const Outcome refused = connect(net, net.to(host));
    EXPECT_NE(refused.words.find("may not be connected to"), std::string::npos) << refused.words;
  }
  EXPECT_EQ(net.connections, 0);
  const Outcome literal = connect(net, net.to("10.0.0.1"), net.proxy(Proxy::Kind::socks5));
  EXPECT_NE(literal.words.find("may not be connected to"), std::string::npos) << literal.words;
  EXPECT_EQ(net.connections, 0);
}

TEST(Connector, RefusesHostsThatAreNone) {
  Net net(greet);
  for (const char* host : {"", "a b", "a/b", "a\r\nb", "u@h", "[::1]", "::g", "h:1", "h#"}) {
    const Outcome refused = connect(net, net.to(host), net.proxy(Proxy::Kind::socks5));
    EXPECT_EQ(refused.error, ErrorKind::upstream_failed) << host;
  }
  EXPECT_EQ(net.connections, 0);
}

/// Reads a CONNECT and answers with `net.answer`; after a 200 it greets.
Task<void> http_proxy(Net& net, std::unique_ptr<Stream> stream) {
  while (net.heard.find("\r\n\r\n") == std::string::npos) {
    const std::string more = co_await receive(*stream, net.soon());
    if (more.empty()) co_return;
    net.heard += more;
  }
  co_await send(*stream, net.answer, net.soon());
  if (net.answer.starts_with("HTTP/1.1 200")) co_await send(*stream, "hello", net.soon());
  co_await receive(*stream, net.soon());
}

Endpoint far_away(std::string host) {
  Endpoint endpoint;
  endpoint.host = std::move(host);
  endpoint.port = 443;
  endpoint.tls = true;
  return endpoint;
}

TEST(Connector, AsksAnHttpProxyForATunnelByName) {
  Net net(http_proxy);
  net.answer = "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n";
  const Outcome refused = connect(net, far_away("far.test"), net.proxy(Proxy::Kind::http, "user", "s3cret"));
  EXPECT_EQ(net.heard, "CONNECT far.test:443 HTTP/1.1\r\nHost: far.test:443\r\nProxy-Authorization: Basic dXNlcjpzM2NyZXQ=\r\n\r\n");
  EXPECT_EQ(refused.error, ErrorKind::upstream_failed);
  EXPECT_NE(refused.words.find("http://user@127.0.0.1:"), std::string::npos) << refused.words;
  EXPECT_EQ(refused.words.find("s3cret"), std::string::npos) << refused.words;
  EXPECT_TRUE(net.resolver.asked.empty()) << "the target's name was resolved here";
}

TEST(Connector, FailsClosedWhateverTheProxyAnswers) {
  for (const char* answer : {"HTTP/1.1 403 Forbidden\r\n\r\n", "HTTP/1.1 502 Bad Gateway\r\n\r\n", "HTTP/1.1 2x0 OK\r\n\r\n",
                             "SSH-2.0-x\r\n\r\n", "\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\nand more"}) {
    Net net(http_proxy);
    net.answer = answer;
    const Outcome refused = connect(net, far_away("far.test"), net.proxy(Proxy::Kind::http));
    EXPECT_EQ(refused.error, ErrorKind::upstream_failed) << answer;
    EXPECT_EQ(net.connections, 1);
  }
  Net net(http_proxy);
  net.answer = std::string(20'000, 'a');
  EXPECT_EQ(connect(net, far_away("far.test"), net.proxy(Proxy::Kind::http)).error, ErrorKind::upstream_failed);
}

TEST(Connector, AProxyThatIsNotThereIsAnErrorAndNotADirectConnection) {
  Net net(greet);
  for (const Proxy::Kind kind : {Proxy::Kind::http, Proxy::Kind::https, Proxy::Kind::socks5}) {
    Proxy absent = net.proxy(kind);
    absent.host = "127.0.0.99";
    EXPECT_EQ(connect(net, net.to("127.0.0.1"), absent).error, ErrorKind::upstream_failed);
  }
  EXPECT_EQ(net.connections, 0);
}

TEST(Connector, PlainHttpThroughAnHttpProxyIsAStreamToTheProxy) {
  Net net(greet);
  Endpoint plain = far_away("far.test");
  plain.tls = false;
  expect_works(net, connect(net, plain, net.proxy(Proxy::Kind::http)));
  EXPECT_TRUE(net.resolver.asked.empty());
}

/// SOCKS5 as RFC 1928 and 1929 have it; wants the login user/s3cret when `net.answer` says so.
Task<void> socks_server(Net& net, std::unique_ptr<Stream> stream) {
  const Tick soon = net.soon();
  const std::string greeting = co_await receive(*stream, soon);
  const bool login = net.answer == "login" || net.answer == "bad login";
  if (net.answer == "no way in") {
    co_await send(*stream, std::string("\x05\xff", 2), soon);
    co_return;
  }
  const std::string method = login ? std::string("\x05\x02", 2) : std::string("\x05\x00", 2);
  co_await send(*stream, method, soon);
  if (login) {
    const std::string words = co_await receive(*stream, soon);
    const bool right = words == "\x01\x04user\x06s3cret" && net.answer == "login";
    const std::string verdict = right ? std::string("\x01\x00", 2) : std::string("\x01\x01", 2);
    co_await send(*stream, verdict, soon);
    if (!right) co_return;
  }
  net.heard = co_await receive(*stream, soon);
  const char code = net.answer == "refused" ? '\x05' : '\x00';
  std::string reply = std::string("\x05", 1) + code;
  if (net.answer == "bound name") {
    reply += std::string("\x00\x03\x04name\x00\x01", 9);
  } else if (net.answer == "bound v6") {
    reply += std::string("\x00\x04", 2) + std::string(18, '\x01');
  } else {
    reply += std::string("\x00\x01\x7f\x00\x00\x01\x00\x01", 8);
  }
  // Byte by byte, with the tunnel's first bytes behind it.
  reply += "hello";
  for (const char byte : reply) co_await send(*stream, std::string(1, byte), soon);
  co_await receive(*stream, soon);
}

Task<void> expect_hello_in_pieces(Net& net, Stream& stream) {
  const std::string hello = co_await receive_all(stream, 5, net.soon());
  EXPECT_EQ(hello, "hello");
}

Endpoint plain_far(std::string host) {
  Endpoint endpoint = far_away(std::move(host));
  endpoint.tls = false;
  return endpoint;
}

TEST(Connector, TunnelsThroughSocks5WithRemoteNames) {
  for (const char* how : {"", "login", "bound name", "bound v6"}) {
    Net net(socks_server);
    net.answer = how;
    const Outcome outcome =
        connect(net, plain_far("far.test"), net.proxy(Proxy::Kind::socks5, std::string(how) == "login" ? "user" : "", "s3cret"));
    ASSERT_TRUE(outcome.stream) << how << ": " << outcome.words;
    net.worker.run_until_done(expect_hello_in_pieces(net, *outcome.stream));
    EXPECT_EQ(net.heard, std::string("\x05\x01\x00\x03\x08", 5) + "far.test" + std::string("\x01\xbb", 2));
    EXPECT_TRUE(net.resolver.asked.empty());
  }
}

TEST(Connector, GivesSocks5LiteralsAsSuch) {
  Net net(socks_server);
  EXPECT_TRUE(connect(net, plain_far("192.0.2.7"), net.proxy(Proxy::Kind::socks5)).stream);
  EXPECT_EQ(net.heard, std::string("\x05\x01\x00\x01\xc0\x00\x02\x07\x01\xbb", 10));
  EXPECT_TRUE(connect(net, plain_far("2001:db8::1"), net.proxy(Proxy::Kind::socks5)).stream);
  EXPECT_EQ(net.heard, std::string("\x05\x01\x00\x04\x20\x01\x0d\xb8", 8) + std::string(11, '\0') + std::string("\x01\x01\xbb", 3));
}

TEST(Connector, SaysWhyASocks5ProxyRefused) {
  struct Row {
    const char* answer;
    const char* user;
    const char* words;
  };
  for (const Row& row : {Row{"refused", "", "refused by the host"}, Row{"bad login", "user", "does not accept the user and password"},
                         Row{"no way in", "", "asks for a user and password"}, Row{"login", "", "asks for a user and password"}}) {
    Net net(socks_server);
    net.answer = row.answer;
    const Outcome refused = connect(net, plain_far("far.test"), net.proxy(Proxy::Kind::socks5, row.user, "s3cret"));
    EXPECT_EQ(refused.error, ErrorKind::upstream_failed) << row.answer;
    EXPECT_NE(refused.words.find(row.words), std::string::npos) << refused.words;
    EXPECT_EQ(refused.words.find("s3cret"), std::string::npos) << refused.words;
  }
  Net net(greet);
  EXPECT_NE(connect(net, plain_far("far.test"), net.proxy(Proxy::Kind::socks5)).words.find("does not speak SOCKS5"), std::string::npos);
}

Task<void> resolve_local(Worker& worker, std::vector<std::string>& found, int& done) {
  const Proxy direct;
  Endpoint endpoint;
  endpoint.host = "localhost";
  endpoint.port = 1;
  Result<std::unique_ptr<Stream>> made = co_await worker.connector().connect(endpoint, direct, worker.clock().now() + seconds(5));
  found.push_back(made ? "connected" : made.error().message);
  ++done;
}

TEST(SystemResolver, FindsLocalhostForManyAtOnce) {
  SystemClock clock;
  Worker worker(clock);
  std::vector<std::string> found;
  int done = 0;
  for (int i = 0; i < 5; ++i) worker.spawn("resolve", resolve_local(worker, found, done));
  worker.run_until_done(resolve_local(worker, found, done));
  while (done < 6) worker.run_until_done(worker.sleep_until(clock.now() + milliseconds(1)));
  for (const std::string& words : found) EXPECT_NE(words.find("refused"), std::string::npos) << words;
}

Task<void> resolve_nonsense(Worker& worker) {
  const Proxy direct;
  Endpoint endpoint;
  endpoint.host = "no-such-name.invalid";
  endpoint.port = 1;
  Result<std::unique_ptr<Stream>> made = co_await worker.connector().connect(endpoint, direct, worker.clock().now() + milliseconds(1500));
  EXPECT_FALSE(made.ok());
  EXPECT_NE(made.error().message.find("no-such-name.invalid"), std::string::npos) << made.error().message;
}

TEST(SystemResolver, AFailedLookupNamesTheHostAndMayOutliveItsWorker) {
  SystemClock clock;
  Worker worker(clock);
  worker.run_until_done(resolve_nonsense(worker));
}

}  // namespace
}  // namespace omniroute::net
