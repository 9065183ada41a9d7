#pragma once
#include <cstdint>
#include <string>

#include "omniroute/base/result.hpp"
#include "omniroute/config/environment.hpp"
#include "wiring.hpp"

namespace omniroute::app {

/// The file of --config: applied at the start, at SIGHUP and when it changes. One that does not fit changes nothing.
class ConfigFile {
 public:
  /// An empty path: there is none.
  ConfigFile(std::string path, config::Environment environment) : path_(std::move(path)), environment_(std::move(environment)) {}

  [[nodiscard]] bool given() const noexcept { return !path_.empty(); }
  /// Reads and applies it, on the calling thread if `wiring` has not started, else on its first worker. Errors name the file, line and
  /// column.
  Status apply(Wiring& wiring, bool started);
  /// Whether it looks different from when it was last applied.
  [[nodiscard]] bool changed() const;

 private:
  [[nodiscard]] std::int64_t stamp() const;

  const std::string path_;
  const config::Environment environment_;
  std::int64_t applied_stamp_ = 0;
};

}  // namespace omniroute::app
