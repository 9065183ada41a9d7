#pragma once
#include <string>

#include "editor_state.hpp"
#include "omniroute/config/routing_editor.hpp"

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

/// Circles are looked for apart (check_combos), when all combos of a batch are in their place.
Result<domain::Combo> save_combo_row(const EditorState& state, store::Transaction& transaction, domain::Combo combo);
Status check_combos(store::Transaction& transaction);
Status remove_combo_row(store::Transaction& transaction, const std::string& id);
Status save_alias_row(store::Transaction& transaction, const domain::Alias& alias);
Status remove_alias_row(store::Transaction& transaction, const std::string& name);
Status save_wildcards_row(store::Transaction& transaction, const std::vector<domain::Wildcard>& wildcards);
Status save_custom_model_row(const EditorState& state, store::Transaction& transaction, domain::CustomModel model);
Status hide_model_row(const EditorState& state, store::Transaction& transaction, const std::string& provider, const std::string& model,
                      bool hidden);
Status remove_custom_model_row(const EditorState& state, store::Transaction& transaction, const std::string& provider,
                               const std::string& model);
Status save_chain_row(const EditorState& state, store::Transaction& transaction, domain::FallbackChain chain);
Status save_account_routing_row(store::Transaction& transaction, const AccountRouting& routing);
Status save_defaults_rows(const EditorState& state, store::Transaction& transaction, const DefaultsChange& change);

}  // namespace omniroute::config
