#pragma once
#include <string>
#include <string_view>

#include "omniroute/base/result.hpp"

namespace omniroute::store {

/// The data directory, held for this process alone: mode 0700, files 0600 whatever the umask, a lock file that the kernel
/// frees when the process ends, however it ends.
class DataDirectory {
 public:
  /// Makes it if need be, and takes the lock. Errors name the folder and what to do.
  static Result<DataDirectory> take(const std::string& path);
  DataDirectory(DataDirectory&& other) noexcept;
  DataDirectory& operator=(DataDirectory&&) = delete;
  ~DataDirectory();

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] std::string file(std::string_view name) const;
  /// Sees to it that the file exists and has mode 0600, with its -wal and -shm.
  [[nodiscard]] Status private_file(const std::string& path) const;

 private:
  DataDirectory(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}
  std::string path_;
  int lock_;
};

/// Makes a folder of mode 0700, and those above it.
Status make_private_folder(const std::string& path);
/// Makes an empty file of mode 0600; an existing one is an error (conflict).
Status make_private_file(const std::string& path);
/// The content of a small file; not_found if there is none.
Result<std::string> read_small_file(const std::string& path);
/// Writes a file of mode 0600 so that after a crash it is there whole or not at all: written beside, synced, renamed, folder synced.
Status write_durably(const std::string& path, std::string_view content);

}  // namespace omniroute::store
