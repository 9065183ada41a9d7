#include "omniroute/store/retention.hpp"

#include <limits>
#include <optional>

#include "body_rows.hpp"
#include "omniroute/store/access_tables.hpp"
#include "transaction.hpp"
#include "usage_kinds.hpp"

namespace omniroute::store {
namespace {

/// Some milliseconds of work, so that requests' rows do not wait long.
constexpr int rows_at_once = 2'000;
constexpr int responses_at_once = 100;
constexpr int bodies_at_once = 50;

/// Bytes in use; pages that were freed are used again before the file grows.
Result<std::int64_t> used_bytes(Connection& connection) {
  return connection.number(
      "SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size");
}

Result<std::int64_t> run(Connection& connection, const char* sql, std::int64_t value) {
  Result<Statement> statement = connection.prepare(sql);
  if (!statement) return statement.error();
  if (Status done = statement->bind(value).run(); !done) return done.error();
  return connection.changes();
}

}  // namespace

Result<bool> trim(Transaction& transaction, const TrimRules& rules) {
  if (Status cleared = Audit(transaction).remove_before(rules.audit_before_ms); !cleared) return cleared.error();
  Connection& telemetry = transaction.telemetry();
  Result<std::int64_t> old_rows = remove_usage(telemetry, rules.rows_before_ms, rows_at_once);
  if (!old_rows) return old_rows.error();
  Result<std::int64_t> old_bodies = remove_bodies(telemetry, rules.bodies_before_ms, bodies_at_once);
  if (!old_bodies) return old_bodies.error();
  Result<std::int64_t> bytes = used_bytes(telemetry);
  if (!bytes) return bytes.error();
  if (*bytes <= rules.most_bytes) return *old_rows == rows_at_once || *old_bodies == bodies_at_once;
  Result<std::int64_t> bodies = remove_bodies(telemetry, std::numeric_limits<std::int64_t>::max(), bodies_at_once);
  if (!bodies) return bodies.error();
  if (*bodies > 0) return true;
  Result<std::int64_t> rows = remove_usage(telemetry, std::nullopt, rows_at_once);
  if (!rows) return rows.error();
  Result<std::int64_t> responses =
      run(telemetry, "DELETE FROM responses WHERE id IN (SELECT id FROM responses ORDER BY created_ms LIMIT ?)", responses_at_once);
  if (!responses) return responses.error();
  return *rows + *responses > 0;
}

}  // namespace omniroute::store
