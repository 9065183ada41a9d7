#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "omniroute/access/login.hpp"
#include "omniroute/base/clock.hpp"
#include "omniroute/base/result.hpp"
#include "omniroute/base/task.hpp"
#include "omniroute/config/editor.hpp"
#include "omniroute/config/publisher.hpp"
#include "omniroute/net/worker.hpp"
#include "omniroute/store/database.hpp"

namespace omniroute::services {

/// A copy of the configuration database in db_backups/.
struct BackupFile {
  std::string id;  ///< the file's name
  std::int64_t created_ms = 0;
  std::int64_t bytes = 0;
  std::string reason;  ///< "manual", "scheduled", "pre-restore", "schema3" (before a migration)
};

/// What is inside one.
struct BackupContent {
  int schema = 0;
  std::int64_t connections = 0;
  std::int64_t nodes = 0;
  std::int64_t keys = 0;
};

/// The whole configuration in a file of its own, sealed with a passphrase.
struct ExportedState {
  std::string name;   ///< "omniroute-20260220T123456Z.omniexport"
  std::string bytes;  ///< crypto/passphrase.hpp
};

/// Copies of the configuration: made beside the running work, checked before they are put back, and thinned out. Any worker.
class Backups {
 public:
  Backups(store::Database& database, config::Editor& editor, config::Publisher& publisher, access::Login& login, const Clock& clock)
      : database_(database), editor_(editor), publisher_(publisher), login_(login), clock_(clock) {}

  /// Newest first. Error: internal if the folder cannot be read.
  [[nodiscard]] Result<std::vector<BackupFile>> list() const;
  /// Makes one and thins out the scheduled ones beyond the setting backup_keep.
  Task<Result<BackupFile>> make(std::string reason);
  /// Reads it as a whole. Errors: not_found; conflict for a damaged one, another program's, a newer schema or another master key's.
  Task<Result<BackupContent>> verify(std::string id);
  /// Checks it, keeps a copy of the present state, puts it in its place and publishes it; every session of the dashboard ends.
  Task<Result<BackupContent>> restore(std::string id);
  Status remove(const std::string& id) const;
  /// Everything that a copy holds and the key to its secrets, sealed with a passphrase, so that another machine can take it in. Errors as
  /// crypto::seal_with_passphrase.
  Task<Result<ExportedState>> export_state(Secret passphrase, std::string_view version);
  /// Opens and checks such a file; without `dry_run` it is then put in place as restore() does, its secrets sealed with this machine's key.
  /// Errors as crypto::open_with_passphrase, and conflict for what is inside; nothing has changed then.
  Task<Result<BackupContent>> import_state(std::string file, Secret passphrase, bool dry_run);
  /// The path of a backup; nothing for a name that is none.
  [[nodiscard]] std::string path_of(const std::string& id) const;

  /// Makes one each backup_interval_hours. Ends when its worker stops.
  Task<void> keep(net::Worker& worker);

 private:
  /// Puts a checked file in place, after a copy of the present state was made.
  Task<Status> put_in_place(std::string path, std::string label, std::string reason);
  [[nodiscard]] std::string folder() const;
  void thin_out() const;

  store::Database& database_;
  config::Editor& editor_;
  config::Publisher& publisher_;
  access::Login& login_;
  const Clock& clock_;
};

}  // namespace omniroute::services
