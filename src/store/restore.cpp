#include "restore.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "data_directory.hpp"
#include "migration.hpp"

namespace omniroute::store {
namespace {

/// What is of this run and this history, not of the configuration.
constexpr std::array<std::string_view, 4> kept_tables{"audit", "sessions", "login_tries", "sealing_keys"};

Result<std::vector<std::string>> names(Connection& connection, const std::string& sql) {
  Result<Statement> statement = connection.prepare(sql);
  if (!statement) return statement.error();
  std::vector<std::string> list;
  Result<bool> row = statement->step();
  for (; row && *row; row = statement->step()) list.emplace_back(statement->text(0));
  if (!row) return row.error();
  return list;
}

Result<std::string> sealing_key_of(Connection& connection) {
  Result<Statement> statement = connection.prepare("SELECT wrapped FROM sealing_keys WHERE id = 1");
  if (!statement) return statement.error();
  Result<bool> row = statement->step();
  if (!row) return row.error();
  return *row ? std::string(statement->blob(0)) : std::string();
}

/// Identifiers come from the schema itself; quoted all the same.
std::string quoted(const std::string& name) {
  std::string text = "\"";
  for (const char c : name) text += c == '"' ? "\"\"" : std::string(1, c);
  return text + "\"";
}

Status copy_table(Connection& from, Connection& to, const std::string& table) {
  Result<std::vector<std::string>> columns = names(to, "SELECT name FROM pragma_table_info('" + table + "')");
  if (!columns) return columns.error();
  std::string list;
  std::string places;
  for (const std::string& column : *columns) {
    list += (list.empty() ? "" : ", ") + quoted(column);
    places += places.empty() ? "?" : ", ?";
  }
  if (Status cleared = to.execute(("DELETE FROM " + quoted(table)).c_str()); !cleared) return cleared;
  Result<Statement> read = from.prepare("SELECT " + list + " FROM " + quoted(table));
  if (!read) return read.error();
  Result<Statement> write = to.prepare("INSERT INTO " + quoted(table) + " (" + list + ") VALUES (" + places + ")");
  if (!write) return write.error();
  Result<bool> row = read->step();
  for (; row && *row; row = read->step()) {
    for (std::size_t column = 0; column < columns->size(); ++column) write->bind_column(*read, static_cast<int>(column));
    if (Status written = write->run(); !written) return written;
  }
  if (!row) return row.error();
  return {};
}

}  // namespace

Result<BackupCheck> check_backup_file(const std::string& path, const std::string& vfs, Connection& live) {
  Result<Connection> opened = Connection::open(path, vfs);
  if (!opened) return opened.error();
  Connection backup = std::move(*opened);
  if (Status only = backup.execute("PRAGMA query_only=ON"); !only) return only.error();
  Result<int> version = inspect(backup, storage_schema(), INT64_MAX);
  if (!version) return Error(ErrorKind::conflict, "This backup cannot be put back: " + version.error().message);
  if (*version == 0) return Error(ErrorKind::conflict, "This backup is empty.");
  Result<Statement> whole = backup.prepare("PRAGMA integrity_check(1)");
  if (!whole) return whole.error();
  Result<bool> verdict = whole->step();
  if (!verdict || !*verdict || whole->text(0) != "ok") return Error(ErrorKind::conflict, "This backup is damaged and cannot be put back.");
  Result<std::string> its_key = sealing_key_of(backup);
  if (!its_key) return its_key.error();
  Result<std::string> live_key = sealing_key_of(live);
  if (!live_key) return live_key.error();
  if (*its_key != *live_key)
    return Error(
        ErrorKind::conflict,
        "The credentials in this backup are sealed with another key. Stop the gateway and start it on a data directory that has this "
        "file as storage.sqlite and the master.key it was made with; then export and import with a passphrase.");
  BackupCheck check;
  check.schema = *version;
  struct Count {
    const char* sql;
    std::int64_t* into;
  };
  for (const Count& count : {Count{"SELECT count(*) FROM accounts", &check.connections}, Count{"SELECT count(*) FROM nodes", &check.nodes},
                             Count{"SELECT count(*) FROM api_keys", &check.keys}}) {
    Result<std::int64_t> number = backup.number(count.sql);
    if (!number) return number.error();
    *count.into = *number;
  }
  return check;
}

Status prepare_restore(const std::string& path, const std::string& work_path, const std::string& vfs) {
  if (Status made = make_private_file(work_path); !made) return made;
  {
    Result<Connection> backup = Connection::open(path, vfs);
    if (!backup) return backup.error();
    if (Status copied = backup->copy_to(work_path, vfs); !copied) return copied;
  }
  Result<Connection> work = Connection::open(work_path, vfs);
  if (!work) return work.error();
  Result<std::int64_t> version = work->number("PRAGMA user_version");
  if (!version) return version.error();
  return migrate(*work, storage_schema(), static_cast<int>(*version), [] { return Status(); });
}

Status take_over(const std::string& work_path, const std::string& vfs, Connection& live) {
  Result<Connection> work = Connection::open(work_path, vfs);
  if (!work) return work.error();
  Result<std::int64_t> revision = live.number("SELECT value FROM counters WHERE name = 'revision'");
  if (!revision) return revision.error();
  Result<std::int64_t> its_revision = work->number("SELECT value FROM counters WHERE name = 'revision'");
  if (!its_revision) return its_revision.error();
  Result<std::vector<std::string>> tables =
      names(live, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name");
  if (!tables) return tables.error();
  for (const std::string& table : *tables) {
    if (std::find(kept_tables.begin(), kept_tables.end(), table) != kept_tables.end()) continue;
    if (Status copied = copy_table(*work, live, table); !copied) return copied;
  }
  if (Status ended = live.execute("DELETE FROM sessions"); !ended) return ended;
  Result<Statement> count = live.prepare("UPDATE counters SET value = ? WHERE name = 'revision'");
  if (!count) return count.error();
  return count->bind(std::max(*revision, *its_revision) + 1).run();
}

}  // namespace omniroute::store
