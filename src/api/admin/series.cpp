// One question over time: the sums by one dimension, for a chart and the table below it.
#include "omniroute/store/series.hpp"

#include <array>
#include <chrono>
#include <nlohmann/json.hpp>

#include "handlers.hpp"
#include "present.hpp"
#include "query.hpp"
#include "reply.hpp"

namespace omniroute::api {
namespace {

constexpr std::int64_t slot_ms = 1'800'000;
constexpr std::int64_t slots_a_day = 48;
constexpr std::int64_t furthest_zone = 14 * 60;
constexpr std::size_t most_series = 100;
constexpr std::size_t most_lines = 6;  // a chart with more cannot be read

struct Span {
  std::string_view word;
  std::int64_t days = 0;
  std::int64_t slots_a_bucket = 0;
};
constexpr std::array spans{Span{"1d", 1, 1}, Span{"7d", 7, 6}, Span{"30d", 30, slots_a_day}, Span{"90d", 90, slots_a_day},
                           Span{"1y", 366, slots_a_day}};

struct Split {
  std::string_view word;
  store::Dimension dimension = store::Dimension::all;
};
constexpr std::array splits{Split{"all", store::Dimension::all}, Split{"provider", store::Dimension::provider},
                            Split{"model", store::Dimension::model}, Split{"connection", store::Dimension::account},
                            Split{"key", store::Dimension::key}};

/// The cost is null where no request's price is known: nothing known is not nothing.
Json totals_json(const store::UsageTotals& totals) {
  Json json;
  json["requests"] = totals.requests;
  json["errors"] = totals.errors;
  json["inputTokens"] = totals.input;
  json["outputTokens"] = totals.output;
  json["cacheReadTokens"] = totals.cache_read;
  json["costUsd"] = totals.requests > 0 && totals.unpriced == totals.requests ? Json(nullptr) : dollars_json(totals.cost_nano);
  json["unpricedRequests"] = totals.unpriced;
  json["meanLatencyMs"] = totals.requests == 0 ? Json(nullptr) : Json(totals.latency_ms / totals.requests);
  return json;
}

std::string name_of(const store::Series& series, const config::Snapshot& snapshot) {
  if (const catalog::Provider* provider = snapshot.provider(series.id)) return provider->name;
  if (const domain::Account* account = snapshot.account(series.id)) {
    const catalog::Provider* provider = snapshot.provider(account->provider);
    return (provider != nullptr ? provider->name + " · " : std::string()) + account->name;
  }
  if (const domain::ApiKey* key = snapshot.key_by_id(series.id)) return key->name;
  return series.id;
}

Json points_json(const std::vector<store::UsageTotals>& buckets) {
  Json points = Json::array();
  for (const store::UsageTotals& totals : buckets) points.push_back(totals_json(totals));
  return points;
}

Json series_json(const store::Series& series, const config::Snapshot& snapshot, bool with_points) {
  Json json;
  json["id"] = series.id;
  json["label"] = name_of(series, snapshot);
  json["provider"] = series.provider.empty() ? Json(nullptr) : Json(series.provider);
  const catalog::Provider* provider = snapshot.provider(series.provider);
  json["providerName"] = provider != nullptr ? Json(provider->name) : json["provider"];
  json["totals"] = totals_json(series.totals);
  json["points"] = with_points ? points_json(series.buckets) : Json::array();
  return json;
}

store::UsageTotals sum_of(const store::SeriesAnswer& answer, std::size_t from) {
  store::UsageTotals totals;
  for (std::size_t i = from; i < answer.series.size(); ++i) totals.add(answer.series[i].totals);
  return totals;
}

/// What a chart shows as one line: all but the largest, where there are more than it can show.
Json others_json(const store::SeriesAnswer& answer) {
  if (answer.series.size() <= most_lines) return Json::array();
  std::vector<store::UsageTotals> sums(answer.buckets);
  for (std::size_t i = most_lines - 1; i < answer.series.size(); ++i)
    for (std::size_t n = 0; n < sums.size(); ++n) sums[n].add(answer.series[i].buckets[n]);
  return points_json(sums);
}

struct Lines {
  Span span;
  Split split;
  store::SeriesQuery query;
  store::SeriesAnswer answer;
  store::UsageTotals previous;
  std::int64_t now_ms = 0;
};

Json lines_json(const Lines& lines, const config::Snapshot& snapshot) {
  const store::SeriesAnswer& answer = lines.answer;
  Json json;
  json["range"] = lines.span.word;
  json["split"] = lines.split.word;
  json["bucketMs"] = lines.span.slots_a_bucket * slot_ms;
  json["serverNow"] = time_json(lines.now_ms);
  json["starts"] = Json::array();
  for (std::size_t i = 0; i < answer.buckets; ++i) {
    const std::int64_t bucket = answer.first_bucket + static_cast<std::int64_t>(i);
    json["starts"].push_back(time_json((bucket * lines.span.slots_a_bucket - lines.query.shift) * slot_ms));
  }
  json["totals"] = totals_json(sum_of(answer, 0));
  json["previous"] = totals_json(lines.previous);
  json["series"] = Json::array();
  for (std::size_t i = 0; i < std::min(most_series, answer.series.size()); ++i)
    json["series"].push_back(series_json(answer.series[i], snapshot, i < most_lines));
  json["others"] = others_json(answer);
  json["rest"] = totals_json(sum_of(answer, most_series));
  return json;
}

template <class Rows>
const typename Rows::value_type* find_word(const Rows& rows, std::string_view word) {
  const auto found = std::find_if(rows.begin(), rows.end(), [word](const auto& row) { return row.word == word; });
  return found == rows.end() ? nullptr : &*found;
}

}  // namespace

/// ?range=7d&split=model&offset=480: the viewer's distance from UTC in minutes.
Task<void> show_series(Services& services, Call& call) {
  Query query(call.request.query);
  const std::int64_t shift = query.number("offset", -furthest_zone, furthest_zone).value_or(0) / 30;
  const std::string range = query.text("range");
  const std::string by = query.text("split");
  const Span* span = find_word(spans, range.empty() ? "7d" : range);
  const Split* split = find_word(splits, by.empty() ? "all" : by);
  if (span == nullptr) query.refuse("range", "takes 1d, 7d, 30d, 90d and 1y");
  if (split == nullptr) query.refuse("split", "takes all, provider, model, connection and key");
  if (!query.check()) co_return co_await send_error(call, query.check().error());
  const std::int64_t now = std::chrono::duration_cast<std::chrono::milliseconds>(services.clock.wall_now().time_since_epoch()).count();
  store::SeriesQuery wanted;
  wanted.split = split->dimension;
  wanted.slots_a_bucket = span->slots_a_bucket;
  wanted.shift = shift;
  wanted.last_slot = now / slot_ms;
  const std::int64_t today = (wanted.last_slot + shift) / slots_a_day;
  wanted.first_slot = (today - span->days + 1) * slots_a_day - shift;
  store::UsageSeries usage(services.database);
  Result<store::SeriesAnswer> answered = co_await usage.read(wanted);
  if (!answered) co_return co_await send_error(call, std::move(answered).error());
  store::SeriesQuery before = wanted;
  before.split = store::Dimension::all;
  before.first_slot = wanted.first_slot - (wanted.last_slot - wanted.first_slot) - 1;
  before.last_slot = wanted.first_slot - 1;
  Result<store::SeriesAnswer> previous = co_await usage.read(before);
  if (!previous) co_return co_await send_error(call, std::move(previous).error());
  const auto lines = std::make_shared<Lines>(Lines{*span, *split, wanted, *std::move(answered), sum_of(*previous, 0), now});
  std::function<Json()> make = [lines, snapshot = services.publisher.current()] { return lines_json(*lines, *snapshot); };
  co_await answer_aside(services, call, std::move(make));
}

}  // namespace omniroute::api
