#include "omniroute/store/latencies.hpp"

#include <utility>

#include "transaction.hpp"

namespace omniroute::store {
namespace {

Result<int> visit_rows(Connection& connection, std::int64_t since_ms, int limit, const std::function<void(const RequestTime&)>& take) {
  Result<Statement> statement = connection.prepare(
      "SELECT u.provider, u.status, u.latency_ms, u.first_token_ms, t.data, u.overhead_us FROM usage u LEFT JOIN traces t ON t.usage_id = "
      "u.id "
      "WHERE u.time_ms >= ? AND u.status <> 0 ORDER BY u.time_ms DESC LIMIT ?");
  if (!statement) return statement.error();
  statement->bind_all(since_ms, limit);
  int count = 0;
  Result<bool> row = statement->step();
  for (; row && *row; row = statement->step()) {
    RequestTime time;
    time.provider = statement->text(0);
    time.status = static_cast<int>(statement->integer(1));
    time.total_ms = statement->integer(2);
    if (!statement->is_null(3)) time.first_token_ms = statement->integer(3);
    time.trace = statement->text(4);
    time.overhead_us = statement->optional_integer(5);
    take(time);
    ++count;
  }
  if (!row) return row.error();
  return count;
}

}  // namespace

Task<Result<int>> Latencies::visit(std::int64_t since_ms, int limit, std::function<void(const RequestTime&)> take) {
  const Status flushed = co_await database_.flush();
  if (!flushed) co_return flushed.error();
  Database::Work<int> work = [since_ms, limit, take = std::move(take)](Transaction& transaction) {
    return visit_rows(transaction.telemetry(), since_ms, limit, take);
  };
  co_return co_await database_.read_aside(std::move(work));
}

}  // namespace omniroute::store
