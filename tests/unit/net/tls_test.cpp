#include <gtest/gtest.h>

#include <map>

#include "stream_contract.hpp"
#include "tls_peer.hpp"

namespace omniroute::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Every name is this machine.
class HereResolver final : public Resolver {
 public:
  Task<Result<std::vector<std::string>>> resolve(std::string host, Tick) override {
    asked.push_back(host);
    std::vector<std::string> addresses{"127.0.0.1"};
    co_return addresses;
  }
  std::vector<std::string> asked;
};

/// An authority that the worker trusts, and one that it does not.
struct Trust {
  Identity authority = make_identity("Test Authority", "", nullptr, -1, 30);
  Identity stranger = make_identity("Stranger", "", nullptr, -1, 30);
  PemFile authority_file{authority};
  PemFile stranger_file{stranger};
  HereResolver resolver;
  SystemClock clock;
  Worker worker{clock, options()};

  ConnectOptions options() {
    ConnectOptions options;
    options.trust_file = authority_file.path();
    options.resolver = &resolver;
    return options;
  }
  [[nodiscard]] Identity issue(const std::string& alternatives, int from_day = -1, int to_day = 30) const {
    return make_identity("leaf", alternatives, &authority, from_day, to_day);
  }
};

Endpoint tls_to(std::string host, std::uint16_t port, std::string ca_file = {}) {
  Endpoint endpoint;
  endpoint.host = std::move(host);
  endpoint.port = port;
  endpoint.tls = true;
  endpoint.ca_file = std::move(ca_file);
  return endpoint;
}

struct Outcome {
  std::unique_ptr<Stream> stream;
  std::string words;
};

Task<void> connect_to(Trust& trust, Endpoint endpoint, Proxy proxy, Outcome& outcome) {
  Result<std::unique_ptr<Stream>> made = co_await trust.worker.connector().connect(endpoint, proxy, in(trust.clock, seconds(5)));
  if (made) {
    outcome.stream = std::move(made).value();
  } else {
    outcome.words = made.error().message;
  }
}

Outcome connect(Trust& trust, const Endpoint& endpoint, const Proxy& proxy = {}) {
  Outcome outcome;
  trust.worker.run_until_done(connect_to(trust, endpoint, proxy, outcome));
  return outcome;
}

Task<void> talk(Trust& trust, Stream& stream) {
  const Tick soon = in(trust.clock, seconds(10));
  co_await send(stream, "hello", soon);
  const std::string hello = co_await receive(stream, soon);
  EXPECT_EQ(hello, "hello");
  EXPECT_TRUE(stream.quiet());
  // As a request: a head and a body in parts, larger than TLS records and socket buffers.
  const std::string body(3u << 20, 'b');
  const std::array<std::string_view, 4> parts{"head\r\n\r\n", std::string_view(body).substr(0, 100), std::string_view(body).substr(100),
                                              ""};
  bool done = false;
  trust.worker.spawn("writer", [](Stream& to, std::array<std::string_view, 4> what, Tick until, bool& ended) -> Task<void> {
    const Transfer sent = co_await to.write(what, until);
    EXPECT_FALSE(sent.failure) << sent.failure.message();
    EXPECT_EQ(sent.bytes, 8 + (3u << 20));
    ended = true;
  }(stream, parts, soon, done));
  const std::string back = co_await receive_all(stream, 8 + body.size(), soon);
  EXPECT_EQ(back, "head\r\n\r\n" + body);
  while (!done) co_await trust.worker.sleep_until(in(trust.clock, milliseconds(1)));
  co_await send(stream, "bye", soon);
  std::array<char, 8> buffer{};
  const Transfer end = co_await stream.read_some(buffer, soon);
  EXPECT_EQ(end.failure, Failure::end_of_stream);
}

TEST(Tls, TalksToATrustedServer) {
  Trust trust;
  const Identity leaf = trust.issue("DNS:good.test");
  TlsPeer peer(leaf, echo);
  const Outcome outcome = connect(trust, tls_to("good.test", peer.port()));
  ASSERT_TRUE(outcome.stream) << outcome.words;
  trust.worker.run_until_done(talk(trust, *outcome.stream));
  EXPECT_EQ(peer.seen.name, "good.test");
  EXPECT_EQ(peer.seen.protocol, "http/1.1");
}

TEST(Tls, TalksTls12) {
  Trust trust;
  const Identity leaf = trust.issue("DNS:good.test");
  TlsPeer peer(leaf, echo, TLS1_2_VERSION);
  const Outcome outcome = connect(trust, tls_to("good.test", peer.port()));
  ASSERT_TRUE(outcome.stream) << outcome.words;
  trust.worker.run_until_done(talk(trust, *outcome.stream));
}

