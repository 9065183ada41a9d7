// One stream a dashboard: what has changed, so that no page asks by the clock (dashboard.md 7.4). It carries topics, not
// data; a page that was away asks again for what it shows.
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>

#include "admission.hpp"
#include "dashboard.hpp"
#include "present.hpp"
#include "query.hpp"
#include "reply.hpp"
#include "watcher.hpp"

namespace omniroute::api {
namespace {

constexpr auto look_pause = std::chrono::milliseconds(250);
constexpr auto heartbeat = std::chrono::seconds(15);
constexpr std::string_view retry_line = "retry: 2000\n";
constexpr std::string_view sign_of_life = ":\n\n";

/// What a stream has told of.
struct Marks {
  std::int64_t revision = 0;
  std::uint64_t usage = 0;
  std::size_t active = 0;
  bool operator==(const Marks&) const = default;
};

Marks marks_of(const Services& services) {
  Marks marks;
  marks.revision = static_cast<std::int64_t>(services.publisher.current()->revision());
  marks.usage = services.database.counters().usage_written;
  const std::size_t open = services.server != nullptr ? services.server->in_flight() : 0;
  const std::size_t watching = Watcher::count();
  marks.active = open > watching ? open - watching : 0;
  return marks;
}

/// As answers and events carry it: revision.usage.
std::string text_of(const Marks& marks) { return std::to_string(marks.revision) + "." + std::to_string(marks.usage); }

std::optional<Marks> parse_marks(std::string_view text) {
  Marks marks;
  const char* const end = text.data() + text.size();
  const auto revision = std::from_chars(text.data(), end, marks.revision);
  if (revision.ec != std::errc() || revision.ptr == end || *revision.ptr != '.') return std::nullopt;
  const auto usage = std::from_chars(revision.ptr + 1, end, marks.usage);
  if (usage.ec != std::errc() || usage.ptr != end) return std::nullopt;
  return marks;
}

std::string hello(const Services& services) {
  Json json;
  json["version"] = std::string(services.version);
  json["serverNow"] =
      time_json(std::chrono::duration_cast<std::chrono::milliseconds>(services.clock.wall_now().time_since_epoch()).count());
  return std::string(retry_line) + "event: hello\ndata: " + json.dump() + "\n\n";
}

std::string change(const Marks& before, const Marks& now) {
  Json json;
  json["topics"] = Json::array();
  if (before.usage != now.usage) json["topics"].push_back("requests");
  if (before.revision != now.revision) json["topics"].push_back("config");
  json["active"] = now.active;
  return "id: " + text_of(now) + "\nevent: change\ndata: " + json.dump() + "\n\n";
}

}  // namespace

std::string mark_of(const Services& services) { return text_of(marks_of(services)); }

Task<void> stream_events(Services& services, Call& call) {
  Query query(call.request.query);
  const std::string since = query.text("since");
  const std::optional<Marks> from = parse_marks(since);
  if (!since.empty() && !from) query.refuse("since", "must be what x-omniroute-mark said");
  if (!query.check()) co_return co_await send_error(call, query.check().error());
  std::vector<http::Header> headers = call.headers;
  headers.push_back({"content-type", "text/event-stream"});
  headers.push_back({"cache-control", "no-store"});
  const Watcher watcher;
  Status written = co_await call.reply.begin(200, headers);
  std::string text = hello(services);
  if (written) written = co_await call.reply.push(text);
  Marks told = marks_of(services);
  if (from) {
    told.revision = from->revision;
    told.usage = from->usage;
  }
  Tick spoke = services.clock.now();
  while (written) {
    const Tick next = services.clock.now() + look_pause;
    co_await call.lane.worker.sleep_until(next);
    if (services.clock.now() < next || services.draining) break;
    const Marks now = marks_of(services);
    const bool silent = services.clock.now() - spoke >= heartbeat;
    if (now == told && !silent) continue;
    // Who is signed out meanwhile learns nothing more.
    if (!admit(services, call, Guard::read)) break;
    text = now == told ? std::string(sign_of_life) : change(told, now);
    told = now;
    spoke = services.clock.now();
    written = co_await call.reply.push(text);
  }
  if (!written) co_return;
  Status ended = co_await call.reply.end();
  static_cast<void>(ended);
}

}  // namespace omniroute::api
