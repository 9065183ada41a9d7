#include "omniroute/store/access_tables.hpp"

#include "transaction.hpp"

namespace omniroute::store {

Result<std::vector<LoginTries>> LoginTriesTable::all() {
  Result<Statement> statement = transaction_.storage().prepare("SELECT peer, wrong, since_ms, blocked_until_ms FROM login_tries");
  if (!statement) return statement.error();
  std::vector<LoginTries> list;
  Result<bool> row = statement->step();
  for (; row && *row; row = statement->step())
    list.push_back(
        {std::string(statement->text(0)), static_cast<int>(statement->integer(1)), statement->integer(2), statement->integer(3)});
  if (!row) return row.error();
  return list;
}

Status LoginTriesTable::save(const LoginTries& tries) {
  Result<Statement> statement =
      transaction_.storage().prepare("INSERT OR REPLACE INTO login_tries (peer, wrong, since_ms, blocked_until_ms) VALUES (?, ?, ?, ?)");
  if (!statement) return statement.error();
  return statement->bind_all(std::string_view(tries.peer), tries.wrong, tries.since_ms, tries.blocked_until_ms).run();
}

Status LoginTriesTable::remove(std::string_view peer) {
  Result<Statement> statement = transaction_.storage().prepare("DELETE FROM login_tries WHERE peer = ?");
  if (!statement) return statement.error();
  return statement->bind(peer).run();
}

Status LoginTriesTable::remove_older_than(std::int64_t since_ms) {
  Result<Statement> statement = transaction_.storage().prepare("DELETE FROM login_tries WHERE since_ms < ? AND blocked_until_ms < ?");
  if (!statement) return statement.error();
  return statement->bind_all(since_ms, since_ms).run();
}

Result<std::vector<IpBan>> IpBans::all() {
  Result<Statement> statement = transaction_.storage().prepare("SELECT address, until_ms, reason FROM ip_bans ORDER BY until_ms");
  if (!statement) return statement.error();
  std::vector<IpBan> bans;
  Result<bool> row = statement->step();
  for (; row && *row; row = statement->step())
    bans.push_back({std::string(statement->text(0)), statement->integer(1), std::string(statement->text(2))});
  if (!row) return row.error();
  return bans;
}

Status IpBans::save(const IpBan& ban) {
  Result<Statement> statement =
      transaction_.storage().prepare("INSERT OR REPLACE INTO ip_bans (address, until_ms, reason) VALUES (?, ?, ?)");
  if (!statement) return statement.error();
  return statement->bind_all(std::string_view(ban.address), ban.until_ms, std::string_view(ban.reason)).run();
}

Result<bool> IpBans::remove(std::string_view address) {
  Result<Statement> statement = transaction_.storage().prepare("DELETE FROM ip_bans WHERE address = ?");
  if (!statement) return statement.error();
  if (Status done = statement->bind(address).run(); !done) return done.error();
  return transaction_.storage().changes() > 0;
}

Status IpBans::remove_expired(std::int64_t now_ms) {
  Result<Statement> statement = transaction_.storage().prepare("DELETE FROM ip_bans WHERE until_ms <= ?");
  if (!statement) return statement.error();
  return statement->bind(now_ms).run();
}

Status Audit::add(const AuditRow& row) {
  Result<Statement> statement = transaction_.storage().prepare(
      "INSERT INTO audit (time_ms, actor, peer, request_id, action, target, before, after) VALUES (?, ?, ?, ?, ?, ?, nullif(?, ''), "
      "nullif(?, ''))");
  if (!statement) return statement.error();
  return statement
      ->bind_all(row.time_ms, std::string_view(row.actor), std::string_view(row.peer), std::string_view(row.request_id),
                 std::string_view(row.action), std::string_view(row.target), std::string_view(row.before), std::string_view(row.after))
      .run();
}

Result<std::vector<AuditRow>> Audit::recent(const AuditFilter& filter, int limit) {
  std::string sql = "SELECT id, time_ms, actor, peer, request_id, action, target, before, after FROM audit WHERE 1";
  if (!filter.action.empty()) sql += " AND substr(action, 1, length(?)) = ?";
  if (!filter.actor.empty()) sql += " AND actor = ?";
  if (filter.before_id) sql += " AND id < ?";
  sql += " ORDER BY id DESC LIMIT ?";
  Result<Statement> statement = transaction_.storage().prepare(sql);
  if (!statement) return statement.error();
  if (!filter.action.empty()) statement->bind_all(std::string_view(filter.action), std::string_view(filter.action));
  if (!filter.actor.empty()) statement->bind(std::string_view(filter.actor));
  if (filter.before_id) statement->bind(*filter.before_id);
  statement->bind(limit);
  std::vector<AuditRow> rows;
  Result<bool> step = statement->step();
  for (; step && *step; step = statement->step()) {
    AuditRow row;
    row.id = statement->integer(0);
    row.time_ms = statement->integer(1);
    int column = 2;
    for (std::string* text : {&row.actor, &row.peer, &row.request_id, &row.action, &row.target, &row.before, &row.after})
      *text = statement->text(column++);
    rows.push_back(std::move(row));
  }
  if (!step) return step.error();
  return rows;
}

Status Audit::remove_before(std::int64_t time_ms) {
  Result<Statement> statement = transaction_.storage().prepare("DELETE FROM audit WHERE time_ms < ?");
  if (!statement) return statement.error();
  return statement->bind(time_ms).run();
}

}  // namespace omniroute::store
