#pragma once
#include <string>
#include <string_view>

#include "omniroute/base/result.hpp"
#include "omniroute/base/secret.hpp"
#include "omniroute/base/task.hpp"
#include "omniroute/store/database.hpp"

namespace omniroute::store {

/// The configuration for another machine: whoever has both parts has every credential in it.
struct PortableState {
  std::string database;  ///< an SQLite file's bytes; what is secret in it is sealed
  Secret sealing_key;    ///< 32 bytes that open it, made for this state alone
};

/// The configuration with a key to its secrets, without audit log and sessions.
Task<Result<PortableState>> pack_state(Database& database);

/// Makes of such a state, maybe of another machine and an older schema, a file at `path` that Database::restore_from() can take: every
/// secret is sealed with this database's key. Errors: conflict, saying what is wrong with it; no file is left then.
Task<Result<BackupCheck>> unpack_state(Database& database, PortableState state, std::string path);

/// A path in the data directory for a file that is removed at the next opening, should this process not come to it.
std::string work_path(const Database& database, std::string_view name);

}  // namespace omniroute::store
