#pragma once
#include <sys/types.h>

#include <optional>
#include <string>

#include "omniroute/base/result.hpp"

namespace omniroute::services {

/// A file of somebody else's as it is now.
struct DiskFile {
  std::string path;    ///< as the tool knows it
  std::string target;  ///< what it is in the end, where links lead elsewhere; else the same
  bool there = false;
  std::string bytes;
  mode_t mode = 0600;
};

/// Reads it through symbolic links; a file that is not there is no error. Errors (conflict): it cannot be read, it is no regular file, it
/// is larger than 4 MB, or a link leads to nothing.
Result<DiskFile> read_disk_file(const std::string& path);

/// Why it could not be written: the file, or the folder in which it would be made; nothing if it can.
std::optional<std::string> why_not_writable(const DiskFile& file);

/// Puts new bytes in its place, all or nothing: a new file beside it, flushed, then renamed. Folders on the way are made (0700). Error
/// (conflict).
Status write_disk_file(const std::string& target, const std::string& bytes, mode_t mode);

/// Error (conflict) if it cannot be removed; one that is not there is fine.
Status remove_disk_file(const std::string& target);

/// SHA-256 in hex.
std::string sum_of(const std::string& bytes);

}  // namespace omniroute::services
