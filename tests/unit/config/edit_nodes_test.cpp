#include "editor_fixture.hpp"
#include "temp_folder.hpp"

namespace omniroute::config {
namespace {

using domain::AuthType;
using domain::Format;

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
  const std::string too_long(51, 'x');
  for (const char* bad : {"", "with/slash", "with space", "..", too_long.c_str(), "ü"})
    expect_error(create(node_draft(bad, "https://x.example")), ErrorKind::bad_request, "prefix");
  NodeDraft none;
  expect_error(create(none), ErrorKind::bad_request, "prefix");
  none.prefix = "fine";
  expect_error(create(none), ErrorKind::bad_request, "baseUrl");
}

TEST_F(EditorTest, ANodeAndItsFirstConnectionAreOneChangeOrNone) {
  AccountDraft connection;
  connection.api_key = Secret("sk-1234567890abcd");
  const auto made = test::run_task(editor_->create_node(node_draft("lab", "https://x.example/v1"), connection));
  ASSERT_TRUE(made) << made.error().message;
  ASSERT_TRUE(made->account);
  EXPECT_EQ(made->account->provider, made->node.id);
  EXPECT_EQ(now()->accounts(made->node.id).size(), 1U);
  EXPECT_EQ(now()->revision(), 1) << "a process that is killed between two changes would leave half of it";
  connection.api_key = Secret("a\r\nx-evil: 1");
  expect_error(test::run_task(editor_->create_node(node_draft("shop", "https://y.example/v1"), connection)), ErrorKind::bad_request,
               "apiKey");
  EXPECT_EQ(now()->provider("shop"), nullptr);
  EXPECT_EQ(now()->revision(), 1);
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

}  // namespace
}  // namespace omniroute::config
