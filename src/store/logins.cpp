#include <algorithm>

#include "omniroute/store/repositories.hpp"
#include "transaction.hpp"

namespace omniroute::store {
namespace {

std::string_view bytes(const std::array<std::uint8_t, 32>& hash) { return {reinterpret_cast<const char*>(hash.data()), hash.size()}; }

}  // namespace

Result<std::vector<domain::Session>> Sessions::all() {
  Result<Statement> statement = transaction_.storage().prepare("SELECT token_hash, created_ms, expires_ms, peer, agent FROM sessions");
  if (!statement) return statement.error();
  std::vector<domain::Session> sessions;
  Result<bool> row = statement->step();
  for (; row && *row; row = statement->step()) {
    domain::Session session;
    const std::string_view hash = statement->blob(0);
    if (hash.size() != session.token_hash.size()) continue;
    std::copy(hash.begin(), hash.end(), session.token_hash.begin());
    session.created_ms = statement->integer(1);
    session.expires_ms = statement->integer(2);
    session.peer = statement->text(3);
    session.agent = statement->text(4);
    sessions.push_back(session);
  }
  if (!row) return row.error();
  return sessions;
}

Status Sessions::save(const domain::Session& session) {
  Result<Statement> statement = transaction_.storage().prepare(
      "INSERT OR REPLACE INTO sessions (token_hash, created_ms, expires_ms, peer, agent) VALUES (?, ?, ?, ?, ?)");
  if (!statement) return statement.error();
  statement->bind_blob(bytes(session.token_hash));
  return statement->bind_all(session.created_ms, session.expires_ms, std::string_view(session.peer), std::string_view(session.agent)).run();
}

Result<bool> Sessions::remove(const std::array<std::uint8_t, 32>& token_hash) {
  Result<Statement> statement = transaction_.storage().prepare("DELETE FROM sessions WHERE token_hash = ?");
  if (!statement) return statement.error();
  if (Status done = statement->bind_blob(bytes(token_hash)).run(); !done) return done.error();
  return transaction_.storage().changes() > 0;
}

Status Sessions::remove_all() { return transaction_.storage().execute("DELETE FROM sessions"); }

Status Sessions::remove_expired(std::int64_t now_ms) {
  Result<Statement> statement = transaction_.storage().prepare("DELETE FROM sessions WHERE expires_ms <= ?");
  if (!statement) return statement.error();
  return statement->bind(now_ms).run();
}

Result<std::optional<std::string>> PasswordHash::get() {
  Result<Statement> statement = transaction_.storage().prepare("SELECT encoded FROM passwords WHERE name = 'dashboard'");
  if (!statement) return statement.error();
  Result<bool> row = statement->step();
  if (!row) return row.error();
  if (!*row) return std::optional<std::string>();
  return std::optional<std::string>(statement->text(0));
}

Status PasswordHash::set(std::string_view encoded) {
  Result<Statement> statement = transaction_.storage().prepare("INSERT OR REPLACE INTO passwords (name, encoded) VALUES ('dashboard', ?)");
  if (!statement) return statement.error();
  return statement->bind(encoded).run();
}

Result<bool> PasswordHash::remove() {
  if (Status done = transaction_.storage().execute("DELETE FROM passwords WHERE name = 'dashboard'"); !done) return done.error();
  return transaction_.storage().changes() > 0;
}

}  // namespace omniroute::store
