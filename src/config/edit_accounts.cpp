#include <algorithm>
#include <optional>
#include <string>

#include "checks.hpp"
#include "editor_state.hpp"
#include "omniroute/crypto/random.hpp"
#include "omniroute/store/documents.hpp"
#include "routing_documents.hpp"
#include "rules.hpp"

namespace omniroute::config {
namespace {

using domain::Account;
using domain::AuthType;
using store::Transaction;

constexpr int most_priority = 100;
constexpr std::size_t longest_model = 200;
constexpr std::size_t longest_error = 500;

Error no_account(const std::string& id) { return {ErrorKind::not_found, "There is no account " + id + ".", "id"}; }

/// The provider that a name means: of the catalog, or a node by id or prefix.
Result<catalog::Provider> find_provider(const EditorState& state, Transaction& transaction, const std::string& name) {
  if (const catalog::Provider* known = state.catalog->find(name)) return *known;
  Result<std::vector<domain::Node>> nodes = store::Nodes(transaction).all();
  if (!nodes) return std::move(nodes).error();
  for (const domain::Node& node : *nodes)
    if (node.id == name || node.prefix == name) return catalog::provider_from_node(node);
  return bad_field("provider", "is not known: " + name.substr(0, 100));
}

Result<std::vector<Account>> accounts_of(Transaction& transaction, const std::string& provider) {
  Result<std::vector<Account>> all = store::Accounts(transaction).all();
  if (!all) return all;
  std::erase_if(*all, [&](const Account& account) { return account.provider != provider; });
  return all;
}

/// Which kinds of account a provider takes. Logins by OAuth are made by their own flow, not by a form.
Status check_auth_type(const catalog::Provider& provider, AuthType type) {
  const std::string name = provider.name;
  if (type == AuthType::oauth) return bad_field("authType", "takes apikey and none here");
  if (type == AuthType::none && provider.auth != catalog::Auth::none && !provider.is_node)
    return bad_field("authType", "cannot be none: " + name + " asks for a key");
  if (type == AuthType::api_key && provider.auth == catalog::Auth::oauth && provider.permission == catalog::Permission::not_permitted)
    return Error(ErrorKind::unsupported, name + " takes no API keys, only its vendor's own login.", "provider");
  return {};
}

AuthType default_auth_type(const catalog::Provider& provider, const AccountDraft& draft) {
  if (provider.auth == catalog::Auth::none) return AuthType::none;
  return provider.is_node && !draft.api_key ? AuthType::none : AuthType::api_key;
}

/// Takes over what the draft sets, checked.
Status apply(const AccountDraft& draft, Account& account) {
  if (draft.name) {
    if (Status fits = check_name("name", *draft.name); !fits) return fits;
    account.name = *draft.name;
  }
  if (draft.priority && (*draft.priority < 1 || *draft.priority > most_priority)) return bad_field("priority", "must be from 1 to 100");
  if (draft.active) account.active = *draft.active;
  if (draft.api_key && !(draft.api_key->empty() && account.auth_type == AuthType::none)) {
    if (account.auth_type == AuthType::none) return bad_field("apiKey", "is not for an account without credentials");
    if (Status fits = check_api_key(*draft.api_key); !fits) return fits;
    account.api_key = *draft.api_key;
    // What was known of the old key says nothing of the new one.
    account.test_status = "unknown";
    account.last_error.clear();
    account.last_error_ms = 0;
  }
  if (draft.proxy) {
    if (Status fits = check_proxy(*draft.proxy); !fits) return fits;
    account.proxy = *draft.proxy;
  }
  if (draft.default_model) {
    if (draft.default_model->size() > longest_model) return bad_field("defaultModel", "may have at most 200 bytes");
    account.default_model = *draft.default_model;
  }
  return {};
}

Status check_unique(const std::vector<Account>& others, const Account& account) {
  const bool taken =
      std::any_of(others.begin(), others.end(), [&](const Account& other) { return other.id != account.id && other.name == account.name; });
  if (taken) return Error(ErrorKind::conflict, "There is already an account '" + account.name + "' of this provider.", "name");
  return {};
}

std::string free_name(const std::vector<Account>& others) {
  for (std::size_t number = others.size() + 1;; ++number) {
    std::string name = "Account " + std::to_string(number);
    if (std::none_of(others.begin(), others.end(), [&](const Account& other) { return other.name == name; })) return name;
  }
}

/// Puts `id` at the place `wanted` (from 1; nothing = where it is) among the provider's accounts and numbers them 1..n.
Status renumber(Transaction& transaction, const std::string& provider, const std::string& id, std::optional<int> wanted) {
  Result<std::vector<Account>> accounts = accounts_of(transaction, provider);
  if (!accounts) return accounts.error();
  if (wanted) {
    const auto moved = std::find_if(accounts->begin(), accounts->end(), [&](const Account& account) { return account.id == id; });
    if (moved != accounts->end()) {
      Account account = std::move(*moved);
      accounts->erase(moved);
      const auto place = std::min(static_cast<std::size_t>(*wanted - 1), accounts->size());
      accounts->insert(accounts->begin() + static_cast<std::ptrdiff_t>(place), std::move(account));
    }
  }
  int number = 0;
  for (const Account& account : *accounts) {
    ++number;
    if (account.priority == number) continue;
    if (Status set = store::Accounts(transaction).set_priority(account.id, number); !set) return set;
  }
  return {};
}

/// As it stands now, after renumbering.
Result<Account> stored(Transaction& transaction, const std::string& id) {
  Result<std::optional<Account>> found = store::Accounts(transaction).find(id);
  if (!found) return std::move(found).error();
  if (!*found) return no_account(id);
  return **std::move(found);
}

Result<Account> create(const EditorState& state, Transaction& transaction, const AccountDraft& draft) {
  if (!draft.provider) return bad_field("provider", "is required");
  Result<catalog::Provider> provider = find_provider(state, transaction, *draft.provider);
  if (!provider) return std::move(provider).error();
  Result<std::vector<Account>> others = accounts_of(transaction, provider->id);
  if (!others) return std::move(others).error();

  Account account;
  account.id = crypto::random_id();
  account.provider = provider->id;
  account.auth_type = draft.auth_type.value_or(default_auth_type(*provider, draft));
  if (Status fits = check_auth_type(*provider, account.auth_type); !fits) return fits.error();
  if (account.auth_type == AuthType::api_key && !draft.api_key) {
    if (!draft.key_may_follow) return bad_field("apiKey", "is required");
    account.test_status = "error";
    account.last_error = "This connection has no key yet.";
  }
  if (Status applied = apply(draft, account); !applied) return applied.error();
  if (account.name.empty()) account.name = free_name(*others);
  if (Status unique = check_unique(*others, account); !unique) return unique.error();
  account.priority = static_cast<int>(others->size()) + 1;
  account.created_ms = state.now_ms();
  account.updated_ms = account.created_ms;
  if (Status saved = store::Accounts(transaction).save(account); !saved) return saved.error();
  if (Status numbered = renumber(transaction, account.provider, account.id, draft.priority); !numbered) return numbered.error();
  return stored(transaction, account.id);
}

Result<Account> update(const EditorState& state, Transaction& transaction, const std::string& id, const AccountDraft& draft) {
  Result<Account> found = stored(transaction, id);
  if (!found) return found;
  Account account = *std::move(found);
  if (draft.provider || draft.auth_type) {
    Result<catalog::Provider> provider = find_provider(state, transaction, draft.provider.value_or(account.provider));
    if (!provider) return std::move(provider).error();
    if (provider->id != account.provider) return bad_field("provider", "of an account cannot be changed; make a new one");
    const AuthType type = draft.auth_type.value_or(account.auth_type);
    if (type != account.auth_type) {
      if (Status fits = check_auth_type(*provider, type); !fits) return fits.error();
      if (type == AuthType::api_key && !draft.api_key) return bad_field("apiKey", "is required");
      if (type == AuthType::none) account.api_key = Secret();
      account.auth_type = type;
    }
  }
  if (Status applied = apply(draft, account); !applied) return applied.error();
  Result<std::vector<Account>> others = accounts_of(transaction, account.provider);
  if (!others) return std::move(others).error();
  if (Status unique = check_unique(*others, account); !unique) return unique.error();
  account.updated_ms = state.now_ms();
  if (Status saved = store::Accounts(transaction).save(account); !saved) return saved.error();
  if (Status numbered = renumber(transaction, account.provider, account.id, draft.priority); !numbered) return numbered.error();
  return stored(transaction, account.id);
}

/// At most longest_error bytes, cut between characters.
std::string_view shortened(std::string_view text) {
  if (text.size() <= longest_error) return text;
  std::size_t size = longest_error;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) --size;
  return text.substr(0, size);
}

Status remove(Transaction& transaction, const std::string& id) {
  Result<Account> account = stored(transaction, id);
  if (!account) return account.error();
  if (Result<bool> removed = store::Accounts(transaction).remove(id); !removed) return removed.error();
  if (Result<bool> rest = store::Documents(transaction).remove(document_kind::account, id); !rest) return rest.error();
  return renumber(transaction, account->provider, id, std::nullopt);
}

}  // namespace