TEST(Tls, AcceptsAnAddressThatTheCertificateNames) {
  Trust trust;
  const Identity leaf = trust.issue("IP:127.0.0.1");
  TlsPeer peer(leaf, echo);
  const Outcome outcome = connect(trust, tls_to("127.0.0.1", peer.port()));
  ASSERT_TRUE(outcome.stream) << outcome.words;
  trust.worker.run_until_done(talk(trust, *outcome.stream));
  EXPECT_EQ(peer.seen.name, "");
}

TEST(Tls, RefusesWhatItMustNotTrust) {
  Trust trust;
  struct Row {
    const char* name;
    Identity identity;
    const char* host;
    const char* words;
  };
  std::array rows{
      Row{"another name", trust.issue("DNS:other.test"), "good.test", "hostname mismatch"},
      Row{"a name below", trust.issue("DNS:test"), "good.test", "hostname mismatch"},
      Row{"a partial wildcard", trust.issue("DNS:g*.test"), "good.test", "hostname mismatch"},
      Row{"another address", trust.issue("IP:127.0.0.2"), "127.0.0.1", "IP address mismatch"},
      Row{"a name where the address is due", trust.issue("DNS:127.0.0.1"), "127.0.0.1", "IP address mismatch"},
      Row{"expired", trust.issue("DNS:good.test", -20, -10), "good.test", "expired"},
      Row{"not yet valid", trust.issue("DNS:good.test", 10, 20), "good.test", "not yet valid"},
      Row{"unknown authority", make_identity("leaf", "DNS:good.test", &trust.stranger, -1, 30), "good.test", "unable to get local issuer"},
      Row{"signed by itself", make_identity("good.test", "DNS:good.test", nullptr, -1, 30), "good.test", "self-signed"},
  };
  for (const Row& row : rows) {
    TlsPeer peer(row.identity, echo);
    const Outcome outcome = connect(trust, tls_to(row.host, peer.port()));
    EXPECT_FALSE(outcome.stream) << row.name;
    EXPECT_NE(outcome.words.find(row.words), std::string::npos) << row.name << ": " << outcome.words;
    EXPECT_NE(outcome.words.find(row.host), std::string::npos) << outcome.words;
    EXPECT_EQ(peer.handshakes, 0) << row.name;
  }
}

TEST(Tls, ACaFileIsTrustedForItsEndpointAlone) {
  Trust trust;
  const Identity leaf = make_identity("leaf", "DNS:private.test", &trust.stranger, -1, 30);
  TlsPeer peer(leaf, echo);
  {
    const Outcome with_file = connect(trust, tls_to("private.test", peer.port(), trust.stranger_file.path()));
    EXPECT_TRUE(with_file.stream) << with_file.words;
  }
  const Outcome without = connect(trust, tls_to("private.test", peer.port()));
  EXPECT_FALSE(without.stream);
  EXPECT_NE(without.words.find("unable to get local issuer"), std::string::npos) << without.words;
  const Outcome missing = connect(trust, tls_to("private.test", peer.port(), "/nonexistent/ca.pem"));
  EXPECT_FALSE(missing.stream);
  EXPECT_NE(missing.words.find("/nonexistent/ca.pem"), std::string::npos) << missing.words;
}

TEST(Tls, RefusesVersionsBefore12) {
  Trust trust;
  const Identity leaf = trust.issue("DNS:good.test");
  TlsPeer peer(leaf, echo, TLS1_1_VERSION);
  const Outcome outcome = connect(trust, tls_to("good.test", peer.port()));
  EXPECT_FALSE(outcome.stream);
  EXPECT_NE(outcome.words.find("handshake"), std::string::npos) << outcome.words;
}

Task<void> half_an_answer(Trust& trust, Stream& stream) {
  const Tick soon = in(trust.clock, seconds(5));
  co_await send(stream, "x", soon);
  const std::string half = co_await receive(stream, soon);
  EXPECT_EQ(half, "half");
  std::array<char, 8> buffer{};
  const Transfer end = co_await stream.read_some(buffer, soon);
  EXPECT_TRUE(end.failure);
  EXPECT_NE(end.failure, Failure::end_of_stream);
  EXPECT_NE(end.failure, Failure::timed_out);
}

TEST(Tls, AnEndWithoutTlsEndMarkIsNotAnOrderlyEnd) {
  Trust trust;
  const Identity leaf = trust.issue("DNS:good.test");
  TlsPeer peer(leaf, cut);
  const Outcome outcome = connect(trust, tls_to("good.test", peer.port()));
  ASSERT_TRUE(outcome.stream) << outcome.words;
  trust.worker.run_until_done(half_an_answer(trust, *outcome.stream));
}

Task<void> say_bye(Trust& trust, Stream& stream) {
  const Tick soon = in(trust.clock, seconds(5));
  co_await send(stream, "x", soon);
  co_await receive(stream, soon);
  co_await send(stream, "bye", soon);
  co_await receive(stream, soon);
}

