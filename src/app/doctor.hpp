#pragma once
#include <string>
#include <vector>

#include "channel.hpp"
#include "omniroute/config/environment.hpp"

namespace omniroute::app {

/// One thing looked at.
struct Finding {
  enum class State { ok, warn, bad };
  State state = State::ok;
  std::string what;
  std::string words;  ///< what was found, and the cure if it is not ok
};

/// Looks at the data directory, the disk, the clock, the configuration and each connection (a look at the provider's list of models, which
/// costs nothing).
std::vector<Finding> examine(const std::string& data_dir, const config::Environment& environment, Channel& channel);

}  // namespace omniroute::app
