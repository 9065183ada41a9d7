#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "omniroute/config/environment.hpp"

namespace omniroute::app {

/// Tells the service manager how we are (sd_notify(3)): a datagram to the socket that NOTIFY_SOCKET names; without it nothing happens.
class ServiceNotice {
 public:
  explicit ServiceNotice(const config::Environment& environment);
  /// Whether there is a manager to tell.
  [[nodiscard]] bool given() const noexcept { return !socket_.empty(); }
  /// "READY=1", "STOPPING=1", "WATCHDOG=1", "STATUS=…"; several by line ends.
  void send(std::string_view state) const noexcept;
  /// How often the manager wants a sign of life, halved so that one may be late (WATCHDOG_USEC, sd_watchdog_enabled(3)).
  [[nodiscard]] std::optional<std::chrono::milliseconds> watchdog() const noexcept { return watchdog_; }

 private:
  std::string socket_;
  std::optional<std::chrono::milliseconds> watchdog_;
};

}  // namespace omniroute::app
