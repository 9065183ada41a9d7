// Commands on a running daemon and on the data directory alone: one way, the same answers.
#include "commands.hpp"

#include <sys/stat.h>

#include "gateway.hpp"

namespace omniroute::test {
namespace {

using Json = nlohmann::json;

class Commands : public WithGateway {
 protected:
  app::Plan plan() const {
    app::Plan plan;
    plan.data_dir = folder.file("data");
    plan.version = "9.8.7";
    return plan;
  }

  /// One command as the program runs it; a failure is its message, with code 1.
  app::Output run(std::vector<std::string> words) const {
    const auto read = app::read_arguments(std::move(words), "9.8.7");
    if (const auto* stop = std::get_if<app::Stop>(&read)) return {stop->code, stop->text};
    Result<std::unique_ptr<app::Channel>> channel = app::open_channel(plan());
    if (!channel) return {1, channel.error().message};
    Result<app::Output> output = app::run_command(std::get<app::Arguments>(read), environment, **channel);
    if (!output) return {1, output.error().message};
    return *std::move(output);
  }
  Json json_of(std::vector<std::string> words) const {
    words.emplace_back("--json");
    const app::Output output = run(std::move(words));
    EXPECT_EQ(output.code, 0) << output.text;
    return Json::parse(output.text, nullptr, false);
  }

  /// What every command does, wherever it runs.
  void play() {
    const Json made = json_of({"key", "create", "--name", "laptop"});
    EXPECT_EQ(made.size(), 3U);
    EXPECT_EQ(made["name"], "laptop");
    EXPECT_EQ(json_of({"key", "list"})["keys"].back()["id"], made["id"]);
    const Json rotated = json_of({"key", "rotate", "laptop"});
    EXPECT_EQ(rotated["id"], made["id"]);
    EXPECT_NE(rotated["key"], made["key"]);

    const Json node = json_of({"node", "add", "--prefix", "oc", "--name", "Own", "--type", "openai", "--base-url", "http://127.0.0.1:9/v1",
                               "--api-key", "env:NODE_KEY"});
    EXPECT_EQ(node["prefix"], "oc");
    EXPECT_EQ(node["connection"]["apiKeyHint"], "…9876");
    EXPECT_EQ(json_of({"node", "list"})["nodes"].size(), 1U);
    const app::Output test = run({"node", "test", "oc", "--json"});
    EXPECT_EQ(test.code, 1);
    EXPECT_EQ(Json::parse(test.text)["results"][0]["type"], "network_error");

    EXPECT_EQ(json_of({"provider", "add", "--provider", "groq", "--api-key", "gsk-1234567890", "--name", "work"})["name"], "work");
    EXPECT_EQ(json_of({"provider", "list"})["connections"].size(), 2U);
    EXPECT_EQ(json_of({"provider", "remove", "work"})["success"], true);
    EXPECT_EQ(json_of({"node", "remove", "oc"})["success"], true);
    EXPECT_EQ(json_of({"provider", "list"})["connections"].size(), 0U);
    EXPECT_EQ(json_of({"key", "remove", "laptop"})["success"], true);

    EXPECT_EQ(json_of({"settings", "set", "connect_timeout_ms", "1234"})["value"], 1234);
    EXPECT_EQ(json_of({"settings", "set", "cors_origins", "https://a.example,https://b.example"})["value"].size(), 2U);
    EXPECT_EQ(json_of({"settings", "set", "connect_timeout_ms", "--default"})["source"], "default");
    EXPECT_GT(json_of({"settings", "list"})["settings"].size(), 10U);
  }

