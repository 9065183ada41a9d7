// The console log: the lines that are kept in memory, and each further one as it is written (server-sent events).
#include <chrono>
#include <limits>
#include <nlohmann/json.hpp>

#include "live.hpp"
#include "omniroute/base/log_lines.hpp"
#include "present.hpp"
#include "query.hpp"
#include "reply.hpp"
#include "watcher.hpp"

namespace omniroute::api {
namespace {

constexpr auto look_pause = std::chrono::milliseconds(500);
constexpr int looks_a_sign = 20;  // a comment each ten seconds keeps proxies from closing a silent stream
constexpr std::int64_t usual_page = 500;

std::string text_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json line_json(const log::Line& line) {
  Json json;
  json["id"] = line.id;
  json["time"] = time_json(line.time_ms);
  json["level"] = std::string(log::to_string(line.level));
  json["message"] = line.text;
  return json;
}

/// The level that a query names; trace where it names none.
log::Level level_of(Query& query) {
  log::Level level = log::Level::trace;
  const std::string word = query.text("level");
  if (!word.empty() && !log::parse_level(word, level)) query.refuse("level", "must be one of trace, debug, info, warn and error");
  return level;
}

/// The line after which to begin. A number that has not been reached is one of an earlier run.
std::uint64_t begin_after(std::int64_t named) {
  const auto after = static_cast<std::uint64_t>(named);
  return after > log::newest_line() ? 0 : after;
}

}  // namespace

Task<void> show_console(Services& services, Call& call) {
  Query query(call.request.query);
  const log::Level level = level_of(query);
  const std::int64_t after = query.number("after", 0, std::numeric_limits<std::int64_t>::max()).value_or(0);
  const std::int64_t limit = query.number("limit", 1, static_cast<std::int64_t>(log::kept_lines)).value_or(usual_page);
  if (!query.check()) co_return co_await send_error(call, query.check().error());
  Json json;
  json["lines"] = Json::array();
  for (const log::Line& line : log::lines_after(begin_after(after), level, static_cast<std::size_t>(limit))) {
    json["lines"].push_back(line_json(line));
  }
  json["level"] = std::string(log::to_string(log::least_level()));
  json["startedAt"] = time_json(std::chrono::duration_cast<std::chrono::milliseconds>(services.started.time_since_epoch()).count());
  co_await answer(call, 200, std::move(json));
}

Task<void> stream_console(Services& services, Call& call) {
  Query query(call.request.query);
  const log::Level level = level_of(query);
  const std::int64_t after = query.number("after", 0, std::numeric_limits<std::int64_t>::max()).value_or(0);
  if (!query.check()) co_return co_await send_error(call, query.check().error());
  std::vector<http::Header> headers = call.headers;
  headers.push_back({"content-type", "text/event-stream"});
  headers.push_back({"cache-control", "no-store"});
  headers.push_back({"x-accel-buffering", "no"});
  const Watcher watcher;
  std::uint64_t last = begin_after(after);
  Status sent = co_await call.reply.begin(200, headers);
  if (sent) sent = co_await call.reply.push(": from now on\n\n");
  for (int looks = 1; sent && !services.draining; ++looks) {
    std::string text;
    for (const log::Line& line : log::lines_after(last, level, log::kept_lines)) {
      last = line.id;
      text += "id: " + std::to_string(line.id) + "\nevent: line\ndata: " + text_of(line_json(line)) + "\n\n";
    }
    if (text.empty() && looks % looks_a_sign == 0) text = ": still here\n\n";
    if (!text.empty()) sent = co_await call.reply.push(text);
    if (sent) co_await call.lane.worker.sleep_until(services.clock.now() + look_pause);
  }
  if (sent) sent = co_await call.reply.end();
}

}  // namespace omniroute::api
