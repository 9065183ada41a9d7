#pragma once
#include <string>

#include "connection.hpp"
#include "omniroute/store/database.hpp"

namespace omniroute::store {

/// Whether the file at `path` is a whole database of ours, sealed with the same key as `live`. Changes nothing.
Result<BackupCheck> check_backup_file(const std::string& path, const std::string& vfs, Connection& live);

/// Copies a checked backup to `work_path` and brings it to the present schema there.
Status prepare_restore(const std::string& path, const std::string& work_path, const std::string& vfs);

/// Puts what the prepared file holds in place of what `live` holds, inside the caller's transaction. The audit log stays, sessions end, and
/// the revision goes on upwards.
Status take_over(const std::string& work_path, const std::string& vfs, Connection& live);

}  // namespace omniroute::store
