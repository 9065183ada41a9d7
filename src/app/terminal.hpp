#pragma once
#include <string>

#include "omniroute/base/result.hpp"
#include "omniroute/base/secret.hpp"
#include "omniroute/config/environment.hpp"

/// Secrets that do not stand on the command line.
namespace omniroute::app {

/// The first line of stdin. Error: there is none.
Result<Secret> read_secret_line();

/// Asks on the terminal, without echo. Error: there is no terminal.
Result<Secret> ask_secret(const std::string& question);

/// A secret option's value: "-" is a line of stdin, "env:NAME" that variable, anything else the secret itself.
Result<Secret> secret_option(const std::string& option, const std::string& value, const config::Environment& environment);

/// A secret that never stands on the command line: `source` is "env:NAME", "file:PATH" (its first line) or "-", a line of stdin.
Result<Secret> secret_from(const std::string& option, const std::string& source, const config::Environment& environment);

}  // namespace omniroute::app
