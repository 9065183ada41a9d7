#pragma once
#include <fmt/core.h>

#include <cstdint>
#include <string>
#include <string_view>

/// Log lines: lower case, facts as key=value, one line an event. error = a person must act; warn = we coped;
/// info = one line a request and changes of state; debug = the path. A Secret does not format.
namespace omniroute::log {

enum class Level : std::uint8_t { trace, debug, info, warn, error, off };

/// Where the console log goes and how it looks. Called once, before the first line.
void configure(Level least, bool as_json);
/// Another least level from now on. Any thread.
void set_level(Level least);
/// "trace", "debug", "info", "warn" (or "warning"), "error", "off"; false for any other word.
bool parse_level(std::string_view word, Level& level) noexcept;
[[nodiscard]] bool enabled(Level level) noexcept;
void write(Level level, std::string_view line);
/// Writes out what is buffered.
void flush();

template <class... Args>
void debug(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::debug)) write(Level::debug, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void info(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::info)) write(Level::info, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void warn(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::warn)) write(Level::warn, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void error(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::error)) write(Level::error, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace omniroute::log