TEST(Tls, ResumesASessionWithTheSameEndpointOnly) {
  Trust trust;
  const Identity leaf = trust.issue("DNS:good.test,DNS:also.test");
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsPeer peer(leaf, echo, version);
    const Outcome first = connect(trust, tls_to("good.test", peer.port()));
    ASSERT_TRUE(first.stream) << first.words;
    trust.worker.run_until_done(say_bye(trust, *first.stream));
    EXPECT_FALSE(peer.seen.resumed);
    const Outcome second = connect(trust, tls_to("good.test", peer.port()));
    ASSERT_TRUE(second.stream) << second.words;
    trust.worker.run_until_done(say_bye(trust, *second.stream));
    EXPECT_TRUE(peer.seen.resumed);
    const Outcome other = connect(trust, tls_to("also.test", peer.port()));
    ASSERT_TRUE(other.stream) << other.words;
    trust.worker.run_until_done(say_bye(trust, *other.stream));
    EXPECT_FALSE(peer.seen.resumed);
  }
}

TEST(Tls, RunsInsideTheTlsOfAnHttpsProxy) {
  Trust trust;
  const Identity proxy_leaf = trust.issue("DNS:proxy.test");
  const Identity target_leaf = trust.issue("DNS:target.test");
  TlsPeer target(target_leaf, echo);
  TlsPeer through(proxy_leaf, connect_proxy);
  Proxy proxy;
  proxy.kind = Proxy::Kind::https;
  proxy.host = "proxy.test";
  proxy.port = through.port();
  const Outcome outcome = connect(trust, tls_to("target.test", target.port()), proxy);
  ASSERT_TRUE(outcome.stream) << outcome.words;
  trust.worker.run_until_done(talk(trust, *outcome.stream));
  EXPECT_EQ(target.seen.name, "target.test");
  EXPECT_EQ(through.seen.name, "proxy.test");
  EXPECT_EQ(trust.resolver.asked, (std::vector<std::string>{"proxy.test"})) << "the target's name was resolved here";
}

TEST(Tls, AnUntrustedHttpsProxyIsRefused) {
  Trust trust;
  const Identity proxy_leaf = make_identity("leaf", "DNS:proxy.test", &trust.stranger, -1, 30);
  TlsPeer through(proxy_leaf, connect_proxy);
  Proxy proxy;
  proxy.kind = Proxy::Kind::https;
  proxy.host = "proxy.test";
  proxy.port = through.port();
  const Outcome outcome = connect(trust, tls_to("target.test", 1), proxy);
  EXPECT_FALSE(outcome.stream);
  EXPECT_EQ(through.handshakes, 0);
}

Task<void> stuck_handshake(Trust& trust, Listener& listener, Outcome& outcome) {
  const Proxy direct;
  const Endpoint endpoint = tls_to("good.test", listener.port());
  Result<std::unique_ptr<Stream>> made = co_await trust.worker.connector().connect(endpoint, direct, in(trust.clock, milliseconds(80)));
  EXPECT_FALSE(made.ok());
  EXPECT_EQ(made.error().kind, ErrorKind::upstream_timeout);
  outcome.words = made.error().message;
}

TEST(Tls, TheConnectClockCoversTheHandshake) {
  Trust trust;
  std::vector<std::unique_ptr<Stream>> silent;
  auto listener = Listener::tcp("127.0.0.1", 0, {&trust.worker},
                                [&silent](Worker&, std::unique_ptr<Stream> stream) { silent.push_back(std::move(stream)); });
  (*listener)->start();
  Outcome outcome;
  trust.worker.run_until_done(stuck_handshake(trust, **listener, outcome));
  EXPECT_NE(outcome.words.find("(connect clock)"), std::string::npos) << outcome.words;
  listener->reset();
}

Task<void> answer_plainly(std::unique_ptr<Stream> stream, Tick soon) {
  co_await receive(*stream, soon);
  co_await send(*stream, "HTTP/1.1 400 Bad Request\r\n\r\n", soon);
}

TEST(Tls, AServerWithoutTlsIsNamedAsSuch) {
  Trust trust;
  auto listener = Listener::tcp("127.0.0.1", 0, {&trust.worker}, [&trust](Worker& worker, std::unique_ptr<Stream> stream) {
    worker.spawn("plain", answer_plainly(std::move(stream), in(trust.clock, seconds(5))));
  });
  (*listener)->start();
  const Outcome outcome = connect(trust, tls_to("good.test", (*listener)->port()));
  EXPECT_FALSE(outcome.stream);
  EXPECT_NE(outcome.words.find("TLS handshake failed"), std::string::npos) << outcome.words;
  listener->reset();
}

}  // namespace
}  // namespace omniroute::net
