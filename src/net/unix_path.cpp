#include "unix_path.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace omniroute::net {

UnixPath::UnixPath(const std::string& path) {
  address_.sun_family = AF_UNIX;
  std::string name = path;
  if (name.size() >= sizeof address_.sun_path) {
    const std::size_t slash = path.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
    folder_ = ::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (folder_ < 0) {
      failure_ = std::error_code(errno, std::system_category());
      return;
    }
    name = "/proc/self/fd/" + std::to_string(folder_) + "/" + path.substr(slash == std::string::npos ? 0 : slash + 1);
  }
  if (name.size() >= sizeof address_.sun_path || name.empty()) {
    failure_ = std::make_error_code(std::errc::filename_too_long);
    return;
  }
  std::memcpy(address_.sun_path, name.data(), name.size());
}

UnixPath::~UnixPath() {
  if (folder_ >= 0) ::close(folder_);
}

}  // namespace omniroute::net
