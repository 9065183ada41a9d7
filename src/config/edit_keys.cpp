#include <algorithm>
#include <chrono>
#include <string>

#include "checks.hpp"
#include "editor_state.hpp"
#include "omniroute/crypto/digest.hpp"
#include "omniroute/crypto/gateway_key.hpp"
#include "omniroute/crypto/random.hpp"
#include "rules.hpp"

namespace omniroute::config {
namespace {

using domain::ApiKey;
using store::Transaction;

constexpr std::size_t most_models = 200;
constexpr std::size_t longest_model = 200;
constexpr std::int64_t most_limit = 1'000'000'000;
constexpr std::chrono::hours longest_grace{30 * 24};

Error no_key(const std::string& id) { return {ErrorKind::not_found, "There is no API key " + id + ".", "id"}; }

Result<ApiKey> stored(Transaction& transaction, const std::string& id) {
  Result<std::optional<ApiKey>> found = store::ApiKeys(transaction).find(id);
  if (!found) return std::move(found).error();
  if (!*found) return no_key(id);
  return **std::move(found);
}

Status check_models(const std::vector<std::string>& models) {
  if (models.size() > most_models) return bad_field("allowedModels", "may have at most 200 entries");
  for (const std::string& model : models) {
    const bool clean = std::none_of(model.begin(), model.end(), [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F; });
    if (model.empty() || model.size() > longest_model || !clean)
      return bad_field("allowedModels", "takes names of 1 to 200 visible characters, such as 'cc/claude-opus-4-6' or 'openai/*'");
  }
  return {};
}

/// A number that may not be negative, taken over if the draft has it.
Status take_limit(std::string_view field, const std::optional<std::int64_t>& value, std::int64_t& into) {
  if (!value) return {};
  if (*value < 0 || *value > most_limit) return bad_field(field, "must be from 0 (no limit) to 1000000000");
  into = *value;
  return {};
}

Status apply_limits(const KeyDraft& draft, ApiKey& key, std::int64_t now_ms) {
  if (draft.expires_ms) {
    if (*draft.expires_ms != 0 && *draft.expires_ms <= now_ms && !draft.may_have_expired)
      return bad_field("expiresAt", "must be in the future, or null for never");
    key.expires_ms = *draft.expires_ms;
  }
  if (draft.allowed_models) {
    if (Status fits = check_models(*draft.allowed_models); !fits) return fits;
    key.allowed_models = *draft.allowed_models;
  }
  if (Status taken = take_limit("requestsPerMinute", draft.requests_per_minute, key.requests_per_minute); !taken) return taken;
  if (Status taken = take_limit("tokensPerMinute", draft.tokens_per_minute, key.tokens_per_minute); !taken) return taken;
  if (draft.daily_budget_nano) key.daily_budget_nano = *draft.daily_budget_nano;
  if (draft.monthly_budget_nano) key.monthly_budget_nano = *draft.monthly_budget_nano;
  if (draft.log_bodies) key.log_bodies = *draft.log_bodies;
  if (draft.log_errors_only) key.log_errors_only = *draft.log_errors_only;
  return {};
}

Status apply(const KeyDraft& draft, ApiKey& key, std::int64_t now_ms) {
  if (draft.name) {
    if (Status fits = check_name("name", *draft.name); !fits) return fits;
    key.name = *draft.name;
  }
  if (draft.scopes) {
    if (draft.scopes->empty()) return bad_field("scopes", "needs at least one of inference, read and admin");
    key.scopes = *draft.scopes;
  }
  if (draft.active) key.active = *draft.active;
  return apply_limits(draft, key, now_ms);
}

/// Gives the key a new text and saves it; the text is in the answer and nowhere else.
Result<NewKey> save_with_text(Transaction& transaction, ApiKey key) {
  NewKey made;
  made.text = crypto::make_gateway_key();
  key.hash = crypto::sha256(made.text.reveal());
  key.hint = made.text.hint();
  if (Status saved = store::ApiKeys(transaction).save(key); !saved) return saved.error();
  made.key = std::move(key);
  return made;
}

}  // namespace

Result<NewKey> create_key_row(const EditorState& state, Transaction& transaction, const KeyDraft& draft) {
  if (!draft.name) return bad_field("name", "is required");
  ApiKey key;
  key.id = crypto::random_id();
  key.created_ms = state.now_ms();
  if (Status applied = apply(draft, key, key.created_ms); !applied) return applied.error();
  if (!draft.hash) return save_with_text(transaction, std::move(key));
  key.hash = *draft.hash;
  key.hint = "…";
  if (Status saved = store::ApiKeys(transaction).save(key); !saved) return saved.error();
  return NewKey{std::move(key), Secret()};
}

Result<ApiKey> update_key_row(const EditorState& state, Transaction& transaction, const std::string& id, const KeyDraft& draft) {
  Result<ApiKey> key = stored(transaction, id);
  if (!key) return key;
  if (Status applied = apply(draft, *key, state.now_ms()); !applied) return applied.error();
  if (Status saved = store::ApiKeys(transaction).save(*key); !saved) return saved.error();
  return key;
}

Status remove_key_row(Transaction& transaction, const std::string& id) {
  Result<bool> removed = store::ApiKeys(transaction).remove(id);
  if (!removed) return removed.error();
  if (!*removed) return no_key(id);
  return {};
}

Task<Result<NewKey>> Editor::create_key(KeyDraft draft) {
  store::Database::Work<NewKey> edit = [state = state_, draft = std::move(draft)](Transaction& transaction) {
    return create_key_row(*state, transaction, draft);
  };
  return change<NewKey>(state_, std::move(edit));
}

Task<Result<ApiKey>> Editor::update_key(std::string id, KeyDraft draft) {
  store::Database::Work<ApiKey> edit = [state = state_, id = std::move(id), draft = std::move(draft)](Transaction& transaction) {
    return update_key_row(*state, transaction, id, draft);
  };
  return change<ApiKey>(state_, std::move(edit));
}

Task<Result<NewKey>> Editor::rotate_key(std::string id, std::chrono::milliseconds grace) {
  store::Database::Work<NewKey> edit = [state = state_, id = std::move(id), grace](Transaction& transaction) -> Result<NewKey> {
    Result<ApiKey> key = stored(transaction, id);
    if (!key) return std::move(key).error();
    if (grace.count() < 0 || grace > longest_grace) return bad_field("graceSeconds", "must be from 0 to 2592000 (30 days)");
    key->previous_hash.reset();
    key->previous_until_ms = 0;
    if (grace.count() > 0) {
      key->previous_hash = key->hash;
      key->previous_until_ms = state->now_ms() + grace.count();
    }
    return save_with_text(transaction, *std::move(key));
  };
  return change<NewKey>(state_, std::move(edit));
}

Task<Status> Editor::remove_key(std::string id) {
  store::Database::StatusWork edit = [id = std::move(id)](Transaction& transaction) { return remove_key_row(transaction, id); };
  return change_only(state_, std::move(edit));
}

}  // namespace omniroute::config
