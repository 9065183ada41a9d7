#include "notify.hpp"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <cstring>

namespace omniroute::app {

ServiceNotice::ServiceNotice(const config::Environment& environment) : socket_(environment.get("NOTIFY_SOCKET").value_or("")) {
  const std::string_view text = environment.get("WATCHDOG_USEC").value_or("");
  std::int64_t microseconds = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), microseconds);
  if (failure == std::errc() && end == text.data() + text.size() && microseconds > 0)
    watchdog_ = std::chrono::milliseconds(std::max<std::int64_t>(1, microseconds / 2000));
}

void ServiceNotice::send(std::string_view state) const noexcept {
  sockaddr_un address{};
  if (socket_.empty() || socket_.size() >= sizeof address.sun_path) return;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, socket_.data(), socket_.size());
  if (address.sun_path[0] == '@') address.sun_path[0] = '\0';  // the abstract name space
  const int file = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (file < 0) return;
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
  const timeval patience{0, 100'000};  // a manager that is stuck does not stop us
  ::setsockopt(file, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  const ssize_t sent = ::sendto(file, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address), length);
  static_cast<void>(sent);  // a manager that does not listen cannot be told
  ::close(file);
}

}  // namespace omniroute::app
