#pragma once
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "omniroute/config/editor.hpp"
#include "run_task.hpp"

namespace omniroute::config {

/// An editor over a database in memory.
class EditorTest : public testing::Test {
 protected:
  using Values = std::map<std::string, std::string, std::less<>>;

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
  Result<domain::Node> create(NodeDraft draft) {
    Result<NewNode> made = test::run_task(editor_->create_node(std::move(draft), std::nullopt));
    if (!made) return std::move(made).error();
    return std::move(made->node);
  }
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

}  // namespace omniroute::config
