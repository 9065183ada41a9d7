#include "omniroute/config/editor.hpp"

#include <atomic>
#include <thread>
#include <vector>

#include "editor_fixture.hpp"
#include "omniroute/crypto/digest.hpp"

namespace omniroute::config {
namespace {

using domain::AuthType;
using domain::Scope;

TEST_F(EditorTest, ANewAccountIsInTheSnapshotWhenTheCallReturns) {
  const auto account = create(account_draft("ds", "work"));
  ASSERT_TRUE(account) << account.error().message;
  EXPECT_EQ(account->provider, "deepseek");
  EXPECT_EQ(account->priority, 1);
  EXPECT_EQ(account->test_status, "unknown");
  EXPECT_EQ(account->created_ms, 1'800'000'000'000);
  ASSERT_NE(now()->account(account->id), nullptr);
  EXPECT_EQ(now()->account(account->id)->api_key.reveal(), "sk-1234567890abcd");
  EXPECT_EQ(now()->revision(), 1);
}

TEST_F(EditorTest, AccountFieldsAreCheckedAndNamed) {
  const auto with = [](auto&& change) {
    AccountDraft draft = account_draft("openai", "name");
    change(draft);
    return draft;
  };
  expect_error(create(with([](AccountDraft& d) { d.provider.reset(); })), ErrorKind::bad_request, "provider");
  expect_error(create(with([](AccountDraft& d) { d.provider = "nobody"; })), ErrorKind::bad_request, "provider");
  expect_error(create(with([](AccountDraft& d) { d.name = ""; })), ErrorKind::bad_request, "name");
  expect_error(create(with([](AccountDraft& d) { d.name = std::string(201, 'x'); })), ErrorKind::bad_request, "name");
  expect_error(create(with([](AccountDraft& d) { d.name = "two\nlines"; })), ErrorKind::bad_request, "name");
  expect_error(create(with([](AccountDraft& d) { d.api_key.reset(); })), ErrorKind::bad_request, "apiKey");
  expect_error(create(with([](AccountDraft& d) { d.api_key = Secret(); })), ErrorKind::bad_request, "apiKey");
  expect_error(create(with([](AccountDraft& d) { d.api_key = Secret(std::string(10'001, 'x')); })), ErrorKind::bad_request, "apiKey");
  expect_error(create(with([](AccountDraft& d) { d.api_key = Secret("a\r\nx-evil: 1"); })), ErrorKind::bad_request, "apiKey");
  expect_error(create(with([](AccountDraft& d) { d.priority = 0; })), ErrorKind::bad_request, "priority");
  expect_error(create(with([](AccountDraft& d) { d.priority = 101; })), ErrorKind::bad_request, "priority");
  expect_error(create(with([](AccountDraft& d) { d.proxy = Secret("ftp://x"); })), ErrorKind::bad_request, "proxy");
  expect_error(create(with([](AccountDraft& d) { d.default_model = std::string(201, 'x'); })), ErrorKind::bad_request, "defaultModel");
  expect_error(create(with([](AccountDraft& d) { d.auth_type = AuthType::oauth; })), ErrorKind::bad_request, "authType");
  expect_error(create(with([](AccountDraft& d) { d.auth_type = AuthType::none; })), ErrorKind::bad_request, "authType");
  EXPECT_TRUE(now()->all_accounts().empty());
  EXPECT_EQ(now()->revision(), 0);
  EXPECT_TRUE(create(with([](AccountDraft& d) {
    d.name = std::string(200, 'x');
    d.api_key = Secret(std::string(10'000, 'x'));
    d.priority = 100;
    d.proxy = Secret("socks5h://u:p@egress.example:1080");
  })));
}

TEST_F(EditorTest, NoErrorRepeatsASecret) {
  AccountDraft draft = account_draft("openai", "x");
  draft.api_key = Secret("verysecret key");
  const auto by_key = create(draft);
  ASSERT_FALSE(by_key);
  EXPECT_EQ(by_key.error().message.find("verysecret"), std::string::npos);
  draft = account_draft("openai", "x");
  draft.proxy = Secret("nonsense://user:verysecret@host");
  const auto by_proxy = create(draft);
  ASSERT_FALSE(by_proxy);
  EXPECT_EQ(by_proxy.error().message.find("verysecret"), std::string::npos);
}

TEST_F(EditorTest, AVendorsOwnLoginIsNotReplacedByAKey) {
  expect_error(create(account_draft("cc", "x")), ErrorKind::unsupported, "provider");
  EXPECT_TRUE(create(account_draft("kilocode", "x"))) << "documented for other tools";
}

TEST_F(EditorTest, TwoAccountsOfOneProviderHaveTwoNames) {
  ASSERT_TRUE(create(account_draft("openai", "work")));
  expect_error(create(account_draft("openai", "work")), ErrorKind::conflict, "name");
  EXPECT_TRUE(create(account_draft("groq", "work")));
  const auto other = create(account_draft("openai", "home"));
  ASSERT_TRUE(other);
  AccountDraft rename;
  rename.name = "work";
  expect_error(update(other->id, rename), ErrorKind::conflict, "name");
  rename.name = "home";
  EXPECT_TRUE(update(other->id, rename)) << "its own name is no other's";
}

TEST_F(EditorTest, AnAccountWithoutANameGetsOne) {
  AccountDraft draft = account_draft("openai", "Account 2");
  ASSERT_TRUE(create(draft));
  draft.name.reset();
  EXPECT_EQ(create(draft)->name, "Account 3");
}

TEST_F(EditorTest, PrioritiesAreAlwaysOneToN) {
  for (const char* name : {"a", "b", "c"}) ASSERT_TRUE(create(account_draft("groq", name)));
  EXPECT_EQ(order("groq"), "a1 b2 c3 ");
  AccountDraft first = account_draft("groq", "d");
  first.priority = 1;
  const auto d = create(first);
  EXPECT_EQ(d->priority, 1);
  EXPECT_EQ(order("groq"), "d1 a2 b3 c4 ");
  AccountDraft move;
  move.priority = 3;
  EXPECT_EQ(update(d->id, move)->priority, 3);
  EXPECT_EQ(order("groq"), "a1 b2 d3 c4 ");
  move.priority = 99;
  EXPECT_EQ(update(d->id, move)->priority, 4);
  EXPECT_EQ(order("groq"), "a1 b2 c3 d4 ");
  ASSERT_TRUE(test::run_task(editor_->remove_account(now()->accounts("groq")[1]->id)));
  EXPECT_EQ(order("groq"), "a1 c2 d3 ");
}

TEST_F(EditorTest, AnUpdateChangesOnlyWhatItNames) {
  const auto account = create(account_draft("openai", "work"));
  ASSERT_TRUE(account);
  ASSERT_TRUE(test::run_task(editor_->note_test(account->id, "401")));
  clock_.advance(std::chrono::seconds(1));
  AccountDraft change;
  change.active = false;
  const auto updated = update(account->id, change);
  ASSERT_TRUE(updated);
  EXPECT_FALSE(updated->active);
  EXPECT_EQ(updated->name, "work");
  EXPECT_EQ(updated->api_key.reveal(), account->api_key.reveal());
  EXPECT_EQ(updated->test_status, "error");
  EXPECT_EQ(updated->last_error, "401");
  EXPECT_EQ(updated->created_ms, account->created_ms);
  EXPECT_EQ(updated->updated_ms, account->updated_ms + 1000);
  EXPECT_TRUE(now()->accounts("openai").empty());

  change = {};
  change.api_key = Secret("sk-new");
  EXPECT_EQ(update(account->id, change)->test_status, "unknown") << "a new key is not yet tested";
  change = {};
  change.provider = "groq";
  expect_error(update(account->id, change), ErrorKind::bad_request, "provider");
  change.provider = "openai";
  EXPECT_TRUE(update(account->id, change));
  expect_error(update("nobody", {}), ErrorKind::not_found, "id");
  EXPECT_EQ(test::run_task(editor_->remove_account("nobody")).error().kind, ErrorKind::not_found);
}

TEST_F(EditorTest, ATestsResultIsKeptShort) {
  const auto account = create(account_draft("openai", "work"));
  std::string long_error;
  for (int i = 0; i < 400; ++i) long_error += "坏";
  ASSERT_TRUE(test::run_task(editor_->note_test(account->id, long_error)));
  const domain::Account* noted = now()->account(account->id);
  EXPECT_EQ(noted->test_status, "error");
  EXPECT_EQ(noted->last_error.size(), 498U) << "cut between characters";
  EXPECT_GT(noted->last_error_ms, 0);
  ASSERT_TRUE(test::run_task(editor_->note_test(account->id, "")));
  EXPECT_EQ(now()->account(account->id)->test_status, "ok");
  EXPECT_TRUE(now()->account(account->id)->last_error.empty());
  EXPECT_FALSE(test::run_task(editor_->note_test("nobody", "")));
}

TEST_F(EditorTest, AKeyIsShownOnceAndFoundByItsHash) {
  KeyDraft draft;
  draft.name = "laptop";
  const auto made = test::run_task(editor_->create_key(draft));
  ASSERT_TRUE(made);
  EXPECT_EQ(made->key.scopes, domain::Scopes(Scope::inference));
  EXPECT_EQ(made->key.hint, "…" + std::string(made->text.reveal().substr(made->text.reveal().size() - 4)));
  const domain::ApiKey* found = now()->key(crypto::sha256(made->text.reveal()));
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->id, made->key.id);

  const auto rotated = test::run_task(editor_->rotate_key(made->key.id, std::chrono::milliseconds(0)));
  ASSERT_TRUE(rotated);
  EXPECT_EQ(rotated->key.id, made->key.id);
  EXPECT_EQ(now()->key(crypto::sha256(made->text.reveal())), nullptr) << "the old text is dead";
  EXPECT_NE(now()->key(crypto::sha256(rotated->text.reveal())), nullptr);

  KeyDraft change;
  change.active = false;
  change.scopes = Scope::read | Scope::admin;
  const auto updated = test::run_task(editor_->update_key(made->key.id, change));
  ASSERT_TRUE(updated);
  EXPECT_EQ(updated->name, "laptop");
  EXPECT_FALSE(now()->key_by_id(made->key.id)->active);
  ASSERT_TRUE(test::run_task(editor_->remove_key(made->key.id)));
  EXPECT_TRUE(now()->keys().empty());
}

TEST_F(EditorTest, KeyFieldsAreCheckedAndNamed) {
  KeyDraft draft;
  expect_error(test::run_task(editor_->create_key(draft)), ErrorKind::bad_request, "name");
  draft.name = std::string(201, 'x');
  expect_error(test::run_task(editor_->create_key(draft)), ErrorKind::bad_request, "name");
  draft.name = "x";
  draft.scopes = domain::Scopes();
  expect_error(test::run_task(editor_->create_key(draft)), ErrorKind::bad_request, "scopes");
  expect_error(test::run_task(editor_->update_key("nobody", {})), ErrorKind::not_found, "id");
  expect_error(test::run_task(editor_->rotate_key("nobody", std::chrono::milliseconds(0))), ErrorKind::not_found, "id");
  EXPECT_EQ(test::run_task(editor_->remove_key("nobody")).error().kind, ErrorKind::not_found);
}

TEST_F(EditorTest, SettingsChangeTogetherOrNotAtAll) {
  ASSERT_TRUE(test::run_task(editor_->change_settings({{"heartbeat_ms", "5000"}, {"log_level", "\"debug\""}})));
  EXPECT_EQ(now()->settings().heartbeat, std::chrono::seconds(5));
  EXPECT_EQ(now()->settings().log_level, log::Level::debug);
  EXPECT_EQ(now()->setting_source("heartbeat_ms"), SettingSource::stored);

  const Status refused = test::run_task(editor_->change_settings({{"heartbeat_ms", "1"}, {"log_level", "\"loud\""}}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().param, "log_level");
  EXPECT_EQ(now()->settings().heartbeat, std::chrono::seconds(5));
  EXPECT_FALSE(test::run_task(editor_->change_settings({{"nonsense", "1"}})));

  ASSERT_TRUE(test::run_task(editor_->change_settings({{"heartbeat_ms", std::nullopt}})));
  EXPECT_EQ(now()->settings().heartbeat, std::chrono::seconds(15));
  EXPECT_EQ(now()->setting_source("heartbeat_ms"), SettingSource::fallback);
}

TEST_F(EditorTest, AVariableWinsOverWhatIsStored) {
  begin({{"HEARTBEAT_MS", "7000"}});
  ASSERT_TRUE(test::run_task(editor_->change_settings({{"heartbeat_ms", "5000"}})));
  EXPECT_EQ(now()->settings().heartbeat, std::chrono::seconds(7));
  EXPECT_EQ(now()->setting_source("heartbeat_ms"), SettingSource::environment);
}

TEST_F(EditorTest, ABrokenVariableStopsTheStart) {
  const Environment environment(Values{{"HEARTBEAT_MS", "soon"}});
  Editor editor(*database_, catalog_, publisher_, environment, clock_);
  const Status loaded = test::run_task(editor.load());
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().param, "HEARTBEAT_MS");
}

TEST_F(EditorTest, AllIsThereAgainAfterALoad) {
  ASSERT_TRUE(create(account_draft("openai", "work")));
  ASSERT_TRUE(create(node_draft("lab", "https://x.example/v1")));
  ASSERT_TRUE(test::run_task(editor_->change_settings({{"https_proxy", "\"http://user:pass@egress.example:1\""}})));
  Publisher fresh;
  Editor again(*database_, catalog_, fresh, Environment(), clock_);
  ASSERT_TRUE(test::run_task(again.load()));
  EXPECT_EQ(fresh.current()->revision(), now()->revision());
  EXPECT_EQ(fresh.current()->accounts("openai").size(), 1U);
  EXPECT_NE(fresh.current()->provider("lab"), nullptr);
  EXPECT_EQ(fresh.current()->settings().https_proxy.reveal(), "http://user:pass@egress.example:1");
}

TEST_F(EditorTest, AClosedDatabaseChangesNothing) {
  database_->close();
  const auto account = create(account_draft("openai", "work"));
  ASSERT_FALSE(account);
  EXPECT_EQ(account.error().kind, ErrorKind::internal);
  EXPECT_TRUE(now()->all_accounts().empty());
}

TEST_F(EditorTest, ChangesAtOnceFromManyThreadsDoNotContradictEachOther) {
  std::vector<std::thread> threads;
  std::atomic<int> made{0};
  std::atomic<int> refused{0};
  for (int thread = 0; thread < 8; ++thread)
    threads.emplace_back([&] {
      for (int i = 0; i < 10; ++i) {
        const auto account = create(account_draft("groq", "name " + std::to_string(i)));
        ++(account ? made : refused);
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(made, 10) << "one of each name";
  EXPECT_EQ(refused, 70);
  EXPECT_EQ(now()->revision(), 10);
  int priority = 0;
  for (const domain::Account* account : now()->accounts("groq")) EXPECT_EQ(account->priority, ++priority);
  EXPECT_EQ(priority, 10);
}

}  // namespace
}  // namespace omniroute::config
