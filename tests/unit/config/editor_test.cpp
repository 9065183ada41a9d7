#include "omniroute/config/editor.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "omniroute/crypto/digest.hpp"
#include "run_task.hpp"
#include "temp_folder.hpp"

namespace omniroute::config {
namespace {

using domain::AuthType;
using domain::Format;
using domain::Scope;
using Values = std::map<std::string, std::string, std::less<>>;

class EditorTest : public testing::Test {
 protected:
  EditorTest() { begin({}); }

  void begin(Values variables) {
    editor_ = std::make_unique<Editor>(*database_, catalog_, publisher_, Environment(std::move(variables)), clock_);
    const Status loaded = test::run_task(editor_->load());
    EXPECT_TRUE(loaded) << (loaded ? "" : loaded.error().message);
  }
  [[nodiscard]] std::shared_ptr<const Snapshot> now() const { return publisher_.current(); }

  static AccountDraft account_draft(std::string provider, std::string name) {
    AccountDraft draft;
    draft.provider = std::move(provider);
    draft.name = std::move(name);
    draft.api_key = Secret("sk-1234567890abcd");
    return draft;
  }
  Result<domain::Account> create(AccountDraft draft) { return test::run_task(editor_->create_account(std::move(draft))); }
  Result<domain::Account> update(std::string id, AccountDraft draft) {
    return test::run_task(editor_->update_account(std::move(id), std::move(draft)));
  }
  static NodeDraft node_draft(std::string prefix, std::string url) {
    NodeDraft draft;
    draft.prefix = std::move(prefix);
    draft.base_url = std::move(url);
    return draft;
  }
  Result<domain::Node> create(NodeDraft draft) { return test::run_task(editor_->create_node(std::move(draft))); }
  template <class T>
  static void expect_error(const Result<T>& result, ErrorKind kind, std::string_view param) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, kind) << result.error().message;
    EXPECT_EQ(result.error().param, param) << result.error().message;
  }
  [[nodiscard]] std::string order(const std::string& provider) const {
    std::string text;
    for (const domain::Account* account : now()->accounts(provider)) text += account->name + std::to_string(account->priority) + " ";
    return text;
  }

  ManualClock clock_;
  std::unique_ptr<store::Database> database_ = *store::Database::open_in_memory(clock_);
  std::shared_ptr<const catalog::Catalog> catalog_ = std::make_shared<const catalog::Catalog>(*catalog::Catalog::embedded());
  Publisher publisher_;
  std::unique_ptr<Editor> editor_;
};

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
    d.proxy = Secret("socks5h://u:p@proxy.example:1080");
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

TEST_F(EditorTest, ANodeIsAProviderAtOnce) {
  const auto node = create(node_draft("lab", "http://192.168.1.5:11434/v1/"));
  ASSERT_TRUE(node) << node.error().message;
  EXPECT_EQ(node->name, "lab");
  EXPECT_EQ(node->format, Format::openai_chat);
  EXPECT_EQ(node->base_url, "http://192.168.1.5:11434/v1");
  ASSERT_NE(now()->provider("lab"), nullptr);
  EXPECT_EQ(now()->provider("lab")->chat_url, "http://192.168.1.5:11434/v1/chat/completions");
  AccountDraft keyless;
  keyless.provider = "lab";
  const auto account = create(keyless);
  ASSERT_TRUE(account) << account.error().message;
  EXPECT_EQ(account->auth_type, AuthType::none);
  EXPECT_EQ(account->provider, node->id);
  EXPECT_EQ(now()->accounts(node->id).size(), 1U);
}

TEST_F(EditorTest, BaseUrlsLoseWhatTheFormatAddsItself) {
  const auto base = [&](Format format, std::string url) {
    NodeDraft draft = node_draft("p" + std::to_string(now()->nodes().size()), std::move(url));
    draft.format = format;
    const auto node = create(std::move(draft));
    EXPECT_TRUE(node) << (node ? "" : node.error().message);
    return node ? node->base_url : "";
  };
  EXPECT_EQ(base(Format::anthropic, "https://x.example/v1/messages"), "https://x.example/v1");
  EXPECT_EQ(base(Format::anthropic, "https://x.example/v1/messages/"), "https://x.example/v1");
  EXPECT_EQ(base(Format::anthropic, "https://x.example/v1/"), "https://x.example/v1");
  EXPECT_EQ(base(Format::openai_chat, "https://x.example/v1/chat/completions"), "https://x.example/v1");
  EXPECT_EQ(base(Format::openai_responses, "https://x.example/v1/responses"), "https://x.example/v1");
  EXPECT_EQ(base(Format::gemini, "https://x.example/v1beta/models"), "https://x.example/v1beta");
  EXPECT_EQ(base(Format::openai_chat, "https://x.example"), "https://x.example");
}

