#pragma once
#include <sys/socket.h>
#include <sys/un.h>

#include <string>
#include <system_error>

namespace omniroute::net {

/// The address of a Unix socket at a path of any length: sun_path holds 107 bytes, so the folder is opened and named
/// through /proc/self/fd. The address is good while this lives.
class UnixPath {
 public:
  explicit UnixPath(const std::string& path);
  ~UnixPath();
  UnixPath(const UnixPath&) = delete;
  UnixPath& operator=(const UnixPath&) = delete;
  [[nodiscard]] std::error_code failure() const noexcept { return failure_; }
  [[nodiscard]] const sockaddr* data() const noexcept { return reinterpret_cast<const sockaddr*>(&address_); }
  [[nodiscard]] socklen_t size() const noexcept { return sizeof address_; }

 private:
  sockaddr_un address_{};
  int folder_ = -1;
  std::error_code failure_;
};

}  // namespace omniroute::net
