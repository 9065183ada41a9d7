// How long requests took of late, by provider, and how much of it was ours.
#include <algorithm>
#include <chrono>
#include <map>
#include <nlohmann/json.hpp>

#include "handlers.hpp"
#include "omniroute/routing/trace.hpp"
#include "omniroute/store/latencies.hpp"
#include "present.hpp"
#include "query.hpp"
#include "reply.hpp"

namespace omniroute::api {
namespace {

constexpr std::int64_t usual_window_ms = 300'000;
constexpr std::int64_t longest_window_ms = 86'400'000;
constexpr int most_requests = 5'000;
constexpr std::size_t most_traces = 1'000;

/// The times of one provider, or of all.
struct Spread {
  std::int64_t requests = 0;
  std::int64_t errors = 0;
  std::vector<std::int64_t> total_ms;
  std::vector<std::int64_t> first_token_ms;
  std::vector<std::int64_t> overhead_us;

  void take(const store::RequestTime& time) {
    ++requests;
    if (time.status >= 400) ++errors;
    total_ms.push_back(time.total_ms);
    if (time.first_token_ms) first_token_ms.push_back(*time.first_token_ms);
    if (time.overhead_us) overhead_us.push_back(*time.overhead_us);
  }
};

struct Gathered {
  Spread all;
  std::map<std::string, Spread> providers;
  std::vector<std::int64_t> own_us;  ///< from a request's arrival to the first attempt's start

  void take(const store::RequestTime& time) {
    all.take(time);
    providers[time.provider].take(time);
    if (own_us.size() >= most_traces || time.trace.empty()) return;
    const Result<routing::Trace> trace = routing::decode_trace(time.trace);
    if (trace && !trace->attempts.empty()) own_us.push_back(trace->attempts.front().began.count());
  }
};

/// The elements below which so much of the list lies, by the nearest rank; null of an empty one.
Json percentiles(std::vector<std::int64_t> values) {
  std::sort(values.begin(), values.end());
  Json json;
  json["count"] = values.size();
  for (const std::size_t percent : {50U, 95U, 99U}) {
    const std::size_t rank = std::max<std::size_t>((values.size() * percent + 99) / 100, 1);
    json["p" + std::to_string(percent)] = values.empty() ? Json(nullptr) : Json(values[rank - 1]);
  }
  return json;
}

Json spread_json(const Spread& spread) {
  Json json;
  json["requests"] = spread.requests;
  json["errors"] = spread.errors;
  json["totalMs"] = percentiles(spread.total_ms);
  json["firstTokenMs"] = percentiles(spread.first_token_ms);
  json["overheadUs"] = percentiles(spread.overhead_us);
  return json;
}

Json percentiles(const pipeline::Histogram::Reading& reading) {
  Json json;
  json["count"] = reading.count();
  for (const unsigned percent : {50U, 95U, 99U}) {
    const std::optional<std::int64_t> value = reading.percentile(percent);
    json["p" + std::to_string(percent)] = value ? Json(*value) : Json(nullptr);
  }
  return json;
}

/// All requests of this run, to a 32nd part.
Json since_start_json(const pipeline::Meters& meters) {
  pipeline::Histogram::Reading total;
  pipeline::Histogram::Reading first_token;
  pipeline::Histogram::Reading own;
  for (const pipeline::Meters::Reading& reading : meters.read()) {
    total.add(reading.total);
    first_token.add(reading.first_token);
    own.add(reading.own);
  }
  return {{"totalUs", percentiles(total)}, {"firstTokenUs", percentiles(first_token)}, {"overheadUs", percentiles(own)}};
}

Json gathered_json(const Gathered& gathered, const config::Snapshot& snapshot) {
  Json json = spread_json(gathered.all);
  json["ownUs"] = percentiles(gathered.own_us);
  json["byProvider"] = Json::array();
  for (const auto& [id, spread] : gathered.providers) {
    const catalog::Provider* provider = snapshot.provider(id);
    Json entry = spread_json(spread);
    entry["id"] = id.empty() ? Json(nullptr) : Json(id);
    entry["label"] = provider != nullptr ? Json(provider->name) : entry["id"];
    json["byProvider"].push_back(std::move(entry));
  }
  return json;
}

}  // namespace

Task<void> show_latency(Services& services, Call& call) {
  Query query(call.request.query);
  const std::int64_t window = query.number("windowMs", 1'000, longest_window_ms).value_or(usual_window_ms);
  if (!query.check()) co_return co_await send_error(call, query.check().error());
  const std::int64_t now = std::chrono::duration_cast<std::chrono::milliseconds>(services.clock.wall_now().time_since_epoch()).count();
  const auto gathered = std::make_shared<Gathered>();
  store::Latencies latencies(services.database);
  std::function<void(const store::RequestTime&)> take = [gathered](const store::RequestTime& time) { gathered->take(time); };
  Result<int> visited = co_await latencies.visit(now - window, most_requests, std::move(take));
  if (!visited) co_return co_await send_error(call, std::move(visited).error());
  std::function<Json()> make = [gathered, window, now, complete = *visited < most_requests, &meters = services.pipeline.meters(),
                                snapshot = services.publisher.current()] {
    Json json = gathered_json(*gathered, *snapshot);
    json["windowMs"] = window;
    json["serverNow"] = time_json(now);
    json["complete"] = complete;
    json["sinceStart"] = since_start_json(meters);
    return json;
  };
  co_await answer_aside(services, call, std::move(make));
}

}  // namespace omniroute::api
