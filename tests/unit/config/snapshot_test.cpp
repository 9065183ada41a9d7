#include "omniroute/config/snapshot.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "omniroute/config/publisher.hpp"

namespace omniroute::config {
namespace {

std::shared_ptr<const catalog::Catalog> embedded() {
  static const auto catalog = std::make_shared<const catalog::Catalog>(*catalog::Catalog::embedded());
  return catalog;
}

domain::Account account(std::string id, std::string provider, int priority, bool active = true) {
  domain::Account account;
  account.id = std::move(id);
  account.provider = std::move(provider);
  account.api_key = Secret("k");
  account.priority = priority;
  account.active = active;
  return account;
}

domain::Node node(std::string id, std::string prefix) {
  domain::Node node;
  node.id = std::move(id);
  node.prefix = std::move(prefix);
  node.base_url = "https://lab.example/v1";
  return node;
}

std::string ids(std::span<const domain::Account* const> accounts) {
  std::string text;
  for (const domain::Account* one : accounts) text += one->id + " ";
  return text;
}

TEST(Snapshot, FindsProvidersByAliasIdAndPrefix) {
  Rows rows;
  rows.nodes = {node("node-1", "lab")};
  const Snapshot snapshot(embedded(), std::move(rows));
  EXPECT_EQ(snapshot.provider("ds")->id, "deepseek");
  EXPECT_EQ(snapshot.provider("deepseek")->id, "deepseek");
  EXPECT_EQ(snapshot.provider("lab")->chat_url, "https://lab.example/v1/chat/completions");
  EXPECT_EQ(snapshot.provider("node-1"), snapshot.provider("lab"));
  EXPECT_EQ(snapshot.provider("nobody"), nullptr);
  EXPECT_EQ(snapshot.providers().size(), embedded()->providers().size() + 1);
  EXPECT_TRUE(snapshot.providers().back()->is_node);
  EXPECT_EQ(snapshot.node("node-1")->prefix, "lab");
  EXPECT_EQ(snapshot.node("lab"), nullptr);
}

TEST(Snapshot, TheCatalogWinsOverANodeOfTheSameName) {
  Rows rows;
  rows.nodes = {node("node-1", "openai")};
  const Snapshot snapshot(embedded(), std::move(rows));
  EXPECT_FALSE(snapshot.provider("openai")->is_node);
  EXPECT_TRUE(snapshot.provider("node-1")->is_node);
}

TEST(Snapshot, ListsActiveAccountsInOrderOfPriority) {
  Rows rows;
  rows.accounts = {account("c", "groq", 3), account("off", "groq", 1, false), account("a", "groq", 2), account("b", "groq", 2),
                   account("x", "openai", 1)};
  const Snapshot snapshot(embedded(), std::move(rows));
  EXPECT_EQ(ids(snapshot.accounts("groq")), "a b c ");
  EXPECT_EQ(ids(snapshot.accounts("openai")), "x ");
  EXPECT_TRUE(snapshot.accounts("mistral").empty());
  EXPECT_EQ(snapshot.all_accounts().size(), 5U);
  EXPECT_EQ(snapshot.account("off")->priority, 1);
  EXPECT_EQ(snapshot.account("nobody"), nullptr);
}

TEST(Snapshot, AnAccountWithoutItsKeyWaitsUntilItHasOne) {
  Rows rows;
  rows.accounts = {account("waits", "groq", 1), account("a", "groq", 2)};
  rows.accounts.front().api_key = Secret();
  const Snapshot snapshot(embedded(), std::move(rows));
  EXPECT_EQ(ids(snapshot.accounts("groq")), "a ");
  EXPECT_NE(snapshot.account("waits"), nullptr) << "it is still there to be shown and given a key";
}

TEST(Snapshot, AProviderThatAsksForNothingHasAnAccountWithoutARow) {
  const Snapshot snapshot(embedded(), Rows());
  const auto accounts = snapshot.accounts("demo");
  ASSERT_EQ(accounts.size(), 1U);
  EXPECT_EQ(accounts[0]->auth_type, domain::AuthType::none);
  EXPECT_EQ(snapshot.account("demo"), accounts[0]);
  EXPECT_TRUE(snapshot.all_accounts().empty());
  Rows rows;
  rows.accounts = {account("mine", "demo", 1)};
  EXPECT_EQ(ids(Snapshot(embedded(), std::move(rows)).accounts("demo")), "mine ");
}

TEST(Snapshot, FindsKeysByHash) {
  Rows rows;
  for (int i = 0; i < 100; ++i) {
    domain::ApiKey key;
    key.id = "key-" + std::to_string(i);
    key.hash = crypto::sha256("text " + std::to_string(i));
    key.active = i % 2 == 0;
    rows.keys.push_back(key);
  }
  const Snapshot snapshot(embedded(), std::move(rows));
  for (int i = 0; i < 100; ++i) {
    const domain::ApiKey* key = snapshot.key(crypto::sha256("text " + std::to_string(i)));
    ASSERT_NE(key, nullptr);
    EXPECT_EQ(key->id, "key-" + std::to_string(i));
  }
  EXPECT_EQ(snapshot.key(crypto::sha256("text 100")), nullptr);
  crypto::Sha256 near = crypto::sha256("text 1");
  near[31] ^= 1;
  EXPECT_EQ(snapshot.key(near), nullptr);
  EXPECT_EQ(snapshot.key_by_id("key-7")->hash, crypto::sha256("text 7"));
  EXPECT_EQ(snapshot.key_by_id("key-100"), nullptr);
}

TEST(Snapshot, TellsWhoListsAModel) {
  const Snapshot snapshot(embedded(), Rows());
  const auto one = snapshot.listing("gpt-4-turbo");
  ASSERT_EQ(one.size(), 1U);
  EXPECT_EQ(one[0]->id, "openai");
  const auto several = snapshot.listing("gpt-4o");
  EXPECT_GE(several.size(), 2U) << "openai and github";
  EXPECT_TRUE(snapshot.listing("no-such-model").empty());
}

TEST(Snapshot, TellsWhereASettingComesFrom) {
  Rows rows;
  rows.setting_sources["log_level"] = SettingSource::environment;
  const Snapshot snapshot(embedded(), std::move(rows));
  EXPECT_EQ(to_string(snapshot.setting_source("log_level")), "environment");
  EXPECT_EQ(to_string(snapshot.setting_source("heartbeat_ms")), "default");
}

std::shared_ptr<const Snapshot> snapshot_of(std::int64_t revision) {
  Rows rows;
  rows.revision = revision;
  return std::make_shared<const Snapshot>(embedded(), std::move(rows));
}

TEST(Publisher, DeliversThePresentOneAndEachNewerOne) {
  Publisher publisher;
  EXPECT_EQ(publisher.current(), nullptr);
  std::vector<std::int64_t> seen;
  publisher.subscribe([&](const std::shared_ptr<const Snapshot>& snapshot) { seen.push_back(snapshot->revision()); });
  publisher.publish(snapshot_of(1));
  publisher.publish(snapshot_of(3));
  publisher.publish(snapshot_of(2));
  publisher.publish(snapshot_of(3));
  EXPECT_EQ(seen, (std::vector<std::int64_t>{1, 3}));
  EXPECT_EQ(publisher.current()->revision(), 3);
  const std::uint64_t number =
      publisher.subscribe([&](const std::shared_ptr<const Snapshot>& snapshot) { seen.push_back(-snapshot->revision()); });
  publisher.unsubscribe(number);
  publisher.publish(snapshot_of(4));
  EXPECT_EQ(seen, (std::vector<std::int64_t>{1, 3, -3, 4}));
}

TEST(Publisher, EachSubscriberCountsItsOwnReferences) {
  Publisher publisher;
  std::shared_ptr<const Snapshot> first;
  std::shared_ptr<const Snapshot> second;
  publisher.subscribe([&](std::shared_ptr<const Snapshot> snapshot) { first = std::move(snapshot); });
  publisher.subscribe([&](std::shared_ptr<const Snapshot> snapshot) { second = std::move(snapshot); });
  publisher.publish(snapshot_of(1));
  EXPECT_EQ(first.get(), second.get());
  EXPECT_EQ(first.use_count(), 1);
  const std::weak_ptr<const Snapshot> watch = publisher.current();
  publisher.publish(snapshot_of(2));
  EXPECT_TRUE(watch.expired()) << "nobody holds the old one any more";
}

TEST(Publisher, ManyThreadsPublishAndTheNewestStays) {
  Publisher publisher;
  std::atomic<std::int64_t> last{0};
  std::atomic<bool> backwards{false};
  publisher.subscribe([&](const std::shared_ptr<const Snapshot>& snapshot) {
    if (snapshot->revision() <= last) backwards = true;
    last = snapshot->revision();
  });
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread)
    threads.emplace_back([&, thread] {
      for (int i = 1; i <= 10; ++i) publisher.publish(snapshot_of(i * 4 + thread));
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(publisher.current()->revision(), 43);
  EXPECT_EQ(last, 43);
  EXPECT_FALSE(backwards);
}

}  // namespace
}  // namespace omniroute::config
