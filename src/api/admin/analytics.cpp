#include "omniroute/store/analytics.hpp"

#include <fmt/core.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "handlers.hpp"
#include "present.hpp"
#include "query.hpp"
#include "reply.hpp"

namespace omniroute::api {
namespace {

constexpr std::int64_t day_ms = 86'400'000;
constexpr std::int64_t furthest_zone = 14 * 60;

std::string day_text(std::int64_t day) {
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(day))};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

/// Behind the members that `json` has already.
Json totals_json(const store::UsageTotals& totals, Json json = Json()) {
  json["requests"] = totals.requests;
  json["errors"] = totals.errors;
  json["promptTokens"] = totals.input;
  json["completionTokens"] = totals.output;
  json["totalTokens"] = totals.input + totals.output;
  json["cacheReadTokens"] = totals.cache_read;
  json["cacheWriteTokens"] = totals.cache_write;
  json["reasoningTokens"] = totals.reasoning;
  json["cost"] = dollars_json(totals.cost_nano);
  json["unpricedRequests"] = totals.unpriced;
  json["averageLatencyMs"] = totals.requests == 0 ? Json(nullptr) : Json(totals.latency_ms / totals.requests);
  return json;
}

std::string name_of(const std::string& id, const config::Snapshot& snapshot) {
  if (const catalog::Provider* provider = snapshot.provider(id)) return provider->name;
  if (const domain::Account* account = snapshot.account(id)) return account->name;
  if (const domain::ApiKey* key = snapshot.key_by_id(id)) return key->name;
  return id;
}

Json groups_json(const std::vector<store::UsageGroup>& groups, const store::UsageTotals& whole, const config::Snapshot& snapshot) {
  Json list = Json::array();
  for (const store::UsageGroup& group : groups) {
    Json json;
    json["id"] = group.id;
    json["label"] = name_of(group.id, snapshot);
    if (!group.provider.empty()) json["provider"] = group.provider;
    json = totals_json(group.totals, std::move(json));
    json["pct"] = whole.requests == 0 ? 0.0 : 100.0 * static_cast<double>(group.totals.requests) / static_cast<double>(whole.requests);
    json["lastUsed"] = time_json(group.last_ms);
    list.push_back(std::move(json));
  }
  return list;
}

Json days_json(const std::vector<store::UsageDay>& days) {
  Json list = Json::array();
  for (const store::UsageDay& day : days) {
    Json json;
    json["date"] = day_text(day.day);
    if (!day.id.empty()) json["model"] = day.id;
    list.push_back(totals_json(day.totals, std::move(json)));
  }
  return list;
}

/// How many days in a row up to today (or yesterday, if today has none yet) had requests.
int streak_of(const std::vector<store::UsageDay>& days, std::int64_t today) {
  int streak = 0;
  std::int64_t expected = today;
  for (auto day = days.rbegin(); day != days.rend(); ++day) {
    if (streak == 0 && day->day == today - 1) expected = today - 1;
    if (day->day != expected) break;
    ++streak;
    --expected;
  }
  return streak;
}

Json analytics_json(const store::Analytics& found, const config::Snapshot& snapshot, std::int64_t today) {
  Json json;
  json["summary"] = totals_json(found.totals);
  json["summary"]["uniqueModels"] = found.by_model.size();
  json["summary"]["uniqueAccounts"] = found.by_account.size();
  json["summary"]["uniqueApiKeys"] = found.by_key.size();
  json["summary"]["streak"] = streak_of(found.year, today);
  json["dailyTrend"] = days_json(found.by_day);
  json["dailyByModel"] = days_json(found.by_day_and_model);
  json["byProvider"] = groups_json(found.by_provider, found.totals, snapshot);
  json["byModel"] = groups_json(found.by_model, found.totals, snapshot);
  json["byAccount"] = groups_json(found.by_account, found.totals, snapshot);
  json["byApiKey"] = groups_json(found.by_key, found.totals, snapshot);
  json["activityMap"] = Json::object();
  for (const store::UsageDay& day : found.year) json["activityMap"][day_text(day.day)] = day.totals.requests;
  json["weeklyPattern"] = Json::array();
  for (const store::UsageTotals& totals : found.by_weekday) json["weeklyPattern"].push_back(totals.requests);
  return json;
}

/// The first moment of the range, as the viewer's calendar has it; nothing for an unknown word.
std::optional<std::int64_t> begin_of(std::string_view range, std::int64_t today, std::int64_t offset_ms) {
  const auto days_ago = [&](std::int64_t days) { return (today - days) * day_ms - offset_ms; };
  if (range == "1d") return days_ago(0);
  if (range == "7d") return days_ago(6);
  if (range.empty() || range == "30d") return days_ago(29);
  if (range == "90d") return days_ago(89);
  if (range == "all") return 0;
  if (range != "ytd") return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(today))};
  const std::chrono::sys_days new_year{date.year() / std::chrono::January / 1};
  return new_year.time_since_epoch().count() * day_ms - offset_ms;
}

}  // namespace

Task<void> show_analytics(Services& services, Call& call) {
  Query query(call.request.query);
  const std::int64_t offset = query.number("offset", -furthest_zone, furthest_zone).value_or(0);
  const std::string range = query.text("range");
  const std::int64_t now = std::chrono::duration_cast<std::chrono::milliseconds>(services.clock.wall_now().time_since_epoch()).count();
  const std::int64_t today = (now + offset * 60'000) / day_ms;
  const std::optional<std::int64_t> since = begin_of(range, today, offset * 60'000);
  if (!since) query.refuse("range", "takes 1d, 7d, 30d, 90d, ytd and all");
  if (!query.check()) co_return co_await send_error(call, query.check().error());
  store::UsageSlots slots(services.database);
  Result<store::Analytics> found = co_await slots.analytics(*since, now, static_cast<int>(offset));
  if (!found) co_return co_await send_error(call, std::move(found).error());
  const auto sums = std::make_shared<store::Analytics>(*std::move(found));
  std::function<Json()> make = [sums, snapshot = services.publisher.current(), today, range, offset, now] {
    Json json = analytics_json(*sums, *snapshot, today);
    json["range"] = range.empty() ? "30d" : range;
    json["offsetMinutes"] = offset;
    json["serverNow"] = time_json(now);
    return json;
  };
  co_await answer_aside(services, call, std::move(make));
}

}  // namespace omniroute::api
