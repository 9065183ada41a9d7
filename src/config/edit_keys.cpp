#include <string>

#include "checks.hpp"
#include "editor_state.hpp"
#include "omniroute/crypto/digest.hpp"
#include "omniroute/crypto/gateway_key.hpp"
#include "omniroute/crypto/random.hpp"

namespace omniroute::config {
namespace {

using domain::ApiKey;
using store::Transaction;

Error no_key(const std::string& id) { return {ErrorKind::not_found, "There is no API key " + id + ".", "id"}; }

Result<ApiKey> stored(Transaction& transaction, const std::string& id) {
  Result<std::optional<ApiKey>> found = store::ApiKeys(transaction).find(id);
  if (!found) return std::move(found).error();
  if (!*found) return no_key(id);
  return **std::move(found);
}

Status apply(const KeyDraft& draft, ApiKey& key) {
  if (draft.name) {
    if (Status fits = check_name("name", *draft.name); !fits) return fits;
    key.name = *draft.name;
  }
  if (draft.scopes) {
    if (draft.scopes->empty()) return bad_field("scopes", "needs at least one of inference, read and admin");
    key.scopes = *draft.scopes;
  }
  if (draft.active) key.active = *draft.active;
  return {};
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

Task<Result<NewKey>> Editor::create_key(KeyDraft draft) {
  store::Database::Work<NewKey> edit = [state = state_, draft = std::move(draft)](Transaction& transaction) -> Result<NewKey> {
    if (!draft.name) return bad_field("name", "is required");
    ApiKey key;
    key.id = crypto::random_id();
    key.created_ms = state->now_ms();
    if (Status applied = apply(draft, key); !applied) return applied.error();
    return save_with_text(transaction, std::move(key));
  };
  return change<NewKey>(state_, std::move(edit));
}

Task<Result<ApiKey>> Editor::update_key(std::string id, KeyDraft draft) {
  store::Database::Work<ApiKey> edit = [id = std::move(id), draft = std::move(draft)](Transaction& transaction) -> Result<ApiKey> {
    Result<ApiKey> key = stored(transaction, id);
    if (!key) return key;
    if (Status applied = apply(draft, *key); !applied) return applied.error();
    if (Status saved = store::ApiKeys(transaction).save(*key); !saved) return saved.error();
    return key;
  };
  return change<ApiKey>(state_, std::move(edit));
}

Task<Result<NewKey>> Editor::rotate_key(std::string id) {
  store::Database::Work<NewKey> edit = [id = std::move(id)](Transaction& transaction) -> Result<NewKey> {
    Result<ApiKey> key = stored(transaction, id);
    if (!key) return std::move(key).error();
    return save_with_text(transaction, *std::move(key));
  };
  return change<NewKey>(state_, std::move(edit));
}

Task<Status> Editor::remove_key(std::string id) {
  store::Database::StatusWork edit = [id = std::move(id)](Transaction& transaction) -> Status {
    Result<bool> removed = store::ApiKeys(transaction).remove(id);
    if (!removed) return removed.error();
    if (!*removed) return no_key(id);
    return {};
  };
  return change_only(state_, std::move(edit));
}

}  // namespace omniroute::config
