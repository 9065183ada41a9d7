#include "disk_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "omniroute/crypto/digest.hpp"
#include "omniroute/crypto/encoding.hpp"

namespace omniroute::services {
namespace {

namespace fs = std::filesystem;

constexpr off_t largest = 4 << 20;
constexpr mode_t permission_bits = 07777;

Error failed(const std::string& what, const std::string& path) {
  const int number = errno;
  Error error(ErrorKind::conflict, what + " " + path + ": " + std::strerror(number) + ".");
  if (number == EACCES || number == EPERM || number == EROFS) {
    error.code = "cli_file_not_writable";
    error.message += " Give the user of this program the right to it (chown, chmod), or use the text to copy.";
  }
  return error;
}

/// A descriptor that closes itself.
class Handle {
 public:
  explicit Handle(int number) : number_(number) {}
  ~Handle() {
    if (number_ >= 0) ::close(number_);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  [[nodiscard]] int number() const noexcept { return number_; }

 private:
  int number_;
};

bool write_all(int file, const std::string& bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count = ::write(file, bytes.data() + done, bytes.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    done += static_cast<std::size_t>(count);
  }
  return ::fsync(file) == 0;
}

/// A file that stays its owner's when this program runs as root.
void keep_owner(int file, const std::string& target) {
  struct stat info {};
  const std::string folder = fs::path(target).parent_path().string();
  if (::geteuid() != 0 || (::stat(target.c_str(), &info) != 0 && ::stat(folder.c_str(), &info) != 0)) return;
  const int given = ::fchown(file, info.st_uid, info.st_gid);
  static_cast<void>(given);  // a file system without owners has nothing to keep
}

}  // namespace

Result<DiskFile> read_disk_file(const std::string& path) {
  DiskFile file;
  file.path = path;
  file.target = path;
  struct stat info {};
  const bool link = ::lstat(path.c_str(), &info) == 0 && S_ISLNK(info.st_mode);
  if (::stat(path.c_str(), &info) != 0) {
    if (errno != ENOENT && errno != ENOTDIR) return failed("Cannot look at", path);
    if (link) return Error(ErrorKind::conflict, path + " is a link that leads to nothing. Remove it, or make the file it leads to.");
    return file;
  }
  if (!S_ISREG(info.st_mode)) return Error(ErrorKind::conflict, path + " is no file.");
  if (info.st_size > largest) return Error(ErrorKind::conflict, path + " is larger than 4 MB, which no configuration is.");
  if (char* real = ::realpath(path.c_str(), nullptr)) {
    file.target = real;
    std::free(real);
  }
  const Handle handle(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (handle.number() < 0) return failed("Cannot read", path);
  file.there = true;
  file.mode = info.st_mode & permission_bits;
  char block[65536];
  for (;;) {
    const ssize_t count = ::read(handle.number(), block, sizeof block);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed("Cannot read", path);
    if (count == 0) return file;
    file.bytes.append(block, static_cast<std::size_t>(count));
    if (file.bytes.size() > static_cast<std::size_t>(largest)) return Error(ErrorKind::conflict, path + " grows while it is read.");
  }
}

std::optional<std::string> why_not_writable(const DiskFile& file) {
  if (file.there && ::access(file.target.c_str(), W_OK) != 0) return file.target + " cannot be written by this user.";
  fs::path folder = fs::path(file.target).parent_path();
  std::error_code failure;
  while (!folder.empty() && folder != folder.root_path() && !fs::exists(folder, failure)) folder = folder.parent_path();
  if (::access(folder.c_str(), W_OK | X_OK) != 0) return "The folder " + folder.string() + " cannot be written by this user.";
  return std::nullopt;
}

Status write_disk_file(const std::string& target, const std::string& bytes, mode_t mode) {
  const fs::path folder = fs::path(target).parent_path();
  std::error_code failure;
  for (fs::path part; const fs::path& name : folder) {
    part /= name;
    if (::mkdir(part.c_str(), S_IRWXU) != 0 && errno != EEXIST && !fs::is_directory(part, failure))
      return failed("Cannot make the folder", part.string());
  }
  std::string beside = (folder / (".omniroute-" + fs::path(target).filename().string() + "-XXXXXX")).string();
  const Handle handle(::mkostemp(beside.data(), O_CLOEXEC));
  if (handle.number() < 0) return failed("Cannot write into the folder", folder.string());
  keep_owner(handle.number(), target);
  if (!write_all(handle.number(), bytes) || ::fchmod(handle.number(), mode) != 0 || ::rename(beside.c_str(), target.c_str()) != 0) {
    Error error = failed("Cannot write", target);
    ::unlink(beside.c_str());
    return error;
  }
  const Handle parent(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (parent.number() >= 0) ::fsync(parent.number());
  return {};
}

Status remove_disk_file(const std::string& target) {
  if (::unlink(target.c_str()) != 0 && errno != ENOENT) return failed("Cannot remove", target);
  return {};
}

std::string sum_of(const std::string& bytes) { return crypto::to_hex(crypto::sha256(bytes)); }

}  // namespace omniroute::services
