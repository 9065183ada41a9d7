#include "migration.hpp"

#include <array>
#include <string>

#include "omniroute/base/log.hpp"
#include "usage_kinds.hpp"

extern "C" {
extern const char store_storage_0001_begin[], store_storage_0001_end[];
extern const char store_storage_0002_begin[], store_storage_0002_end[];
extern const char store_storage_0003_begin[], store_storage_0003_end[];
extern const char store_storage_0004_begin[], store_storage_0004_end[];
extern const char store_storage_0005_begin[], store_storage_0005_end[];
extern const char store_storage_0006_begin[], store_storage_0006_end[];
extern const char store_telemetry_0001_begin[], store_telemetry_0001_end[];
extern const char store_telemetry_0002_begin[], store_telemetry_0002_end[];
extern const char store_telemetry_0003_begin[], store_telemetry_0003_end[];
extern const char store_telemetry_0004_begin[], store_telemetry_0004_end[];
extern const char store_telemetry_0005_begin[], store_telemetry_0005_end[];
extern const char store_telemetry_0006_begin[], store_telemetry_0006_end[];
extern const char store_telemetry_0007_begin[], store_telemetry_0007_end[];
extern const char store_telemetry_0008_begin[], store_telemetry_0008_end[];
extern const char store_telemetry_0009_begin[], store_telemetry_0009_end[];
extern const char store_telemetry_0010_begin[], store_telemetry_0010_end[];
extern const char store_telemetry_0011_begin[], store_telemetry_0011_end[];
}

namespace omniroute::store {
namespace {

std::string_view text(const char* begin, const char* end) { return {begin, static_cast<std::size_t>(end - begin)}; }

Status fill_kinds(Connection& connection) { return KindWriter(connection).fill(); }

// Forward only: a step that was released is never changed, a new one is added at the end.
const std::array<Migration, 6> storage_steps{{
    {"0001_init", text(store_storage_0001_begin, store_storage_0001_end)},
    {"0002_documents", text(store_storage_0002_begin, store_storage_0002_end)},
    {"0003_access", text(store_storage_0003_begin, store_storage_0003_end)},
    {"0004_money", text(store_storage_0004_begin, store_storage_0004_end)},
    {"0005_key_bodies", text(store_storage_0005_begin, store_storage_0005_end)},
    {"0006_key_errors", text(store_storage_0006_begin, store_storage_0006_end)},
}};
const std::array<Migration, 11> telemetry_steps{{
    {"telemetry/0001_init", text(store_telemetry_0001_begin, store_telemetry_0001_end)},
    {"telemetry/0002_responses", text(store_telemetry_0002_begin, store_telemetry_0002_end)},
    {"telemetry/0003_dropped", text(store_telemetry_0003_begin, store_telemetry_0003_end)},
    {"telemetry/0004_router", text(store_telemetry_0004_begin, store_telemetry_0004_end)},
    {"telemetry/0005_money", text(store_telemetry_0005_begin, store_telemetry_0005_end)},
    {"telemetry/0006_usage_days", text(store_telemetry_0006_begin, store_telemetry_0006_end)},
    {"telemetry/0007_bodies", text(store_telemetry_0007_begin, store_telemetry_0007_end)},
    {"telemetry/0008_dropped_sums", text(store_telemetry_0008_begin, store_telemetry_0008_end)},
    {"telemetry/0009_overhead", text(store_telemetry_0009_begin, store_telemetry_0009_end)},
    {"telemetry/0010_egress", text(store_telemetry_0010_begin, store_telemetry_0010_end)},
    {"telemetry/0011_kinds", text(store_telemetry_0011_begin, store_telemetry_0011_end), fill_kinds},
}};

constexpr std::int32_t storage_id = 0x4F6D5201;    // "OmR", 1
constexpr std::int32_t telemetry_id = 0x4F6D5202;  // "OmR", 2

Status step_forward(Connection& connection, const Schema& schema, int number) {
  const Migration& step = schema.migrations[static_cast<std::size_t>(number - 1)];
  const std::string begin = "BEGIN IMMEDIATE;" + std::string(step.sql);
  const std::string end =
      "PRAGMA application_id=" + std::to_string(schema.application_id) + ";PRAGMA user_version=" + std::to_string(number) + ";COMMIT;";
  Status done = connection.execute(begin.c_str());
  if (done && step.then != nullptr) done = step.then(connection);
  if (done) done = connection.execute(end.c_str());
  if (done) return {};
  Error error = done.error();
  if (connection.in_transaction()) {
    if (Status undone = connection.execute("ROLLBACK"); !undone) error.detail += "; rollback: " + undone.error().detail;
  }
  error.message = "The database could not be brought to schema " + std::to_string(number) + " and was left as it was. " + error.message;
  return error;
}

}  // namespace

Schema storage_schema() { return {storage_id, storage_steps}; }
Schema telemetry_schema() { return {telemetry_id, telemetry_steps}; }

Result<int> inspect(Connection& connection, const Schema& schema, std::int64_t check_up_to) {
  const std::string& path = connection.path();
  Result<std::int64_t> version = connection.number("PRAGMA user_version");
  if (!version) return version.error();
  Result<std::int64_t> id = connection.number("PRAGMA application_id");
  if (!id) return id.error();
  Result<std::int64_t> tables = connection.number("SELECT count(*) FROM sqlite_schema");
  if (!tables) return tables.error();
  const bool empty = *version == 0 && *tables == 0;
  if (!empty && *id != schema.application_id)
    return Error(ErrorKind::internal,
                 "The file " + path + " is a database of another program. Choose another folder with DATA_DIR, or move the file away.");
  const auto newest = static_cast<std::int64_t>(schema.migrations.size());
  if (*version > newest)
    return Error(ErrorKind::internal, "The database " + path + " was written by a newer OmniRoute (schema " + std::to_string(*version) +
                                          ", this one knows " + std::to_string(newest) +
                                          "). Use that version again, or put back a copy from db_backups.");
  Result<std::int64_t> bytes = connection.number("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size");
  if (!bytes) return bytes.error();
  if (*bytes <= check_up_to) {
    Result<Statement> check = connection.prepare("PRAGMA quick_check(1)");
    if (!check) return check.error();
    Result<bool> row = check->step();
    if (!row) return row.error();
    if (!*row || check->text(0) != "ok") {
      Error damaged(ErrorKind::internal,
                    "The database " + path + " is damaged. Put back a copy from db_backups, or move the file away to start anew.");
      damaged.detail = std::string(check->text(0));
      return damaged;
    }
  }
  return static_cast<int>(*version);
}

Status migrate(Connection& connection, const Schema& schema, int version, const std::function<Status()>& before) {
  const auto newest = static_cast<int>(schema.migrations.size());
  if (version >= newest) return {};
  if (version > 0) {
    if (Status ready = before(); !ready) return ready;
    // A step that goes over all rows writes to thousands of places at once.
    if (Status roomy = connection.execute("PRAGMA cache_size=-131072"); !roomy) return roomy;
  }
  for (int number = version + 1; number <= newest; ++number) {
    if (Status done = step_forward(connection, schema, number); !done) return done;
    log::info("database migrated: path={} step={}", connection.path(), schema.migrations[static_cast<std::size_t>(number - 1)].name);
  }
  if (version > 0) return connection.execute("PRAGMA cache_size=-2000; PRAGMA shrink_memory; PRAGMA wal_checkpoint(TRUNCATE)");
  return {};
}

}  // namespace omniroute::store
