#include "editor_state.hpp"
#include "omniroute/config/batch.hpp"
#include "omniroute/store/money_tables.hpp"
#include "rules.hpp"

namespace omniroute::config {
namespace {

constexpr std::string_view undone = "dry_run";

template <class T>
Status only_status(Result<T> result) {
  if (!result) return std::move(result).error();
  return {};
}

Status run_node(const EditorState& state, store::Transaction& transaction, const Change& change) {
  if (change.how == Change::How::create) return only_status(create_node_row(state, transaction, change.node));
  if (change.how == Change::How::update) return only_status(update_node_row(state, transaction, change.id, change.node));
  return remove_node_row(transaction, change.id);
}

Status run_account(const EditorState& state, store::Transaction& transaction, const Change& change) {
  if (change.how == Change::How::remove) return remove_account_row(transaction, change.id);
  const Result<domain::Account> account = change.how == Change::How::create
                                              ? create_account_row(state, transaction, change.account)
                                              : update_account_row(state, transaction, change.id, change.account);
  if (!account) return account.error();
  if (!change.limits) return {};
  AccountRouting limits = *change.limits;
  limits.account = account->id;
  return save_account_routing_row(transaction, limits);
}

Status run_key(const EditorState& state, store::Transaction& transaction, const Change& change, BatchResult& result) {
  if (change.how == Change::How::remove) return remove_key_row(transaction, change.id);
  if (change.how == Change::How::update) return only_status(update_key_row(state, transaction, change.id, change.key));
  Result<NewKey> made = create_key_row(state, transaction, change.key);
  if (!made) return std::move(made).error();
  result.keys.push_back(*std::move(made));
  return {};
}

/// One change of what the router is told, by its kind.
struct RoutingStep {
  const EditorState& state;
  store::Transaction& transaction;
  bool remove;

  Status operator()(std::monostate) const { return {}; }
  Status operator()(const domain::Combo& combo) const {
    return remove ? remove_combo_row(transaction, combo.id) : only_status(save_combo_row(state, transaction, combo));
  }
  Status operator()(const domain::Alias& alias) const {
    return remove ? remove_alias_row(transaction, alias.name) : save_alias_row(transaction, alias);
  }
  Status operator()(const std::vector<domain::Wildcard>& all) const { return save_wildcards_row(transaction, all); }
  Status operator()(const domain::CustomModel& model) const {
    return remove ? remove_custom_model_row(state, transaction, model.provider, model.id)
                  : save_custom_model_row(state, transaction, model);
  }
  Status operator()(const HiddenModel& hidden) const { return hide_model_row(state, transaction, hidden.provider, hidden.model, !remove); }
  Status operator()(const domain::FallbackChain& chain) const { return save_chain_row(state, transaction, chain); }
  Status operator()(const DefaultsChange& defaults) const { return save_defaults_rows(state, transaction, defaults); }
};

Status run(const EditorState& state, store::Transaction& transaction, const Change& change, BatchResult& result) {
  switch (change.what) {
    case Change::What::node: return run_node(state, transaction, change);
    case Change::What::account: return run_account(state, transaction, change);
    case Change::What::key: return run_key(state, transaction, change, result);
    case Change::What::setting: return change_setting_row(transaction, change.setting);
    case Change::What::price: return set_price_row(state, transaction, change.price);
    case Change::What::budget: return set_budget_row(state, transaction, change.budget);
    case Change::What::routing: return std::visit(RoutingStep{state, transaction, change.how == Change::How::remove}, change.routing);
  }
  return {};
}

Error placed(Error error, const Change& change) {
  if (change.place.empty()) return error;
  error.param = error.param.empty() ? change.place : change.place + "." + error.param;
  error.message = error.param + ": " + error.message;
  return error;
}

}  // namespace

Task<Result<BatchResult>> Editor::apply(std::vector<Change> changes, bool dry_run) {
  store::Database::Work<BatchResult> edit = [state = state_, changes = std::move(changes),
                                             dry_run](store::Transaction& transaction) -> Result<BatchResult> {
    BatchResult result;
    for (const Change& change : changes)
      if (Status done = run(*state, transaction, change, result); !done) return placed(std::move(done).error(), change);
    if (Status sound = check_combos(transaction); !sound) return sound.error();
    if (!dry_run) return result;
    // An error takes everything back that was tried.
    Error tried(ErrorKind::conflict, "This was a trial; nothing has changed.");
    tried.code = undone;
    return tried;
  };
  Task<Result<BatchResult>> work = change<BatchResult>(state_, std::move(edit));
  Result<BatchResult> applied = co_await std::move(work);
  BatchResult nothing;
  if (!applied && applied.error().code == undone) co_return nothing;
  co_return applied;
}

}  // namespace omniroute::config