TEST_F(EditorTest, BaseUrlsThatAreNoProvidersAreRefused) {
  for (const std::string url :
       {"", "x.example", "ftp://x.example", "file:///etc/passwd", "https://user:pass@x.example/v1", "https://x.example/v1?key=1",
        "https://x.example/v1#f", "http://169.254.169.254/latest", "http://[fe80::1]/", "http://0.0.0.0/", "http://224.0.0.1/",
        "http://[::ffff:169.254.169.254]/", "http://2852039166/", "http://0xA9FEA9FE/", "http://0x7f.1/", "http://127.1/", "http://x y/"}) {
    const auto node = create(node_draft("lab", url));
    expect_error(node, ErrorKind::bad_request, "baseUrl");
  }
  EXPECT_TRUE(now()->nodes().empty());
}

TEST_F(EditorTest, PrefixesMeanOneThing) {
  expect_error(create(node_draft("openai", "https://x.example")), ErrorKind::conflict, "prefix");
  expect_error(create(node_draft("CC", "https://x.example")), ErrorKind::conflict, "prefix");
  expect_error(create(node_draft("deepseek", "https://x.example")), ErrorKind::conflict, "prefix");
  ASSERT_TRUE(create(node_draft("Lab", "https://x.example")));
  expect_error(create(node_draft("lab", "https://y.example")), ErrorKind::conflict, "prefix");
  const auto other = create(node_draft("other", "https://y.example"));
  ASSERT_TRUE(other);
  NodeDraft rename;
  rename.prefix = "LAB";
  expect_error(test::run_task(editor_->update_node(other->id, rename)), ErrorKind::conflict, "prefix");
  for (const std::string bad : {"", "with/slash", "with space", "..", std::string(51, 'x').c_str(), "ü"})
    expect_error(create(node_draft(bad, "https://x.example")), ErrorKind::bad_request, "prefix");
  NodeDraft none;
  expect_error(create(none), ErrorKind::bad_request, "prefix");
  none.prefix = "fine";
  expect_error(create(none), ErrorKind::bad_request, "baseUrl");
}

TEST_F(EditorTest, ACertificateFileMustBeOne) {
  const test::TempFolder folder;
  test::write_file(folder.file("ca.pem"), "text\n-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n");
  test::write_file(folder.file("no.pem"), "nothing");
  NodeDraft draft = node_draft("lab", "https://x.example");
  for (const std::string& bad : {std::string("relative.pem"), folder.file("missing.pem"), folder.file("no.pem"), folder.path()}) {
    draft.ca_file = bad;
    expect_error(create(draft), ErrorKind::bad_request, "caFile");
  }
  draft.ca_file = folder.file("ca.pem");
  ASSERT_TRUE(create(draft));
  EXPECT_EQ(now()->provider("lab")->ca_file, folder.file("ca.pem"));
}

TEST_F(EditorTest, AnUpdatedNodeKeepsItsAccountsAndARemovedOneTakesThemAlong) {
  const auto node = create(node_draft("lab", "https://x.example/v1"));
  ASSERT_TRUE(create(account_draft("lab", "one")));
  NodeDraft change;
  change.prefix = "shop";
  change.format = Format::anthropic;
  change.base_url = "https://y.example/v1/messages";
  const auto updated = test::run_task(editor_->update_node(node->id, change));
  ASSERT_TRUE(updated);
  EXPECT_EQ(updated->base_url, "https://y.example/v1");
  EXPECT_EQ(now()->provider("lab"), nullptr);
  EXPECT_EQ(now()->accounts(now()->provider("shop")->id).size(), 1U);
  ASSERT_TRUE(test::run_task(editor_->remove_node(node->id)));
  EXPECT_EQ(now()->provider("shop"), nullptr);
  EXPECT_TRUE(now()->all_accounts().empty());
  EXPECT_EQ(test::run_task(editor_->remove_node(node->id)).error().kind, ErrorKind::not_found);
  EXPECT_EQ(test::run_task(editor_->update_node(node->id, {})).error().kind, ErrorKind::not_found);
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

  const auto rotated = test::run_task(editor_->rotate_key(made->key.id));
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
  expect_error(test::run_task(editor_->rotate_key("nobody")), ErrorKind::not_found, "id");
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
  ASSERT_TRUE(test::run_task(editor_->change_settings({{"https_proxy", "\"http://user:pass@proxy.example:1\""}})));
  Publisher fresh;
  Editor again(*database_, catalog_, fresh, Environment(), clock_);
  ASSERT_TRUE(test::run_task(again.load()));
  EXPECT_EQ(fresh.current()->revision(), now()->revision());
  EXPECT_EQ(fresh.current()->accounts("openai").size(), 1U);
  EXPECT_NE(fresh.current()->provider("lab"), nullptr);
  EXPECT_EQ(fresh.current()->settings().https_proxy.reveal(), "http://user:pass@proxy.example:1");
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
