#pragma once
#include <string>

#include "arguments.hpp"
#include "channel.hpp"
#include "omniroute/base/result.hpp"

namespace omniroute::app {

/// What a command has to say.
struct Output {
  int code = 0;      ///< 1 if a test failed
  std::string text;  ///< for stdout
};

/// Every command but serve is one or a few requests to the management API. Errors are the API's own words, or say what is
/// wrong with the arguments. May ask on the terminal.
Result<Output> run_command(const Arguments& arguments, const config::Environment& environment, Channel& channel);

}  // namespace omniroute::app
