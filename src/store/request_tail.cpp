#include "omniroute/store/request_tail.hpp"

#include "transaction.hpp"
#include "usage_rows.hpp"

namespace omniroute::store {
namespace {

Result<Tail> read_tail(Connection& connection, std::optional<std::int64_t> after_id, int limit) {
  Tail tail;
  if (!after_id) {
    Result<std::int64_t> last = connection.number("SELECT coalesce(max(id), 0) FROM usage");
    if (!last) return last.error();
    tail.last_id = *last;
    return tail;
  }
  tail.last_id = *after_id;
  Result<Statement> statement =
      connection.prepare("SELECT id, " + std::string(usage_columns) + " FROM usage WHERE id > ? ORDER BY id LIMIT ?");
  if (!statement) return statement.error();
  statement->bind_all(*after_id, limit);
  Result<bool> row = statement->step();
  for (; row && *row; row = statement->step()) {
    tail.last_id = statement->integer(0);
    tail.rows.push_back({tail.last_id, read_usage(*statement, 1)});
  }
  if (!row) return row.error();
  return tail;
}

Result<RequestTimes> read_times(Connection& connection, std::int64_t since_ms) {
  Result<Statement> statement =
      connection.prepare("SELECT latency_ms, first_token_ms FROM usage WHERE time_ms >= ? ORDER BY time_ms DESC LIMIT 10000");
  if (!statement) return statement.error();
  statement->bind(since_ms);
  RequestTimes times;
  Result<bool> row = statement->step();
  for (; row && *row; row = statement->step()) {
    times.total_ms.push_back(statement->integer(0));
    if (!statement->is_null(1)) times.first_token_ms.push_back(statement->integer(1));
  }
  if (!row) return row.error();
  return times;
}

}  // namespace

Task<Result<Tail>> RequestTail::after(std::optional<std::int64_t> id, int limit) {
  const Status flushed = co_await database_.flush();
  (void)flushed;  // rows that cannot be written now are missed; the log tells why
  Database::Work<Tail> work = [id, limit](Transaction& transaction) { return read_tail(transaction.telemetry(), id, limit); };
  Result<Tail> tail = co_await database_.read_aside(std::move(work));
  co_return tail;
}

Task<Result<RequestTimes>> RequestTail::times_since(std::int64_t since_ms) {
  const Status flushed = co_await database_.flush();
  (void)flushed;
  Database::Work<RequestTimes> work = [since_ms](Transaction& transaction) { return read_times(transaction.telemetry(), since_ms); };
  Result<RequestTimes> times = co_await database_.read_aside(std::move(work));
  co_return times;
}

}  // namespace omniroute::store
