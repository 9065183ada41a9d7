#pragma once
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "omniroute/base/clock.hpp"
#include "omniroute/store/database.hpp"
#include "omniroute/store/repositories.hpp"
#include "run_task.hpp"
#include "temp_folder.hpp"

namespace omniroute::store {

/// A data directory of its own and the ways to it.
class StoreTest : public testing::Test {
 protected:
  Result<std::unique_ptr<Database>> try_open(const std::string& key_text = "", const std::string& vfs = "") {
    OpenOptions options;
    options.directory = data();
    options.encryption_key = Secret(key_text);
    options.vfs = vfs;
    return Database::open(std::move(options), clock_);
  }
  std::unique_ptr<Database> open(const std::string& key_text = "", const std::string& vfs = "") {
    auto database = try_open(key_text, vfs);
    EXPECT_TRUE(database) << (database ? "" : database.error().message + " / " + database.error().detail);
    return database ? std::move(*database) : nullptr;
  }
  static Status write(Database& database, Database::StatusWork work) { return test::run_task(database.write(std::move(work))); }
  template <class T>
  static Result<T> read(Database& database, Database::Work<T> work) {
    return test::run_task(database.read<T>(std::move(work)));
  }
  static domain::Account account(std::string id, std::string key) {
    domain::Account account;
    account.id = std::move(id);
    account.provider = "openai";
    account.name = "name of " + account.id;
    account.api_key = Secret(std::move(key));
    account.proxy = Secret("http://user:proxypassword@proxy.example:8080");
    account.created_ms = 5;
    return account;
  }
  static Status save(Database& database, domain::Account account) {
    return write(database, [account = std::move(account)](Transaction& t) { return Accounts(t).save(account); });
  }
  static std::vector<domain::Account> accounts(Database& database) {
    auto all = read<std::vector<domain::Account>>(database, [](Transaction& t) { return Accounts(t).all(); });
    EXPECT_TRUE(all) << (all ? "" : all.error().message);
    return all ? *std::move(all) : std::vector<domain::Account>();
  }
  [[nodiscard]] std::string data() const { return folder_.file("data"); }
  [[nodiscard]] std::string file(const std::string& name) const { return data() + "/" + name; }

  test::TempFolder folder_;
  ManualClock clock_;
};

}  // namespace omniroute::store
