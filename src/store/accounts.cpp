#include <utility>

#include "omniroute/base/log.hpp"
#include "omniroute/store/repositories.hpp"
#include "transaction.hpp"

namespace omniroute::store {
namespace {

constexpr std::string_view columns =
    "id, provider, name, auth_type, priority, active, api_key, proxy, default_model, test_status, last_error, last_error_ms, created_ms, "
    "updated_ms";

std::string select(std::string_view rest) { return "SELECT " + std::string(columns) + " FROM accounts " + std::string(rest); }

/// A credential that does not open is no reason to refuse all the others: its account is switched off and says why.
void unseal(const Transaction& transaction, std::string_view record, std::string_view column, domain::Account& account, Secret& into) {
  Result<Secret> opened = transaction.vault().unseal(record, "accounts", account.id, column);
  if (opened) {
    into = std::move(*opened);
    return;
  }
  log::error("stored secret does not open: account={} column={} reason={}", account.id, column, opened.error().message);
  account.active = false;
  account.test_status = "error";
  account.last_error = opened.error().message + " Enter it again.";
}

domain::Account read(const Transaction& transaction, const Statement& row) {
  domain::Account account;
  account.id = row.text(0);
  account.provider = row.text(1);
  account.name = row.text(2);
  account.auth_type = domain::parse_auth_type(row.text(3)).value_or(domain::AuthType::api_key);
  account.priority = static_cast<int>(row.integer(4));
  account.active = row.integer(5) != 0;
  account.default_model = row.text(8);
  account.test_status = row.text(9);
  account.last_error = row.text(10);
  account.last_error_ms = row.integer(11);
  account.created_ms = row.integer(12);
  account.updated_ms = row.integer(13);
  unseal(transaction, row.blob(6), "api_key", account, account.api_key);
  unseal(transaction, row.blob(7), "proxy", account, account.proxy);
  return account;
}

}  // namespace

Result<std::vector<domain::Account>> Accounts::all() {
  Result<Statement> statement = transaction_.storage().prepare(select("ORDER BY provider, priority, updated_ms DESC, id"));
  if (!statement) return statement.error();
  std::vector<domain::Account> accounts;
  Result<bool> row = statement->step();
  for (; row && *row; row = statement->step()) accounts.push_back(read(transaction_, *statement));
  if (!row) return row.error();
  return accounts;
}

Result<std::optional<domain::Account>> Accounts::find(std::string_view id) {
  Result<Statement> statement = transaction_.storage().prepare(select("WHERE id = ?"));
  if (!statement) return statement.error();
  Result<bool> row = statement->bind(id).step();
  if (!row) return row.error();
  if (!*row) return std::optional<domain::Account>();
  return std::optional<domain::Account>(read(transaction_, *statement));
}

Status Accounts::save(const domain::Account& account) {
  const Vault& vault = transaction_.vault();
  Result<std::string> api_key = vault.seal(account.api_key, "accounts", account.id, "api_key");
  if (!api_key) return api_key.error();
  Result<std::string> proxy = vault.seal(account.proxy, "accounts", account.id, "proxy");
  if (!proxy) return proxy.error();
  Result<Statement> statement = transaction_.storage().prepare("INSERT OR REPLACE INTO accounts (" + std::string(columns) +
                                                               ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  if (!statement) return statement.error();
  statement->bind_all(std::string_view(account.id), std::string_view(account.provider), std::string_view(account.name),
                      domain::to_string(account.auth_type), account.priority, account.active);
  api_key->empty() ? statement->bind_null() : statement->bind_blob(*api_key);
  proxy->empty() ? statement->bind_null() : statement->bind_blob(*proxy);
  statement->bind_all(std::string_view(account.default_model), std::string_view(account.test_status), std::string_view(account.last_error),
                      account.last_error_ms, account.created_ms, account.updated_ms);
  return statement->run();
}

Status Accounts::set_priority(std::string_view id, int priority) {
  Result<Statement> statement = transaction_.storage().prepare("UPDATE accounts SET priority = ? WHERE id = ?");
  if (!statement) return statement.error();
  return statement->bind(priority).bind(id).run();
}

Status Accounts::note_test(std::string_view id, std::string_view status, std::string_view error, std::int64_t error_ms) {
  Result<Statement> statement =
      transaction_.storage().prepare("UPDATE accounts SET test_status = ?, last_error = ?, last_error_ms = ? WHERE id = ?");
  if (!statement) return statement.error();
  return statement->bind(status).bind(error).bind(error_ms).bind(id).run();
}

Result<bool> Accounts::remove(std::string_view id) {
  Result<Statement> statement = transaction_.storage().prepare("DELETE FROM accounts WHERE id = ?");
  if (!statement) return statement.error();
  if (Status done = statement->bind(id).run(); !done) return done.error();
  return transaction_.storage().changes() > 0;
}

Status Accounts::remove_of_provider(std::string_view provider) {
  Result<Statement> statement = transaction_.storage().prepare("DELETE FROM accounts WHERE provider = ?");
  if (!statement) return statement.error();
  return statement->bind(provider).run();
}

}  // namespace omniroute::store
