#include "database_file.hpp"

#include <fmt/chrono.h>
#include <sys/stat.h>

#include <chrono>

#include "omniroute/base/log.hpp"

namespace omniroute::store {
namespace {

std::string time_for_name(WallTime time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  return fmt::format("{:%Y%m%dT%H%M%SZ}", fmt::gmtime(seconds));
}

/// A copy under a name of its own in db_backups/.
Status back_up_before_migration(Connection& connection, const DataDirectory& directory, const std::string& vfs, int version, WallTime now) {
  const std::string folder = directory.file("db_backups");
  if (Status made = make_private_folder(folder); !made) return made;
  const std::string& path = connection.path();
  const std::string stem = path.substr(path.rfind('/') + 1, path.rfind('.') - path.rfind('/') - 1);
  const std::string begin = folder + "/" + stem + "-" + time_for_name(now) + "-schema" + std::to_string(version);
  std::string name = begin + ".sqlite";
  for (int number = 2;; ++number) {
    Status made = make_private_file(name);
    if (made) break;
    if (made.error().kind != ErrorKind::conflict) return made;
    name = begin + "-" + std::to_string(number) + ".sqlite";
  }
  if (Status copied = connection.copy_to(name, vfs); !copied) {
    Error error = copied.error();
    error.message = "No copy could be made before the migration, so nothing was changed. " + error.message;
    return error;
  }
  log::info("database copied before migration: path={}", name);
  return {};
}

Status set_modes(Connection& connection, const char* synchronous) {
  if (Status wal = connection.execute("PRAGMA journal_mode=WAL"); !wal) return wal;
  const std::string pragmas = std::string("PRAGMA foreign_keys=ON; PRAGMA synchronous=") + synchronous;
  return connection.execute(pragmas.c_str());
}

}  // namespace

Result<Connection> open_database_file(const DatabaseFile& file, const DataDirectory& directory, const std::string& vfs,
                                      const std::function<Status(Connection&)>& accept, const Clock& clock) {
  if (Status prepared = directory.private_file(file.path); !prepared) return prepared.error();
  Result<Connection> opened = Connection::open(file.path, vfs);
  if (!opened) return opened.error();
  Connection connection = std::move(*opened);
  Result<int> version = inspect(connection, file.schema, file.check_up_to);
  if (!version) return version.error();
  if (Status accepted = accept(connection); !accepted) return accepted.error();
  if (Status modes = set_modes(connection, file.synchronous); !modes) return modes.error();
  if (*version > 0) {
    // After a failed fsync in an earlier life the log may hold pages that are in the cache only. Checkpointing writes them anew.
    if (Status checkpoint = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)"); !checkpoint) return checkpoint.error();
  }
  const WallTime now = clock.wall_now();
  const auto before = [&] { return back_up_before_migration(connection, directory, vfs, *version, now); };
  if (Status migrated = migrate(connection, file.schema, *version, before); !migrated) return migrated.error();
  return Result<Connection>(std::move(connection));
}

Status look_at_version(const DatabaseFile& file, const std::string& vfs) {
  struct stat info {};
  if (::stat(file.path.c_str(), &info) != 0 || !S_ISREG(info.st_mode) || info.st_size == 0) return {};
  Result<Connection> connection = open_database_to_read(file.path, vfs);
  if (!connection) return connection.error();
  constexpr std::int64_t nothing_checked = -1;
  Result<int> version = inspect(*connection, file.schema, nothing_checked);
  if (!version) return version.error();
  return {};
}

Result<Connection> open_database_to_read(const std::string& path, const std::string& vfs) {
  Result<Connection> connection = Connection::open(path, vfs);
  if (!connection) return connection.error();
  if (Status only = connection->execute("PRAGMA query_only=ON"); !only) return only.error();
  return connection;
}

}  // namespace omniroute::store
