#pragma once
#include <cstdint>
#include <string>

#include "omniroute/base/result.hpp"
#include "omniroute/config/environment.hpp"

/// The gateway as a service of systemd.
namespace omniroute::app {

/// What the units are to say.
struct UnitOptions {
  std::string binary{};    ///< this program's own path, if empty
  std::string data_dir{};  ///< of a user's service; the system's has its own (StateDirectory=)
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  std::string key_file{};    ///< holds the STORAGE_ENCRYPTION_KEY; handed over as a credential. Empty = none
  bool with_socket = false;  ///< systemd listens; the service begins with the first caller
  bool for_system = false;   ///< the system's service manager, not a user's
};

/// The unit file of the service: Type=notify with a watchdog, and closed to all it does not need.
std::string service_unit(const UnitOptions& options);
/// The unit file of its socket.
std::string socket_unit(const UnitOptions& options);

/// Where they go: /etc/systemd/system for root, else the user's own units.
std::string service_folder(const config::Environment& environment, bool for_system);

/// Writes them, as root the system's; gives what to say. Nothing is started: the commands for that are in the text.
Result<std::string> install_service(const config::Environment& environment, UnitOptions options);
Result<std::string> uninstall_service(const config::Environment& environment);

}  // namespace omniroute::app
