#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "omniroute/base/result.hpp"
#include "wiring.hpp"

namespace omniroute::app {

/// What the management API answered.
struct Answer {
  int status = 0;
  std::string body;
};

/// The way a command takes to the management API: a running daemon's control socket, or the same gateway in this process.
class Channel {
 public:
  virtual ~Channel() = default;
  /// One request; `json` may be empty. An error means that there was no answer.
  virtual Result<Answer> ask(std::string_view method, std::string_view path, std::string json) = 0;
};

/// The control socket's path in a data directory.
std::string control_socket(const std::string& data_dir);

/// To the daemon that runs on this data directory; nullptr if none does.
std::unique_ptr<Channel> reach_daemon(const std::string& data_dir);

/// To the daemon if one runs, else opens the data directory for as long as the channel lives. Errors as Wiring::open.
Result<std::unique_ptr<Channel>> open_channel(const Plan& plan);

/// To a daemon's TCP port, without any rights: for open endpoints.
std::unique_ptr<Channel> reach_port(std::uint16_t port);

}  // namespace omniroute::app