  config::Environment environment{Variables{{"NODE_KEY", "a-node-key-9876"}}};
};

TEST_F(Commands, WorkOnTheDataDirectoryAlone) { play(); }

TEST_F(Commands, WorkOnARunningDaemon) {
  start();
  play();
}

TEST_F(Commands, WhatOneMadeTheOtherKnows) {
  const std::string key = json_of({"key", "create", "--name", "before"})["key"];
  start();
  EXPECT_TRUE(daemon->first_key().empty()) << "there is a key already";
  EXPECT_EQ(ask("GET", "/v1/models", "", {{"Authorization", "Bearer " + key}}).status, 200);
  const std::string second = json_of({"key", "create", "--name", "during"})["key"];
  EXPECT_EQ(ask("GET", "/v1/models", "", {{"Authorization", "Bearer " + second}}).status, 200);
  daemon.reset();
  EXPECT_EQ(json_of({"key", "list"})["keys"].size(), 2U);
}

TEST_F(Commands, TablesAreForPeople) {
  EXPECT_NE(run({"key", "create", "--name", "laptop"}).text.find("\nsk-"), std::string::npos);
  const std::string keys = run({"key", "list"}).text;
  EXPECT_TRUE(keys.starts_with("NAME")) << keys;
  EXPECT_NE(keys.find("\nlaptop  …"), std::string::npos) << keys;
  EXPECT_TRUE(run({"settings", "list"}).text.starts_with("SETTING"));
  EXPECT_TRUE(run({"node", "list"}).text.starts_with("PREFIX"));
  EXPECT_TRUE(run({"provider", "list"}).text.starts_with("NAME"));
}

TEST_F(Commands, FailWithTheWordsOfTheManagementApi) {
  EXPECT_EQ(run({"key", "remove", "nobody"}).text, "There is no key nobody.");
  const app::Output twice = run({"node", "add", "--prefix", "groq", "--base-url", "http://127.0.0.1:9"});
  EXPECT_EQ(twice.code, 1);
  EXPECT_NE(twice.text.find("groq"), std::string::npos);
  EXPECT_NE(run({"provider", "add", "--provider", "groq", "--api-key", "env:NOT_SET"}).text.find("NOT_SET"), std::string::npos);
  EXPECT_NE(run({"settings", "set", "no_such", "1"}).text.find("no_such"), std::string::npos);
  json_of({"key", "create", "--name", "same"});
  json_of({"key", "create", "--name", "same"});
  EXPECT_NE(run({"key", "remove", "same"}).text.find("by its id"), std::string::npos);
}

TEST_F(Commands, HealthIsThatOfTheDaemon) {
  EXPECT_EQ(app::reach_daemon(folder.file("data")), nullptr);
  start();
  const std::unique_ptr<app::Channel> channel = app::reach_daemon(folder.file("data"));
  ASSERT_NE(channel, nullptr);
  const Result<app::Answer> answer = channel->ask("GET", "/api/monitoring/health", "");
  ASSERT_TRUE(answer);
  EXPECT_TRUE(Json::parse(answer->body).contains("system")) << "the control socket is an admin's";
  const Result<app::Answer> open = app::reach_port(daemon->port())->ask("GET", "/api/monitoring/health", "");
  ASSERT_TRUE(open);
  EXPECT_FALSE(Json::parse(open->body).contains("system"));
}

TEST_F(Commands, TheControlSocketIsForTheOwnerAlone) {
  start();
  struct stat info {};
  ASSERT_EQ(::stat(app::control_socket(folder.file("data")).c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  daemon.reset();
  EXPECT_NE(::stat(app::control_socket(folder.file("data")).c_str(), &info), 0) << "it goes with the daemon";
}

TEST_F(Commands, ADataDirectoryWithALongPathWorks) {
  app::ServeOptions options;
  options.data_dir = folder.file(std::string(100, 'a')) + "/" + std::string(100, 'b');
  options.version = "9.8.7";
  options.log_level = log::Level::off;
  Result<std::unique_ptr<app::Daemon>> started = app::Daemon::open(options);
  ASSERT_TRUE(started) << started.error().message;
  (*started)->start();
  const std::unique_ptr<app::Channel> channel = app::reach_daemon(options.data_dir);
  ASSERT_NE(channel, nullptr);
  EXPECT_EQ(channel->ask("GET", "/api/keys", "")->status, 200);
}

}  // namespace
}  // namespace omniroute::test
