#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "disk_file.hpp"
#include "omniroute/base/clock.hpp"
#include "omniroute/base/result.hpp"

namespace omniroute::services {

/// What stood in one file before we wrote, and what we wrote.
struct CliCopy {
  std::string path;
  std::string target;
  bool there = false;  ///< before
  mode_t mode = 0600;
  std::string before;  ///< SHA-256 in hex; empty if it was not there
  std::string after;   ///< the same of what we wrote; empty if we removed it
};

/// One time that we wrote: "apply", "clear" or "undo".
struct CliRecord {
  std::string id;  ///< "20260220T123456789Z"
  std::int64_t made_ms = 0;
  std::string action;
  std::string url;
  std::string key_id;  ///< of the key that was made for it; empty = none was
  bool undone = false;
  std::vector<CliCopy> files;
};

/// The records of one tool and the bytes that go with them: <data>/backups/cli/<tool>/<id>/, readable by the owner alone, five kept.
class CliBackups {
 public:
  CliBackups(const std::string& data_dir, const std::string& tool, const Clock& clock)
      : folder_(data_dir + "/backups/cli/" + tool), clock_(clock) {}

  /// Newest first. What cannot be read is left out.
  [[nodiscard]] std::vector<CliRecord> list() const;
  /// The newest that can be undone.
  [[nodiscard]] std::optional<CliRecord> newest() const;
  /// Keeps the present bytes of these files; `record.id` and `made_ms` are given here. Error (conflict) if they cannot be kept.
  Result<CliRecord> keep(CliRecord record, const std::vector<DiskFile>& files) const;
  /// Takes it back, as when nothing was written after all.
  void forget(const CliRecord& record) const;
  Status mark_undone(CliRecord record) const;
  /// The bytes that stood in its file number `index`. Error (conflict): they are gone, or not what they were.
  [[nodiscard]] Result<std::string> bytes(const CliRecord& record, std::size_t index) const;

 private:
  [[nodiscard]] Status write_meta(const CliRecord& record) const;
  void thin_out() const;

  std::string folder_;
  const Clock& clock_;
};

}  // namespace omniroute::services
