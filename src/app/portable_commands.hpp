#pragma once
#include "arguments.hpp"
#include "channel.hpp"
#include "commands.hpp"
#include "omniroute/base/result.hpp"
#include "omniroute/config/environment.hpp"

namespace omniroute::app {

/// The commands that bring the configuration out of here or in from elsewhere, as whole files.
Result<Output> run_portable_command(const Arguments& arguments, const config::Environment& environment, Channel& channel);

}  // namespace omniroute::app
