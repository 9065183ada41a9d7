#include "omniroute/store/usage.hpp"

#include <algorithm>
#include <utility>

#include "transaction.hpp"
#include "usage_history.hpp"
#include "usage_pages.hpp"
#include "usage_rows.hpp"

namespace omniroute::store {
namespace {

constexpr int most_rows_a_page = 500;

Result<std::optional<domain::UsageRow>> read_one(Connection& connection, std::string_view request_id) {
  Result<Statement> statement =
      connection.prepare("SELECT " + std::string(usage_columns) + " FROM usage WHERE request_id = ? ORDER BY id DESC LIMIT 1");
  if (!statement) return statement.error();
  Result<bool> row = statement->bind(request_id).step();
  if (!row) return row.error();
  if (!*row) return std::optional<domain::UsageRow>();
  return std::optional<domain::UsageRow>(read_usage(*statement, 0));
}

/// Rows that cannot be written now are missed by the answer; the log tells why, and they are not lost.
template <class T>
Task<Result<T>> after_flush(Database& database, Database::Work<T> work) {
  const Status flushed = co_await database.flush();
  (void)flushed;
  Result<T> result = co_await database.read_aside<T>(std::move(work));
  co_return result;
}

}  // namespace

void UsageTotals::add(const UsageTotals& more) noexcept {
  requests += more.requests;
  errors += more.errors;
  input += more.input;
  output += more.output;
  cache_read += more.cache_read;
  cache_write += more.cache_write;
  reasoning += more.reasoning;
  cost_nano += more.cost_nano;
  unpriced += more.unpriced;
  latency_ms += more.latency_ms;
}

Task<Result<UsageHistory>> Usage::history(UsageFilter filter, std::int64_t now_ms) {
  Database::Work<UsageHistory> work = [filter = std::move(filter), now_ms](Transaction& transaction) {
    return read_history(transaction.telemetry(), filter, now_ms);
  };
  return after_flush(database_, std::move(work));
}

Task<Result<UsagePage>> Usage::recent(UsageFilter filter, int limit, std::optional<std::int64_t> cursor) {
  Database::Work<UsagePage> work = [filter = std::move(filter), limit = std::clamp(limit, 1, most_rows_a_page),
                                    cursor](Transaction& transaction) { return read_page(transaction.telemetry(), filter, limit, cursor); };
  return after_flush(database_, std::move(work));
}

Task<Result<std::optional<domain::UsageRow>>> Usage::find(std::string request_id) {
  Database::Work<std::optional<domain::UsageRow>> work = [request_id = std::move(request_id)](Transaction& transaction) {
    return read_one(transaction.telemetry(), request_id);
  };
  return after_flush(database_, std::move(work));
}

}  // namespace omniroute::store
