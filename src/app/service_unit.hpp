#pragma once
#include <string>

#include "omniroute/base/result.hpp"
#include "omniroute/config/environment.hpp"

/// The gateway as a service of systemd.
namespace omniroute::app {

/// The unit file for this binary and data directory: Type=notify with a watchdog, and closed to all it does not need.
std::string service_unit(const std::string& binary, const std::string& data_dir, bool for_system);

/// Where it goes: /etc/systemd/system for root, else the user's own units.
std::string service_path(const config::Environment& environment, bool for_system);

/// Writes it; gives what to say. Nothing is started: the commands for that are in the text.
Result<std::string> install_service(const config::Environment& environment, const std::string& data_dir);
Result<std::string> uninstall_service(const config::Environment& environment);

}  // namespace omniroute::app
