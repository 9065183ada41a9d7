// Requests as they end (server-sent events), and how long they took.
#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "live.hpp"
#include "omniroute/store/request_tail.hpp"
#include "present.hpp"
#include "query.hpp"
#include "reply.hpp"
#include "usage_json.hpp"
#include "watcher.hpp"

namespace omniroute::api {
namespace {

constexpr auto look_pause = std::chrono::milliseconds(500);
constexpr int looks_a_sign = 20;  // a comment each ten seconds keeps proxies from closing a silent stream
constexpr int rows_a_look = 200;
constexpr std::int64_t usual_window_ms = 300'000;
constexpr std::int64_t longest_window_ms = 86'400'000;

std::string event_of(const store::TailRow& row, const config::Snapshot& snapshot) {
  return "id: " + std::to_string(row.id) +
         "\nevent: request\ndata: " + usage_row_json(row.row, snapshot).dump(-1, ' ', false, Json::error_handler_t::replace) + "\n\n";
}

/// The element below which so much of the sorted list lies, by the nearest rank.
Json percentile(const std::vector<std::int64_t>& sorted, int percent) {
  if (sorted.empty()) return nullptr;
  const std::size_t rank = (sorted.size() * static_cast<std::size_t>(percent) + 99) / 100;
  return sorted[std::max<std::size_t>(rank, 1) - 1];
}

Json spread(std::vector<std::int64_t> values) {
  std::sort(values.begin(), values.end());
  Json json;
  json["count"] = values.size();
  json["p50"] = percentile(values, 50);
  json["p95"] = percentile(values, 95);
  json["p99"] = percentile(values, 99);
  return json;
}

}  // namespace

Task<void> stream_logs(Services& services, Call& call) {
  std::vector<http::Header> headers = call.headers;
  headers.push_back({"content-type", "text/event-stream"});
  headers.push_back({"cache-control", "no-store"});
  headers.push_back({"x-accel-buffering", "no"});
  store::RequestTail requests(services.database);
  Result<store::Tail> tail = co_await requests.after(std::nullopt, rows_a_look);
  if (!tail) co_return co_await send_error(call, std::move(tail).error());
  const Watcher watcher;
  std::int64_t last = tail->last_id;
  Status sent = co_await call.reply.begin(200, headers);
  if (sent) sent = co_await call.reply.push(": from now on\n\n");
  for (int looks = 1; sent && !services.draining; ++looks) {
    co_await call.lane.worker.sleep_until(services.clock.now() + look_pause);
    Result<store::Tail> more = co_await requests.after(last, rows_a_look);
    if (!more) break;
    std::string text;
    for (const store::TailRow& row : more->rows) text += event_of(row, *services.publisher.current());
    last = more->last_id;
    if (text.empty() && looks % looks_a_sign == 0) text = ": still here\n\n";
    sent = co_await call.reply.push(text);
  }
  if (sent) sent = co_await call.reply.end();
}

Task<void> show_telemetry(Services& services, Call& call) {
  Query query(call.request.query);
  const std::int64_t window = query.number("windowMs", 1000, longest_window_ms).value_or(usual_window_ms);
  if (!query.check()) co_return co_await send_error(call, query.check().error());
  const std::int64_t now = std::chrono::duration_cast<std::chrono::milliseconds>(services.clock.wall_now().time_since_epoch()).count();
  store::RequestTail requests(services.database);
  Result<store::RequestTimes> times = co_await requests.times_since(now - window);
  if (!times) co_return co_await send_error(call, std::move(times).error());
  Json json = spread(times->total_ms);
  json["windowMs"] = window;
  json["phaseBreakdown"] = {{"total", spread(times->total_ms)}, {"firstToken", spread(times->first_token_ms)}};
  json["serverNow"] = time_json(now);
  co_await answer(call, 200, std::move(json));
}

}  // namespace omniroute::api
