#include "omniroute/store/router_state.hpp"

#include "transaction.hpp"

namespace omniroute::store {
namespace {

Status write_records(Transaction& transaction, const std::vector<RouterRecord>& records) {
  Result<Statement> save = transaction.telemetry().prepare("INSERT OR REPLACE INTO router_state (key, record) VALUES (?, ?)");
  if (!save) return save.error();
  Result<Statement> forget = transaction.telemetry().prepare("DELETE FROM router_state WHERE key = ?");
  if (!forget) return forget.error();
  for (const RouterRecord& each : records) {
    Status done = each.record.empty() ? forget->bind(std::string_view(each.key)).run()
                                      : save->bind_all(std::string_view(each.key), std::string_view(each.record)).run();
    if (!done) return done;
  }
  return {};
}

Result<std::vector<RouterRecord>> read_records(Transaction& transaction) {
  Result<Statement> statement = transaction.telemetry().prepare("SELECT key, record FROM router_state ORDER BY key");
  if (!statement) return statement.error();
  std::vector<RouterRecord> records;
  Result<bool> row = statement->step();
  for (; row && *row; row = statement->step()) records.push_back({std::string(statement->text(0)), std::string(statement->text(1))});
  if (!row) return row.error();
  return records;
}

constexpr std::string_view trace_columns =
    "SELECT t.usage_id, u.request_id, u.key_id, u.time_ms, u.latency_ms, u.status, u.error_kind, u.error_message, t.data "
    "FROM traces t JOIN usage u ON u.id = t.usage_id ";

StoredTrace read_trace(const Statement& row) {
  StoredTrace trace;
  trace.usage_id = row.integer(0);
  trace.request_id = row.text(1);
  trace.key_id = row.text(2);
  trace.time_ms = row.integer(3);
  trace.latency_ms = row.integer(4);
  trace.status = static_cast<int>(row.integer(5));
  trace.error_kind = row.text(6);
  trace.error_message = row.text(7);
  trace.data = row.blob(8);
  return trace;
}

Result<std::optional<StoredTrace>> find_trace(Transaction& transaction, const std::string& request_id,
                                              const std::optional<std::string>& key_id) {
  const std::string wanted = key_id.value_or("");
  Result<Statement> statement = transaction.telemetry().prepare(
      std::string(trace_columns) + "WHERE u.request_id = ? AND (? OR u.key_id = ?) ORDER BY t.usage_id DESC LIMIT 1");
  if (!statement) return statement.error();
  Result<bool> row = statement->bind_all(std::string_view(request_id), key_id ? 0 : 1, std::string_view(wanted)).step();
  if (!row) return row.error();
  if (!*row) return std::optional<StoredTrace>();
  return std::optional<StoredTrace>(read_trace(*statement));
}

struct Stretch {
  std::int64_t after = 0;
  std::int64_t since_ms = 0;
  int limit = 0;
};

Result<std::int64_t> visit_traces(Transaction& transaction, const Stretch& stretch, const std::function<void(const StoredTrace&)>& take) {
  Result<Statement> statement =
      transaction.telemetry().prepare(std::string(trace_columns) + "WHERE t.usage_id > ? AND u.time_ms >= ? ORDER BY t.usage_id LIMIT ?");
  if (!statement) return statement.error();
  statement->bind_all(stretch.after, stretch.since_ms, stretch.limit);
  std::int64_t last = 0;
  Result<bool> row = statement->step();
  for (; row && *row; row = statement->step()) {
    const StoredTrace trace = read_trace(*statement);
    last = trace.usage_id;
    take(trace);
  }
  if (!row) return row.error();
  return last;
}

}  // namespace

void RouterState::save(std::vector<RouterRecord> records) {
  if (records.empty()) return;
  database_.later([records = std::move(records)](Transaction& transaction) { return write_records(transaction, records); });
}

Task<Result<std::vector<RouterRecord>>> RouterState::all() {
  Database::Work<std::vector<RouterRecord>> work = [](Transaction& transaction) { return read_records(transaction); };
  co_return co_await database_.read(std::move(work));
}

Task<Result<std::optional<StoredTrace>>> Traces::find(std::string request_id, std::optional<std::string> key_id) {
  const Status flushed = co_await database_.flush();
  if (!flushed) co_return flushed.error();
  Database::Work<std::optional<StoredTrace>> work = [request_id, key_id](Transaction& transaction) {
    return find_trace(transaction, request_id, key_id);
  };
  co_return co_await database_.read(std::move(work));
}

Task<Result<std::int64_t>> Traces::visit(std::int64_t after, std::int64_t since_ms, int limit,
                                         std::function<void(const StoredTrace&)> take) {
  const Status flushed = co_await database_.flush();
  if (!flushed) co_return flushed.error();
  const Stretch stretch{after, since_ms, limit};
  Database::Work<std::int64_t> work = [stretch, take = std::move(take)](Transaction& transaction) {
    return visit_traces(transaction, stretch, take);
  };
  co_return co_await database_.read_aside(std::move(work));
}

}  // namespace omniroute::store
