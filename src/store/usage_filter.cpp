#include "usage_filter.hpp"

#include "usage_slots.hpp"

namespace omniroute::store {

bool asks_for_kinds(const UsageFilter& filter) {
  return !filter.provider.empty() || !filter.model.empty() || !filter.account_id.empty() || !filter.key_id.empty() || filter.status ||
         filter.errors_only || filter.lossy_only;
}

std::string kinds_sql(const UsageFilter& filter, std::string_view table) {
  std::string sql;
  const auto add = [&](std::string_view condition) { sql.append(" AND ").append(table).append(".").append(condition); };
  if (!filter.provider.empty()) add("provider = ?");
  if (!filter.model.empty()) sql.append(" AND ? IN (").append(table).append(".model_asked, ").append(table).append(".upstream_model)");
  if (!filter.account_id.empty()) add("account_id = ?");
  if (!filter.key_id.empty()) add("key_id = ?");
  if (filter.status) add("status = ?");
  if (filter.errors_only) add("status >= 400");
  if (filter.lossy_only) add("dropped <> ''");
  return sql;
}

void bind_kinds(Statement& statement, const UsageFilter& filter) {
  for (const std::string* text : {&filter.provider, &filter.model, &filter.account_id, &filter.key_id})
    if (!text->empty()) statement.bind(std::string_view(*text));
  if (filter.status) statement.bind(*filter.status);
}

std::string times_sql(const UsageFilter& filter) {
  std::string sql;
  if (filter.since_ms) sql += " AND +u.time_ms >= ?";
  if (filter.until_ms) sql += " AND +u.time_ms < ?";
  return sql;
}

void bind_times(Statement& statement, const UsageFilter& filter) {
  if (filter.since_ms) statement.bind(*filter.since_ms);
  if (filter.until_ms) statement.bind(*filter.until_ms);
}

Result<IdRange> ids_of_times(Connection& telemetry, const UsageFilter& filter) {
  IdRange range;
  if (!filter.since_ms && !filter.until_ms) return range;
  Result<Statement> statement =
      telemetry.prepare("SELECT coalesce(min(first_id), 1), coalesce(max(last_id), 0) FROM usage_times WHERE slot BETWEEN ? AND ?");
  if (!statement) return statement.error();
  statement->bind_all(filter.since_ms.value_or(0) / slot_ms, filter.until_ms.value_or(range.last) / slot_ms);
  Result<bool> row = statement->step();
  if (!row) return row.error();
  range.first = statement->integer(0);
  range.last = statement->integer(1);
  return range;
}

}  // namespace omniroute::store
