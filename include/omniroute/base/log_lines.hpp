#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "omniroute/base/log.hpp"

/// The newest lines of the log, kept in memory for whoever reads it over the management API.
namespace omniroute::log {

struct Line {
  std::uint64_t id = 0;      ///< 1 for the first since the start, then rising by one
  std::int64_t time_ms = 0;  ///< Unix milliseconds
  Level level = Level::info;
  std::string text;  ///< printable; a long one is cut at 4 KiB
};

/// How many lines are kept.
inline constexpr std::size_t kept_lines = 2'000;

/// The newest `most` of the kept lines after the line `after` (0 = all) and not less important than `least`, oldest first.
/// Any thread.
std::vector<Line> lines_after(std::uint64_t after, Level least, std::size_t most);
/// The number of the newest line; 0 before the first. Any thread.
std::uint64_t newest_line();
/// The least important level that is written now.
Level least_level() noexcept;
/// The word that parse_level() takes for it.
std::string_view to_string(Level level) noexcept;

}  // namespace omniroute::log
