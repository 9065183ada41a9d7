#include "omniroute/config/routing_editor.hpp"

#include <algorithm>

#include "checks.hpp"
#include "editor_state.hpp"
#include "omniroute/config/routing_table.hpp"
#include "omniroute/crypto/random.hpp"
#include "omniroute/store/documents.hpp"
#include "routing_documents.hpp"
#include "rules.hpp"

namespace omniroute::config {
namespace {

using domain::Combo;
using store::Documents;
using store::Transaction;

constexpr std::size_t longest_name = 512;
constexpr std::size_t most_wildcards = 1'000;

Status save(Transaction& transaction, const store::Document& document) { return Documents(transaction).save(document); }

Status remove(Transaction& transaction, std::string_view kind, std::string_view key, const std::string& what) {
  Result<bool> removed = Documents(transaction).remove(kind, key);
  if (!removed) return removed.error();
  if (!*removed) return Error(ErrorKind::not_found, "There is no " + what + " " + std::string(key) + ".");
  return {};
}

Result<RoutingRows> stored(Transaction& transaction) {
  Result<std::vector<store::Document>> documents = Documents(transaction).all();
  if (!documents) return std::move(documents).error();
  return routing_rows_from(*documents);
}

/// A name that a client may write: one line, not too long.
Status check_model_name(std::string_view field, std::string_view name) {
  const bool plain = std::none_of(name.begin(), name.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  if (name.empty() || name.size() > longest_name || !plain) return bad_field(field, "must be 1 to 512 characters on one line");
  return {};
}

/// Whether a provider or a node goes by that id; answers the id that rows are kept under.
Result<std::string> provider_id(Transaction& transaction, const EditorState& state, std::string_view field, std::string_view name) {
  if (const catalog::Provider* provider = state.catalog->find(name)) return provider->id;
  Result<std::vector<domain::Node>> nodes = store::Nodes(transaction).all();
  if (!nodes) return std::move(nodes).error();
  for (const domain::Node& node : *nodes)
    if (node.id == name || node.prefix == name) return node.id;
  return bad_field(field, "names no provider or node: '" + std::string(name.substr(0, 100)) + "'");
}

Status check_account_exists(Transaction& transaction, const std::string& id) {
  Result<std::vector<domain::Account>> accounts = store::Accounts(transaction).all();
  if (!accounts) return std::move(accounts).error();
  const bool known = std::any_of(accounts->begin(), accounts->end(), [&id](const domain::Account& account) { return account.id == id; });
  return known ? Status() : Status(Error(ErrorKind::not_found, "There is no connection " + id + "."));
}

/// The combo in its place among the stored ones, checked against them.
Status place_combo(Transaction& transaction, Combo& combo, std::int64_t now_ms) {
  Result<RoutingRows> rows = stored(transaction);
  if (!rows) return rows.error();
  const auto& combos = rows->combos;
  const auto same_name = std::find_if(combos.begin(), combos.end(), [&combo](const Combo& c) { return c.name == combo.name; });
  if (same_name != combos.end() && same_name->id != combo.id)
    return Error(ErrorKind::conflict, "There is a combo named '" + combo.name + "' already.", "name");
  combo.updated_ms = now_ms;
  if (combo.id.empty()) {
    combo.id = crypto::random_id();
    combo.created_ms = now_ms;
  } else {
    const auto before = std::find_if(combos.begin(), combos.end(), [&combo](const Combo& c) { return c.id == combo.id; });
    if (before == combos.end()) return Error(ErrorKind::not_found, "There is no combo " + combo.id + ".", "id");
    combo.created_ms = before->created_ms;
  }
  return {};
}

}  // namespace

Result<Combo> save_combo_row(const EditorState& state, Transaction& transaction, Combo combo) {
  if (Status fits = place_combo(transaction, combo, state.now_ms()); !fits) return fits.error();
  if (Status saved = save(transaction, document_of(combo)); !saved) return saved.error();
  return combo;
}

Status check_combos(Transaction& transaction) {
  Result<RoutingRows> rows = stored(transaction);
  if (!rows) return rows.error();
  return check_nesting(rows->combos);
}

Status remove_combo_row(Transaction& transaction, const std::string& id) { return remove(transaction, document_kind::combo, id, "combo"); }

Status save_alias_row(Transaction& transaction, const domain::Alias& alias) {
  if (Status fits = check_model_name("alias", alias.name); !fits) return fits;
  if (Status fits = check_model_name("model", alias.target); !fits) return fits;
  if (alias.name.find('/') != std::string::npos) return bad_field("alias", "must be a bare name, without a slash");
  if (alias.name == alias.target) return bad_field("model", "may not be the alias itself");
  return save(transaction, document_of(alias));
}

Status remove_alias_row(Transaction& transaction, const std::string& name) {
  return remove(transaction, document_kind::alias, name, "alias");
}

Status save_wildcards_row(Transaction& transaction, const std::vector<domain::Wildcard>& wildcards) {
  if (wildcards.size() > most_wildcards) return bad_field("wildcardAliases", "may have at most 1000 entries");
  for (const domain::Wildcard& each : wildcards) {
    if (Status fits = check_model_name("pattern", each.pattern); !fits) return fits;
    if (Status fits = check_model_name("target", each.target); !fits) return fits;
    if (each.pattern.find_first_of("*?") == std::string::npos)
      return bad_field("pattern", "needs a '*' or a '?'; '" + each.pattern + "' is a case for an alias");
  }
  return save(transaction, document_of(wildcards));
}

Status save_custom_model_row(const EditorState& state, Transaction& transaction, domain::CustomModel model) {
  Result<std::string> provider = provider_id(transaction, state, "provider", model.provider);
  if (!provider) return provider.error();
  model.provider = *std::move(provider);
  return save(transaction, document_of(model));
}

Status remove_custom_model_row(const EditorState& state, Transaction& transaction, const std::string& provider, const std::string& model) {
  Result<std::string> id = provider_id(transaction, state, "provider", provider);
  if (!id) return id.error();
  return remove(transaction, document_kind::custom_model, *id + " " + model, "custom model");
}

Status hide_model_row(const EditorState& state, Transaction& transaction, const std::string& provider, const std::string& model,
                      bool hidden) {
  Result<std::string> id = provider_id(transaction, state, "provider", provider);
  // What stands for a provider that is gone can still be taken away.
  if (!id && hidden) return id.error();
  if (Status fits = check_model_name("modelId", model); !fits) return fits;
  if (hidden) return save(transaction, hidden_document(*id, model));
  Result<bool> removed = Documents(transaction).remove(document_kind::hidden_model, (id ? *id : provider) + " " + model);
  return removed ? Status() : Status(removed.error());
}

Status save_chain_row(const EditorState& state, Transaction& transaction, domain::FallbackChain chain) {
  if (chain.links.empty()) return remove(transaction, document_kind::chain, chain.model, "fallback chain of");
  if (Status fits = check_model_name("model", chain.model); !fits) return fits;
  if (chain.model.find('/') != std::string::npos) return bad_field("model", "must be a bare name, without a slash");
  for (domain::FallbackChain::Link& link : chain.links) {
    Result<std::string> provider = provider_id(transaction, state, "chain", link.provider);
    if (!provider) return provider.error();
    link.provider = *std::move(provider);
  }
  return save(transaction, document_of(chain));
}

Status save_account_routing_row(Transaction& transaction, const AccountRouting& routing) {
  if (Status known = check_account_exists(transaction, routing.account); !known) return known;
  return save(transaction, document_of(routing));
}

Status save_defaults_rows(const EditorState& state, Transaction& transaction, const DefaultsChange& change) {
  if (change.combos)
    if (Status saved = save(transaction, defaults_document("combos", *change.combos)); !saved) return saved;
  if (change.automatic)
    if (Status saved = save(transaction, defaults_document("auto", *change.automatic)); !saved) return saved;
  for (const auto& [name, config] : change.providers) {
    Result<std::string> provider = provider_id(transaction, state, "providerOverrides", name);
    if (!provider) return provider.error();
    const std::string key = "provider " + *provider;
    if (config == domain::ComboConfig()) {
      if (Result<bool> removed = Documents(transaction).remove(document_kind::defaults, key); !removed) return removed.error();
      continue;
    }
    if (Status saved = save(transaction, defaults_document(key, config)); !saved) return saved;
  }
  return {};
}

Task<Result<Combo>> RoutingEditor::save_combo(Combo combo) {
  store::Database::Work<Combo> edit = [state = state_, combo = std::move(combo)](Transaction& transaction) -> Result<Combo> {
    Result<Combo> saved = save_combo_row(*state, transaction, combo);
    if (!saved) return saved;
    if (Status sound = check_combos(transaction); !sound) return sound.error();
    return saved;
  };
  return change<Combo>(state_, std::move(edit));
}

Task<Status> RoutingEditor::remove_combo(std::string id) {
  store::Database::StatusWork edit = [id = std::move(id)](Transaction& transaction) { return remove_combo_row(transaction, id); };
  return change_only(state_, std::move(edit));
}

Task<Status> RoutingEditor::save_alias(domain::Alias alias) {
  store::Database::StatusWork edit = [alias = std::move(alias)](Transaction& transaction) { return save_alias_row(transaction, alias); };
  return change_only(state_, std::move(edit));
}

Task<Status> RoutingEditor::remove_alias(std::string name) {
  store::Database::StatusWork edit = [name = std::move(name)](Transaction& transaction) { return remove_alias_row(transaction, name); };
  return change_only(state_, std::move(edit));
}

Task<Status> RoutingEditor::save_wildcards(std::vector<domain::Wildcard> wildcards) {
  store::Database::StatusWork edit = [wildcards = std::move(wildcards)](Transaction& transaction) {
    return save_wildcards_row(transaction, wildcards);
  };
  return change_only(state_, std::move(edit));
}

Task<Status> RoutingEditor::save_custom_model(domain::CustomModel model) {
  store::Database::StatusWork edit = [state = state_, model = std::move(model)](Transaction& transaction) {
    return save_custom_model_row(*state, transaction, model);
  };
  return change_only(state_, std::move(edit));
}

Task<Status> RoutingEditor::remove_custom_model(std::string provider, std::string model) {
  store::Database::StatusWork edit = [state = state_, provider = std::move(provider), model = std::move(model)](Transaction& transaction) {
    return remove_custom_model_row(*state, transaction, provider, model);
  };
  return change_only(state_, std::move(edit));
}

Task<Status> RoutingEditor::hide_model(std::string provider, std::string model, bool hidden) {
  store::Database::StatusWork edit = [state = state_, provider = std::move(provider), model = std::move(model), hidden](
                                         Transaction& transaction) { return hide_model_row(*state, transaction, provider, model, hidden); };
  return change_only(state_, std::move(edit));
}

Task<Status> RoutingEditor::save_chain(domain::FallbackChain chain) {
  store::Database::StatusWork edit = [state = state_, chain = std::move(chain)](Transaction& transaction) {
    return save_chain_row(*state, transaction, chain);
  };
  return change_only(state_, std::move(edit));
}

Task<Status> RoutingEditor::save_account(AccountRouting routing) {
  store::Database::StatusWork edit = [routing = std::move(routing)](Transaction& transaction) {
    return save_account_routing_row(transaction, routing);
  };
  return change_only(state_, std::move(edit));
}

Task<Status> RoutingEditor::save_defaults(DefaultsChange change) {
  store::Database::StatusWork edit = [state = state_, change = std::move(change)](Transaction& transaction) {
    return save_defaults_rows(*state, transaction, change);
  };
  return change_only(state_, std::move(edit));
}

}  // namespace omniroute::config
