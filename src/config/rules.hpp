#pragma once
#include <string>

#include "editor_state.hpp"

/// The edits themselves, inside a transaction of the caller's, for Editor's single changes and for batches.
namespace omniroute::config {

Result<domain::Node> create_node_row(const EditorState& state, store::Transaction& transaction, const NodeDraft& draft);
Result<domain::Node> update_node_row(const EditorState& state, store::Transaction& transaction, const std::string& id,
                                     const NodeDraft& draft);
Status remove_node_row(store::Transaction& transaction, const std::string& id);

Result<domain::Account> create_account_row(const EditorState& state, store::Transaction& transaction, const AccountDraft& draft);
Result<domain::Account> update_account_row(const EditorState& state, store::Transaction& transaction, const std::string& id,
                                           const AccountDraft& draft);
Status remove_account_row(store::Transaction& transaction, const std::string& id);

Result<NewKey> create_key_row(const EditorState& state, store::Transaction& transaction, const KeyDraft& draft);
Result<domain::ApiKey> update_key_row(const EditorState& state, store::Transaction& transaction, const std::string& id,
                                      const KeyDraft& draft);
Status remove_key_row(store::Transaction& transaction, const std::string& id);

Status change_setting_row(store::Transaction& transaction, const SettingChange& change);
/// One without a price takes the owner's away.
Status set_price_row(const EditorState& state, store::Transaction& transaction, domain::OwnPrice price);
Status set_budget_row(const EditorState& state, store::Transaction& transaction, domain::Budget budget);

}  // namespace omniroute::config
