#pragma once
#include <cstdint>
#include <functional>
#include <string>

#include "connection.hpp"
#include "data_directory.hpp"
#include "migration.hpp"
#include "omniroute/base/clock.hpp"
#include "omniroute/base/result.hpp"

namespace omniroute::store {

/// One database of the data directory and how it is to be opened.
struct DatabaseFile {
  std::string path;
  Schema schema;
  std::int64_t check_up_to;  ///< bytes up to which the whole file is checked
  const char* synchronous;   ///< "FULL" or "NORMAL"
};

/// Opens a database for writing, made and migrated if need be, with a copy in db_backups/ before the first step on one that
/// holds something. Looks before it touches: what refuses (`accept`, too) comes before the first write.
Result<Connection> open_database_file(const DatabaseFile& file, const DataDirectory& directory, const std::string& vfs,
                                      const std::function<Status(Connection&)>& accept, const Clock& clock);

/// Whether open_database_file() would take the file by its version, as far as that is told without reading all of it. Changes nothing.
Status look_at_version(const DatabaseFile& file, const std::string& vfs);

/// A second connection that can only read.
Result<Connection> open_database_to_read(const std::string& path, const std::string& vfs);

}  // namespace omniroute::store
