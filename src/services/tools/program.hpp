#pragma once
#include <chrono>
#include <string>
#include <vector>

namespace omniroute::services {

/// The first of the names that is an executable file in one of the folders; empty if none is.
std::string find_program(const std::vector<std::string>& names, const std::vector<std::string>& folders);

/// What a program said when asked for its version.
struct ProgramAnswer {
  std::string first_line;
  std::string reason;  ///< "timeout", "failed"; empty = it answered
};

/// Runs each of the programs with --version, all at once and without a shell, with no more of the environment than given; those that have
/// not ended after `limit` are killed with what they started.
std::vector<ProgramAnswer> ask_versions(const std::vector<std::string>& programs, const std::vector<std::string>& environment,
                                        std::chrono::milliseconds limit);

}  // namespace omniroute::services
