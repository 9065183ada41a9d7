#pragma once
#include "arguments.hpp"
#include "channel.hpp"
#include "commands.hpp"

namespace omniroute::app {

/// The commands of the router: combos, decisions, names, models, breakers, quotas, the connections' shares.
Result<Output> run_router_command(const Arguments& arguments, Channel& channel);

}  // namespace omniroute::app
