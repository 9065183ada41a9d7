#include <algorithm>
#include <nlohmann/json.hpp>

#include "omniroute/store/repositories.hpp"
#include "transaction.hpp"

namespace omniroute::store {
namespace {

constexpr std::string_view columns =
    "id, name, hash, hint, scopes, active, created_ms, expires_ms, allowed_models, requests_per_minute, tokens_per_minute, "
    "daily_budget_nano, monthly_budget_nano, previous_hash, previous_until_ms, log_bodies, log_errors_only";

std::string_view bytes(const std::array<std::uint8_t, 32>& hash) { return {reinterpret_cast<const char*>(hash.data()), hash.size()}; }

std::vector<std::string> texts_from_json(std::string_view json) {
  const nlohmann::json list = nlohmann::json::parse(json, nullptr, false);
  std::vector<std::string> texts;
  if (!list.is_array()) return texts;
  for (const nlohmann::json& entry : list)
    if (entry.is_string()) texts.push_back(entry.get<std::string>());
  return texts;
}

std::string texts_to_json(const std::vector<std::string>& texts) {
  return nlohmann::json(texts).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

domain::ApiKey read(const Statement& row) {
  domain::ApiKey key;
  key.id = row.text(0);
  key.name = row.text(1);
  const std::string_view hash = row.blob(2);
  if (hash.size() == key.hash.size()) std::copy(hash.begin(), hash.end(), key.hash.begin());
  key.hint = row.text(3);
  key.scopes = domain::Scopes(static_cast<std::uint8_t>(row.integer(4)));
  key.active = row.integer(5) != 0 && hash.size() == key.hash.size();
  key.created_ms = row.integer(6);
  key.expires_ms = row.integer(7);
  key.allowed_models = texts_from_json(row.text(8));
  key.requests_per_minute = row.integer(9);
  key.tokens_per_minute = row.integer(10);
  key.daily_budget_nano = row.integer(11);
  key.monthly_budget_nano = row.integer(12);
  const std::string_view previous = row.blob(13);
  if (previous.size() == key.hash.size()) {
    key.previous_hash.emplace();
    std::copy(previous.begin(), previous.end(), key.previous_hash->begin());
  }
  key.previous_until_ms = row.integer(14);
  key.log_bodies = row.integer(15) != 0;
  key.log_errors_only = row.integer(16) != 0;
  return key;
}

}  // namespace

Result<std::vector<domain::ApiKey>> ApiKeys::all() {
  Result<Statement> statement =
      transaction_.storage().prepare("SELECT " + std::string(columns) + " FROM api_keys ORDER BY created_ms, rowid");
  if (!statement) return statement.error();
  std::vector<domain::ApiKey> keys;
  Result<bool> row = statement->step();
  for (; row && *row; row = statement->step()) keys.push_back(read(*statement));
  if (!row) return row.error();
  return keys;
}

Result<std::optional<domain::ApiKey>> ApiKeys::find(std::string_view id) {
  Result<Statement> statement = transaction_.storage().prepare("SELECT " + std::string(columns) + " FROM api_keys WHERE id = ?");
  if (!statement) return statement.error();
  Result<bool> row = statement->bind(id).step();
  if (!row) return row.error();
  if (!*row) return std::optional<domain::ApiKey>();
  return std::optional<domain::ApiKey>(read(*statement));
}

Status ApiKeys::save(const domain::ApiKey& key) {
  Result<Statement> statement = transaction_.storage().prepare(
      "INSERT INTO api_keys (" + std::string(columns) +
      ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name, hash = "
      "excluded.hash, "
      "hint = excluded.hint, scopes = excluded.scopes, active = excluded.active, expires_ms = excluded.expires_ms, "
      "allowed_models = excluded.allowed_models, requests_per_minute = excluded.requests_per_minute, "
      "tokens_per_minute = excluded.tokens_per_minute, daily_budget_nano = excluded.daily_budget_nano, "
      "monthly_budget_nano = excluded.monthly_budget_nano, previous_hash = excluded.previous_hash, "
      "previous_until_ms = excluded.previous_until_ms, log_bodies = excluded.log_bodies, log_errors_only = excluded.log_errors_only");
  if (!statement) return statement.error();
  const std::string models = texts_to_json(key.allowed_models);
  statement->bind_all(std::string_view(key.id), std::string_view(key.name));
  statement->bind_blob(bytes(key.hash));
  statement->bind_all(std::string_view(key.hint), static_cast<int>(key.scopes.bits()), key.active, key.created_ms, key.expires_ms,
                      std::string_view(models), key.requests_per_minute, key.tokens_per_minute, key.daily_budget_nano,
                      key.monthly_budget_nano);
  if (key.previous_hash) {
    statement->bind_blob(bytes(*key.previous_hash));
  } else {
    statement->bind_null();
  }
  statement->bind_all(key.previous_until_ms, key.log_bodies, key.log_errors_only);
  return statement->run();
}

Result<bool> ApiKeys::remove(std::string_view id) {
  Result<Statement> statement = transaction_.storage().prepare("DELETE FROM api_keys WHERE id = ?");
  if (!statement) return statement.error();
  if (Status done = statement->bind(id).run(); !done) return done.error();
  return transaction_.storage().changes() > 0;
}

}  // namespace omniroute::store
