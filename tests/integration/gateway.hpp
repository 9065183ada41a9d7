#pragma once
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <stdexcept>
#include <string>

#include "daemon.hpp"
#include "plain_client.hpp"
#include "temp_folder.hpp"

namespace omniroute::test {

inline const std::string password = "correct horse battery";

/// A test that has a daemon to talk to: on a free port, with two workers and a data directory of its own.
class WithGateway : public testing::Test {
 protected:
  using Variables = std::map<std::string, std::string, std::less<>>;

  void start(Variables variables = {{"INITIAL_PASSWORD", password}}) {
    app::ServeOptions options;
    options.data_dir = folder.file("data");
    options.environment = config::Environment(std::move(variables));
    options.version = "9.8.7";
    options.log_level = log::Level::off;
    options.workers = 2;
    Result<std::unique_ptr<app::Daemon>> started = app::Daemon::open(std::move(options));
    if (!started) throw std::runtime_error(started.error().message);
    daemon = *std::move(started);
    daemon->start();
  }
  void TearDown() override { daemon.reset(); }

  PlainReply ask(const std::string& method, const std::string& target, const std::string& body = "", PlainHeaders headers = {}) const {
    return plain_request(daemon->port(), method, target, body, std::move(headers));
  }
  /// With the session that log_in() began.
  PlainReply admin(const std::string& method, const std::string& target, const std::string& body = "", PlainHeaders headers = {}) const {
    headers.emplace_back("Cookie", cookie);
    if (method != "GET") headers.emplace_back("Content-Type", "application/json");
    return plain_request(daemon->port(), method, target, body, std::move(headers));
  }
  void log_in() {
    const PlainReply reply = ask("POST", "/api/auth/login", R"({"password":")" + password + R"("})");
    ASSERT_EQ(reply.status, 200) << reply.body;
    cookie = reply.header("set-cookie");
    cookie = cookie.substr(0, cookie.find(';'));
  }

  TempFolder folder;
  std::unique_ptr<app::Daemon> daemon;
  std::string cookie;
};

}  // namespace omniroute::test
