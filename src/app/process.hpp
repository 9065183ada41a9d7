#pragma once
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

/// What the operating system knows of this process: limits, cores, signals.
namespace omniroute::app {

/// Cores this process may run on (its affinity mask); at least 1.
std::size_t available_cores();

/// Files are ours alone, descriptors as many as the hard limit allows, no core dumps (they would hold secrets), and a
/// closed socket is an error of its write instead of the end of the process.
void harden_process();

/// The signals that end the daemon: SIGTERM, SIGINT, SIGHUP. Made before any thread, so that all of them leave those to wait().
class StopSignals {
 public:
  StopSignals();
  /// Waits for one and gives its number.
  int wait();
  /// The same, for at most so long.
  std::optional<int> wait_for(std::chrono::milliseconds limit);
};

/// Starts a program that lives on its own, with nothing of ours but the environment. Whether it could be run is not told.
void launch(const std::string& program, const std::string& argument);

}  // namespace omniroute::app
