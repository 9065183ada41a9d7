#pragma once
#include <vector>

#include "omniroute/base/result.hpp"
#include "omniroute/config/environment.hpp"

/// What a service manager hands over beside the command line.
namespace omniroute::app {

/// The sockets that listen for us already (sd_listen_fds(3): LISTEN_PID, LISTEN_FDS, from descriptor 3 on); none if they are for another
/// process. Error: the variables are not sound.
Result<std::vector<int>> inherited_sockets(const config::Environment& environment);

/// Whether only this machine can reach an inherited socket; false for Unix sockets, whose file other users may open.
bool inherited_on_loopback(int descriptor) noexcept;

/// STORAGE_ENCRYPTION_KEY from the credential "storage.key" (systemd.exec(5), LoadCredential=), if the variable is not set.
void add_credentials(config::Environment& environment);

}  // namespace omniroute::app
