// Starting and stopping.
#include <chrono>
#include <thread>

#include "gateway.hpp"

namespace omniroute::test {
namespace {

using std::chrono::steady_clock;

class Lifecycle : public WithGateway {
 protected:
  Result<std::unique_ptr<app::Daemon>> start_at(std::uint16_t port, const std::string& data, const std::string& host = "127.0.0.1",
                                                Variables variables = {}) {
    app::ServeOptions options;
    options.data_dir = data;
    options.environment = config::Environment(std::move(variables));
    options.version = "9.8.7";
    options.log_level = log::Level::off;
    options.host = host;
    options.port = port;
    Result<std::unique_ptr<app::Daemon>> opened = app::Daemon::open(std::move(options));
    if (opened) (*opened)->start();
    return opened;
  }
};

TEST_F(Lifecycle, TheFirstStartMakesOneKeyThatWorksAndTheSecondNone) {
  start({});
  const std::string key(daemon->first_key().reveal());
  ASSERT_FALSE(key.empty());
  const std::string body = R"({"model":"demo/echo","stream":true,"messages":[{"role":"user","content":"one two three"}]})";
  const PlainReply reply = ask("POST", "/v1/chat/completions", body, {{"Authorization", "Bearer " + key}});
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_NE(reply.body.find("three"), std::string::npos) << reply.body;
  EXPECT_TRUE(reply.body.ends_with("data: [DONE]\n\n")) << reply.body;
  daemon.reset();
  start({});
  EXPECT_TRUE(daemon->first_key().empty());
  EXPECT_EQ(ask("GET", "/v1/models", "", {{"Authorization", "Bearer " + key}}).status, 200);
}

TEST_F(Lifecycle, APortInUseIsNamedWithTheCure) {
  start();
  const Result<std::unique_ptr<app::Daemon>> second = start_at(daemon->port(), folder.file("other"));
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().message.find(std::to_string(daemon->port())), std::string::npos) << second.error().message;
  EXPECT_NE(second.error().message.find("--port"), std::string::npos);
}

TEST_F(Lifecycle, ADataDirectoryInUseIsNamed) {
  start();
  const Result<std::unique_ptr<app::Daemon>> second = start_at(0, folder.file("data"));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::conflict);
  EXPECT_NE(second.error().message.find(folder.file("data")), std::string::npos) << second.error().message;
}

TEST_F(Lifecycle, AWrongVariableIsNamed) {
  const Result<std::unique_ptr<app::Daemon>> started = start_at(0, folder.file("data"), "127.0.0.1", {{"SHUTDOWN_TIMEOUT_MS", "soon"}});
  ASSERT_FALSE(started);
  EXPECT_NE(started.error().message.find("SHUTDOWN_TIMEOUT_MS"), std::string::npos) << started.error().message;
}

TEST_F(Lifecycle, BeyondLoopbackKeysAreNeededWhateverTheSettingSays) {
  const std::string body = R"({"model":"demo/echo","messages":[{"role":"user","content":"x"}]})";
  start({{"REQUIRE_API_KEY", "false"}});
  EXPECT_EQ(ask("POST", "/v1/chat/completions", body).status, 200);
  daemon.reset();
  Result<std::unique_ptr<app::Daemon>> wide = start_at(0, folder.file("data"), "0.0.0.0", {{"REQUIRE_API_KEY", "false"}});
  ASSERT_TRUE(wide) << wide.error().message;
  EXPECT_EQ(plain_request((*wide)->port(), "POST", "/v1/chat/completions", body).status, 401);
  EXPECT_EQ(plain_request((*wide)->port(), "GET", "/healthz", "", {}, "gateway.internal:20128").status, 200)
      << "no page can have a name there";
  EXPECT_EQ(plain_request((*wide)->port(), "GET", "/healthz", "", {}, "192.0.2.7:20128").status, 200);
  EXPECT_EQ(plain_request((*wide)->port(), "GET", "/healthz", "", {}, "evil.example:20128").status, 403) << "a page may";
}

TEST_F(Lifecycle, LoopbackIsKnownByItsAddress) {
  for (const char* host : {"localhost", "127.0.0.1", "127.1.2.3", "::1"}) EXPECT_TRUE(app::is_loopback(host)) << host;
  for (const char* host : {"0.0.0.0", "::", "192.168.1.2", "example.com", ""}) EXPECT_FALSE(app::is_loopback(host)) << host;
}

TEST_F(Lifecycle, ADrainLetsAStreamFinishAndTakesNothingNew) {
  start();
  log_in();
  const std::string key = admin("POST", "/api/keys", R"({"name":"k"})").json()["key"];
  PlainReply story;
  std::thread reader([&] {
    story = ask("POST", "/v1/chat/completions", R"({"model":"demo/story","stream":true,"messages":[{"role":"user","content":"go"}]})",
                {{"Authorization", "Bearer " + key}});
  });
  const auto give_up = steady_clock::now() + std::chrono::seconds(10);
  while (daemon->drained() && steady_clock::now() < give_up) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  EXPECT_FALSE(daemon->drained());
  daemon->begin_drain();
  EXPECT_EQ(ask("GET", "/healthz").status, 0);
  while (!daemon->drained() && steady_clock::now() < give_up + std::chrono::seconds(30))
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  daemon->stop();
  reader.join();
  EXPECT_EQ(story.status, 200);
  EXPECT_TRUE(story.body.ends_with("data: [DONE]\n\n")) << story.body.substr(story.body.size() < 200 ? 0 : story.body.size() - 200);
}

TEST_F(Lifecycle, AStopDoesNotWaitForIdleOrHalfOpenConnections) {
  start();
  std::thread idle([port = daemon->port()] { plain_exchange(port, ""); });
  std::thread half_open([port = daemon->port()] { plain_exchange(port, "POST /v1/chat/completions HTTP/1.1\r\nHost: "); });
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  const auto began = steady_clock::now();
  daemon->begin_drain();
  daemon->stop();
  EXPECT_LT(steady_clock::now() - began, std::chrono::seconds(3));
  idle.join();
  half_open.join();
}

}  // namespace
}  // namespace omniroute::test
