#pragma once
#include <string>
#include <string_view>

#include "arguments.hpp"
#include "commands.hpp"
#include "omniroute/base/result.hpp"
#include "omniroute/config/environment.hpp"

namespace omniroute::app {

/// `omniroute setup`: the configuration files of coding tools on this machine. Needs no daemon; only a key that is not given is made by the
/// one that runs, or in the data directory. Errors are those of services::CliTools.
Result<Output> run_setup(const Arguments& arguments, const config::Environment& environment, std::string_view version);

}  // namespace omniroute::app
