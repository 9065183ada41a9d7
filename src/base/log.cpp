#include "omniroute/base/log.hpp"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <mutex>
#include <nlohmann/json.hpp>

#include "gathering_sink.hpp"
#include "omniroute/base/clock.hpp"
#include "omniroute/base/log_lines.hpp"

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

/// stderr: stdout belongs to the ready line and to what a command prints.
spdlog::sink_ptr console() {
  if (::isatty(STDERR_FILENO) != 0) return std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
  return std::make_shared<GatheringSink>(STDERR_FILENO);
}

spdlog::logger& logger() {
  static spdlog::logger instance("omniroute", console());
  return instance;
}

constexpr std::size_t longest_kept = 4'096;  // bytes of a line that is kept
std::atomic<Level> least = Level::info;

struct Kept {
  std::mutex mutex;
  std::deque<Line> lines;
  std::uint64_t newest = 0;
};

Kept& kept() {
  static Kept instance;
  return instance;
}

void keep(Level level, std::string_view text) {
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(SystemClock().wall_now().time_since_epoch());
  Line line{0, now.count(), level, std::string(text.substr(0, longest_kept))};
  Kept& all = kept();
  const std::lock_guard lock(all.mutex);
  line.id = ++all.newest;
  all.lines.push_back(std::move(line));
  if (all.lines.size() > kept_lines) all.lines.pop_front();
}

bool is_control(char c) noexcept { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

/// A line may carry bytes of a peer: control characters must not reach a terminal or start a second line.
std::string printable(std::string_view line) {
  std::string out;
  out.reserve(line.size() + 16);
  for (const char c : line) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_control(c)) {
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", byte);
    } else {
      out.push_back(c);
    }
  }
  return out;
}

}  // namespace

void configure(Level wanted, bool as_json) {
  json_lines = as_json;
  set_level(wanted);
  logger().set_pattern(as_json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z","level":"%l","message":%v})" : "%Y-%m-%d %H:%M:%S.%e %^%l%$ %v");
  logger().flush_on(spdlog::level::warn);
}

void set_level(Level wanted) {
  least = wanted;
  logger().set_level(native(wanted));
}

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
  if (!enabled(level)) return;
  const bool clean = std::none_of(line.begin(), line.end(), is_control);
  const std::string cleaned = clean ? std::string() : printable(line);
  const std::string_view shown = clean ? line : cleaned;
  keep(level, shown);
  if (json_lines) {
    const nlohmann::json text = std::string(line);
    const std::string quoted = text.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    logger().log(native(level), spdlog::string_view_t(quoted));
  } else {
    logger().log(native(level), spdlog::string_view_t(shown.data(), shown.size()));
  }
}

void flush() { logger().flush(); }

std::vector<Line> lines_after(std::uint64_t after, Level wanted, std::size_t most) {
  std::vector<Line> found;
  Kept& all = kept();
  const std::lock_guard lock(all.mutex);
  for (auto line = all.lines.rbegin(); line != all.lines.rend() && line->id > after && found.size() < most; ++line)
    if (line->level >= wanted) found.push_back(*line);
  std::reverse(found.begin(), found.end());
  return found;
}

std::uint64_t newest_line() {
  Kept& all = kept();
  const std::lock_guard lock(all.mutex);
  return all.newest;
}

Level least_level() noexcept { return least; }

std::string_view to_string(Level level) noexcept {
  static constexpr std::string_view words[] = {"trace", "debug", "info", "warn", "error", "off"};
  return words[static_cast<std::size_t>(level)];
}

}  // namespace omniroute::log
