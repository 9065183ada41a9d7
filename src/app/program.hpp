#pragma once
#include <string_view>

namespace omniroute::app {

/// The program: reads the command line and the environment, then serves or runs one command. Gives the exit code.
int run_program(int count, char** words, const char* const* environment, std::string_view version);

}  // namespace omniroute::app
