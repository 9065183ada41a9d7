#include "omniroute/base/log.hpp"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <nlohmann/json.hpp>

namespace omniroute::log {
namespace {

std::atomic<bool> json_lines = false;  // a database thread may log while the form is being chosen

spdlog::level::level_enum native(Level level) noexcept {
  switch (level) {
    case Level::trace: return spdlog::level::trace;
    case Level::debug: return spdlog::level::debug;
    case Level::info: return spdlog::level::info;
    case Level::warn: return spdlog::level::warn;
    case Level::error: return spdlog::level::err;
    case Level::off: return spdlog::level::off;
  }
  return spdlog::level::info;
}

spdlog::logger& logger() {
  // stderr: stdout belongs to the ready line and to what a command prints.
  static const std::shared_ptr<spdlog::logger> instance = spdlog::stderr_color_mt("omniroute");
  return *instance;
}

/// A line may carry bytes of a peer: control characters must not reach a terminal or start a second line.
std::string printable(std::string_view line) {
  std::string out;
  out.reserve(line.size());
  for (const char c : line) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", byte);
    } else {
      out.push_back(c);
    }
  }
  return out;
}

}  // namespace

void configure(Level least, bool as_json) {
  json_lines = as_json;
  logger().set_level(native(least));
  logger().set_pattern(as_json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z","level":"%l","message":%v})" : "%Y-%m-%d %H:%M:%S.%e %^%l%$ %v");
  logger().flush_on(spdlog::level::warn);
}

void set_level(Level least) { logger().set_level(native(least)); }

bool parse_level(std::string_view word, Level& level) noexcept {
  struct Row {
    std::string_view word;
    Level level;
  };
  static constexpr Row rows[] = {{"trace", Level::trace},  {"debug", Level::debug}, {"info", Level::info}, {"warn", Level::warn},
                                 {"warning", Level::warn}, {"error", Level::error}, {"off", Level::off}};
  for (const Row& row : rows) {
    if (row.word == word) {
      level = row.level;
      return true;
    }
  }
  return false;
}

bool enabled(Level level) noexcept { return logger().should_log(native(level)); }

void write(Level level, std::string_view line) {
  if (json_lines) {
    const nlohmann::json text = std::string(line);
    logger().log(native(level), "{}", text.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  } else {
    logger().log(native(level), "{}", printable(line));
  }
}

void flush() { logger().flush(); }

}  // namespace omniroute::log
