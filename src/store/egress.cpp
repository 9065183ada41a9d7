#include "omniroute/store/egress.hpp"

#include <utility>

#include "transaction.hpp"

namespace omniroute::store {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

Status write_changes(Transaction& transaction, const net::EgressLog::Changes& changes) {
  Connection& telemetry = transaction.telemetry();
  if (changes.cleared) {
    Result<Statement> forget = telemetry.prepare("DELETE FROM egress");
    if (!forget) return forget.error();
    if (Status done = forget->run(); !done) return done;
  }
  if (changes.entries.empty()) return {};
  Result<Statement> save = telemetry.prepare(
      "INSERT OR REPLACE INTO egress (id, time_ms, host, port, tls, proxy, address, state, reason, connect_ms, sent, received, lasted_ms) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  if (!save) return save.error();
  for (const net::EgressEntry& entry : changes.entries) {
    std::optional<std::int64_t> lasted;
    if (entry.lasted) lasted = entry.lasted->count();
    save->bind_all(static_cast<std::int64_t>(entry.id), std::int64_t{duration_cast<milliseconds>(entry.time.time_since_epoch()).count()},
                   std::string_view(entry.host), static_cast<std::int64_t>(entry.port), entry.tls, std::string_view(entry.proxy),
                   std::string_view(entry.address), net::to_string(entry.state), std::string_view(entry.reason));
    save->bind_all(std::int64_t{entry.connect.count()}, static_cast<std::int64_t>(entry.sent), static_cast<std::int64_t>(entry.received),
                   lasted);
    if (Status done = save->run(); !done) return done;
  }
  Result<Statement> trim = telemetry.prepare("DELETE FROM egress WHERE id <= ?");
  if (!trim) return trim.error();
  const auto last = static_cast<std::int64_t>(changes.entries.back().id);
  return trim->bind_all(last - static_cast<std::int64_t>(net::EgressLog::kept)).run();
}

Result<std::vector<net::EgressEntry>> read_entries(Transaction& transaction) {
  Result<Statement> statement = transaction.telemetry().prepare(
      "SELECT id, time_ms, host, port, tls, proxy, address, state, reason, connect_ms, sent, received, lasted_ms FROM egress ORDER BY id");
  if (!statement) return statement.error();
  std::vector<net::EgressEntry> entries;
  Result<bool> row = statement->step();
  for (; row && *row; row = statement->step()) {
    net::EgressEntry& entry = entries.emplace_back();
    entry.id = static_cast<std::uint64_t>(statement->integer(0));
    entry.time = WallTime(milliseconds(statement->integer(1)));
    entry.host = statement->text(2);
    entry.port = static_cast<std::uint16_t>(statement->integer(3));
    entry.tls = statement->integer(4) != 0;
    entry.proxy = statement->text(5);
    entry.address = statement->text(6);
    entry.state = net::parse_egress_state(statement->text(7)).value_or(net::EgressEntry::State::closed);
    entry.reason = statement->text(8);
    entry.connect = milliseconds(statement->integer(9));
    entry.sent = static_cast<std::uint64_t>(statement->integer(10));
    entry.received = static_cast<std::uint64_t>(statement->integer(11));
    if (!statement->is_null(12)) entry.lasted = milliseconds(statement->integer(12));
  }
  if (!row) return row.error();
  return entries;
}

}  // namespace

void EgressTable::save(net::EgressLog::Changes changes) {
  if (!changes.cleared && changes.entries.empty()) return;
  database_.later([changes = std::move(changes)](Transaction& transaction) { return write_changes(transaction, changes); });
}

Task<Result<std::vector<net::EgressEntry>>> EgressTable::all() {
  Database::Work<std::vector<net::EgressEntry>> work = [](Transaction& transaction) { return read_entries(transaction); };
  co_return co_await database_.read(std::move(work));
}

}  // namespace omniroute::store