Result<Account> create_account_row(const EditorState& state, Transaction& transaction, const AccountDraft& draft) {
  return create(state, transaction, draft);
}
Result<Account> update_account_row(const EditorState& state, Transaction& transaction, const std::string& id, const AccountDraft& draft) {
  return update(state, transaction, id, draft);
}
Status remove_account_row(Transaction& transaction, const std::string& id) { return remove(transaction, id); }

Task<Result<Account>> Editor::create_account(AccountDraft draft) {
  store::Database::Work<Account> edit = [state = state_, draft = std::move(draft)](Transaction& transaction) {
    return create(*state, transaction, draft);
  };
  return change<Account>(state_, std::move(edit));
}

Task<Result<Account>> Editor::update_account(std::string id, AccountDraft draft) {
  store::Database::Work<Account> edit = [state = state_, id = std::move(id), draft = std::move(draft)](Transaction& transaction) {
    return update(*state, transaction, id, draft);
  };
  return change<Account>(state_, std::move(edit));
}

Task<Status> Editor::remove_account(std::string id) {
  store::Database::StatusWork edit = [id = std::move(id)](Transaction& transaction) { return remove(transaction, id); };
  return change_only(state_, std::move(edit));
}

Task<Status> Editor::note_test(std::string id, std::string error) {
  store::Database::StatusWork edit = [state = state_, id = std::move(id), error = std::move(error)](Transaction& transaction) -> Status {
    Result<Account> account = stored(transaction, id);
    if (!account) return account.error();
    const bool passed = error.empty();
    return store::Accounts(transaction).note_test(id, passed ? "ok" : "error", shortened(error), passed ? 0 : state->now_ms());
  };
  return change_only(state_, std::move(edit));
}

}  // namespace omniroute::config
