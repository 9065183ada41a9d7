#include "data_directory.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "omniroute/base/log.hpp"

namespace omniroute::store {
namespace {

constexpr mode_t folder_mode = 0700;
constexpr mode_t file_mode = 0600;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int get() const noexcept { return number_; }
  int release() noexcept { return std::exchange(number_, -1); }

 private:
  int number_;
};

Error failure(const std::string& what, int code) {
  return {ErrorKind::internal,
          what + ": " + std::strerror(code) + ". Check its owner and permissions, or choose another folder with DATA_DIR."};
}

Status write_all(int descriptor, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return failure("A file could not be written", errno);
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

/// Others may not look into the folder; a folder that others share must not be closed to them, though.
Status close_to_others(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return failure("The data directory " + path + " cannot be used", errno);
  if (!S_ISDIR(info.st_mode))
    return Error(ErrorKind::internal, "The data directory " + path + " is a file. Choose another folder with DATA_DIR.");
  if ((info.st_mode & S_ISVTX) != 0)
    return Error(ErrorKind::internal, "The folder " + path + " is shared by all users. Choose one of its own with DATA_DIR.");
  if ((info.st_mode & 0777) == folder_mode) return {};
  if (::chmod(path.c_str(), folder_mode) != 0)
    log::warn("data directory is open to others and could not be closed: path={} mode={:o} reason={}", path, info.st_mode & 0777,
              std::strerror(errno));
  return {};
}

Status restrict_file(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return errno == ENOENT ? Status() : Status(failure(path + " cannot be used", errno));
  if ((info.st_mode & 0777) == file_mode) return {};
  if (::chmod(path.c_str(), file_mode) != 0) return failure(path + " cannot be closed to others", errno);
  return {};
}

}  // namespace

Result<DataDirectory> DataDirectory::take(const std::string& path) {
  if (Status made = make_private_folder(path); !made) return made.error();
  if (Status closed = close_to_others(path); !closed) return closed.error();
  const std::string lock_path = path + "/omniroute.lock";
  Descriptor lock(::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, file_mode));
  if (lock.get() < 0) return failure("The data directory " + path + " cannot be written", errno);
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    std::array<char, 32> holder{};
    const ssize_t length = ::pread(lock.get(), holder.data(), holder.size() - 1, 0);
    const std::string number = length > 0 ? std::string(holder.data(), static_cast<std::size_t>(length)) : std::string("unknown");
    return Error(ErrorKind::conflict,
                 "Another OmniRoute (process " + number + ") already uses " + path + ". Stop it, or choose another folder with DATA_DIR.");
  }
  // The number is for people only; the lock itself is what counts.
  const std::string number = std::to_string(::getpid());
  if (::fchmod(lock.get(), file_mode) != 0 || ::ftruncate(lock.get(), 0) != 0 ||
      ::pwrite(lock.get(), number.data(), number.size(), 0) != static_cast<ssize_t>(number.size()))
    return failure("The data directory " + path + " cannot be written", errno);
  return Result<DataDirectory>(DataDirectory(path, lock.release()));
}

DataDirectory::DataDirectory(DataDirectory&& other) noexcept : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}

DataDirectory::~DataDirectory() {
  if (lock_ >= 0) ::close(lock_);
}

std::string DataDirectory::file(std::string_view name) const { return path_ + "/" + std::string(name); }

Status DataDirectory::private_file(const std::string& path) const {
  Status made = make_private_file(path);
  if (!made && made.error().kind != ErrorKind::conflict) return made;
  for (const char* suffix : {"", "-wal", "-shm"})
    if (Status restricted = restrict_file(path + suffix); !restricted) return restricted;
  return {};
}

Status make_private_folder(const std::string& path) {
  if (path.empty()) return Error(ErrorKind::internal, "No data directory is set. Choose one with DATA_DIR.");
  for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
    const std::string part = path.substr(0, end);
    if (::mkdir(part.c_str(), folder_mode) == 0) {
      // The umask may have taken bits from our own access, too.
      if (::chmod(part.c_str(), folder_mode) != 0) return failure("The folder " + part + " cannot be made", errno);
    } else if (errno != EEXIST && end == std::string::npos) {
      return failure("The folder " + part + " cannot be made", errno);
    }
    if (end == std::string::npos) return {};
  }
}

Status make_private_file(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, file_mode));
  if (file.get() < 0 && errno == EEXIST) return Error(ErrorKind::conflict, path + " exists already.");
  if (file.get() < 0) return failure(path + " cannot be made", errno);
  if (::fchmod(file.get(), file_mode) != 0) return failure(path + " cannot be closed to others", errno);
  return {};
}

Result<std::string> read_small_file(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0 && errno == ENOENT) return Error(ErrorKind::not_found, path + " does not exist.");
  if (file.get() < 0) return failure(path + " cannot be read", errno);
  std::array<char, 4096> buffer{};
  const ssize_t length = ::read(file.get(), buffer.data(), buffer.size());
  if (length < 0) return failure(path + " cannot be read", errno);
  return std::string(buffer.data(), static_cast<std::size_t>(length));
}

Status write_durably(const std::string& path, std::string_view content) {
  const std::string beside = path + ".new";
  ::unlink(beside.c_str());  // what a crash in the middle of this function left
  if (Status made = make_private_file(beside); !made) return made;
  {
    const Descriptor file(::open(beside.c_str(), O_WRONLY | O_CLOEXEC));
    if (file.get() < 0) return failure(beside + " cannot be written", errno);
    if (Status written = write_all(file.get(), content); !written) return written;
    if (::fsync(file.get()) != 0) return failure(beside + " cannot be brought to disk", errno);
  }
  if (::rename(beside.c_str(), path.c_str()) != 0) return failure(path + " cannot be written", errno);
  const std::size_t slash = path.rfind('/');
  const Descriptor folder(::open(path.substr(0, slash == 0 ? 1 : slash).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.get() < 0 || ::fsync(folder.get()) != 0) return failure("The folder of " + path + " cannot be brought to disk", errno);
  return {};
}

}  // namespace omniroute::store
