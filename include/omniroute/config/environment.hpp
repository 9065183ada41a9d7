#pragma once
#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "omniroute/base/result.hpp"

namespace omniroute::config {

/// The environment variables as the program got them: read once in main, handed down, never asked for again.
class Environment {
 public:
  Environment() = default;
  explicit Environment(std::map<std::string, std::string, std::less<>> values) : values_(std::move(values)) {}
  /// From the array of "NAME=value" that main gets (`environ`).
  static Environment of_process(const char* const* variables);
  /// The lines of an environment file: NAME=value, `export ` allowed, # comments, single or double quotes round a value.
  /// The error names the line.
  static Result<Environment> parse_file(std::string_view text);

  /// The value, if it is set and not empty.
  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const noexcept;
  /// The first of several names that is set.
  [[nodiscard]] std::optional<std::string_view> first_of(std::initializer_list<std::string_view> names) const noexcept;
  /// Takes over what is not set here.
  void fill_from(const Environment& other);

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

/// The data directory: `flag`, else DATA_DIR, else $XDG_CONFIG_HOME/omniroute, else ~/.omniroute. Error: none of them is set.
Result<std::string> data_directory(std::string_view flag, const Environment& environment);
/// The port: `flag`, else OMNIROUTE_PORT, else PORT, else 20128. Error: not a number of 0..65535, naming where it stood.
Result<std::uint16_t> listen_port(std::string_view flag, const Environment& environment);

}  // namespace omniroute::config
