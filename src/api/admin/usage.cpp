#include "omniroute/store/usage.hpp"

#include <limits>
#include <nlohmann/json.hpp>

#include "dashboard.hpp"
#include "handlers.hpp"
#include "present.hpp"
#include "query.hpp"
#include "reply.hpp"
#include "usage_json.hpp"

namespace omniroute::api {
namespace {

constexpr int usual_page = 100;
constexpr int largest_page = 500;

/// Which rows. Times are Unix milliseconds; status is "error" or a number.
store::UsageFilter filter_of(Query& query) {
  constexpr std::int64_t any = std::numeric_limits<std::int64_t>::max();
  store::UsageFilter filter;
  filter.since_ms = query.number("since", 0, any);
  filter.until_ms = query.number("until", 0, any);
  filter.provider = query.text("provider");
  filter.model = query.text("model");
  filter.account_id = query.text("connection");
  filter.key_id = query.text("key");
  filter.lossy_only = query.text("dropped") == "true";
  if (query.text("status") == "error") {
    filter.errors_only = true;
  } else if (const auto status = query.number("status", 100, 599)) {
    filter.status = static_cast<int>(*status);
  }
  return filter;
}

template <class T>
Json optional_json(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json totals_json(const store::UsageTotals& totals) {
  Json json;
  json["requests"] = totals.requests;
  json["errors"] = totals.errors;
  json["inputTokens"] = totals.input;
  json["outputTokens"] = totals.output;
  json["cacheReadTokens"] = totals.cache_read;
  json["cacheWriteTokens"] = totals.cache_write;
  json["reasoningTokens"] = totals.reasoning;
  json["costUsd"] = dollars_json(totals.cost_nano);
  json["unpricedRequests"] = totals.unpriced;
  return json;
}

/// The name people know an entry by.
std::string name_of(const store::UsageGroup& group, const config::Snapshot& snapshot) {
  if (const catalog::Provider* provider = snapshot.provider(group.id)) return provider->name;
  if (const domain::Account* account = snapshot.account(group.id)) return account->name;
  if (const domain::ApiKey* key = snapshot.key_by_id(group.id)) return key->name;
  return group.id;
}

Json groups_json(const std::vector<store::UsageGroup>& groups, const config::Snapshot& snapshot) {
  Json list = Json::array();
  for (const store::UsageGroup& group : groups) {
    Json json;
    json["id"] = group.id;
    json["name"] = name_of(group, snapshot);
    if (!group.provider.empty()) json["provider"] = group.provider;
    json.update(totals_json(group.totals));
    json["lastUsed"] = time_json(group.last_ms);
    list.push_back(std::move(json));
  }
  return list;
}

/// ["stop","logit_bias"] of "stop, logit_bias".
Json fields_json(std::string_view dropped) {
  Json list = Json::array();
  while (!dropped.empty()) {
    const std::size_t end = std::min(dropped.find(", "), dropped.size());
    list.push_back(dropped.substr(0, end));
    dropped.remove_prefix(std::min(end + 2, dropped.size()));
  }
  return list;
}

Json history_json(const store::UsageHistory& history, const config::Snapshot& snapshot, std::size_t in_flight) {
  Json json;
  json["totals"] = totals_json(history.totals);
  json["byProvider"] = groups_json(history.by_provider, snapshot);
  json["byModel"] = groups_json(history.by_model, snapshot);
  json["byAccount"] = groups_json(history.by_account, snapshot);
  json["byApiKey"] = groups_json(history.by_key, snapshot);
  json["byDroppedField"] = groups_json(history.by_dropped, snapshot);
  json["last10Minutes"] = Json::array();
  for (const store::UsageMinute& minute : history.last_minutes) {
    Json entry;
    entry["start"] = time_json(minute.start_ms);
    entry.update(totals_json(minute.totals));
    json["last10Minutes"].push_back(std::move(entry));
  }
  json["activeRequests"] = in_flight;
  return json;
}

/// A model of the connection, as clients name it; empty where none is known.
std::string model_of(const domain::Account& account, const config::Snapshot& snapshot) {
  const catalog::Provider* provider = snapshot.provider(account.provider);
  if (provider == nullptr) return {};
  if (!account.default_model.empty()) return provider->alias + "/" + account.default_model;
  return provider->models.empty() ? std::string() : provider->alias + "/" + provider->models.front().id;
}

/// What to name first to a client: a model of a connection that was seen to work, else of one that was not seen to fail.
std::string first_model(const config::Snapshot& snapshot) {
  std::string best;
  int best_rank = 0;
  for (const domain::Account& account : snapshot.all_accounts()) {
    const int rank = !account.active ? 0 : account.test_status == "ok" ? 3 : account.test_status == "error" ? 1 : 2;
    if (rank <= best_rank) continue;
    std::string model = model_of(account, snapshot);
    if (model.empty()) continue;
    best = std::move(model);
    best_rank = rank;
  }
  return best;
}

std::int64_t unix_ms(WallTime time) { return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count(); }

}  // namespace

Json usage_row_json(const domain::UsageRow& row, const config::Snapshot& snapshot) {
  Json json;
  json["requestId"] = row.request_id;
  json["time"] = time_json(row.time_ms);
  json["endpoint"] = row.endpoint;
  json["format"] = domain::to_string(row.client_format);
  json["model"] = row.model_asked;
  json["provider"] = text_json(row.provider);
  json["upstreamModel"] = text_json(row.upstream_model);
  json["connection"] = text_json(row.account_id);
  json["key"] = text_json(row.key_id);
  const catalog::Provider* provider = snapshot.provider(row.provider);
  const domain::Account* account = snapshot.account(row.account_id);
  const domain::ApiKey* key = snapshot.key_by_id(row.key_id);
  json["providerName"] = provider != nullptr ? Json(provider->name) : Json(nullptr);
  json["connectionName"] = account != nullptr ? Json(account->name) : Json(nullptr);
  json["keyName"] = key != nullptr ? Json(key->name) : Json(nullptr);
  json["status"] = row.status;
  json["streamed"] = row.streamed;
  json["inputTokens"] = optional_json(row.tokens.input);
  json["outputTokens"] = optional_json(row.tokens.output);
  json["cacheReadTokens"] = optional_json(row.tokens.cache_read);
  json["cacheWriteTokens"] = optional_json(row.tokens.cache_write);
  json["reasoningTokens"] = optional_json(row.tokens.reasoning);
  json["estimated"] = row.estimated;
  json["costUsd"] = row.cost_nano ? dollars_json(*row.cost_nano) : Json(nullptr);
  json["costNanoUsd"] = optional_json(row.cost_nano);
  json["priceVersion"] = text_json(row.price_version);
  json["latencyMs"] = row.latency_ms;
  json["firstTokenMs"] = optional_json(row.first_token_ms);
  json["overheadUs"] = optional_json(row.overhead_us);
  json["attempts"] = row.attempts;
  json["error"] = text_json(row.error_kind);
  json["errorMessage"] = text_json(row.error_message);
  json["dropped"] = fields_json(row.dropped);
  return json;
}

namespace {

struct Overview {
  store::UsageHistory day;
  store::UsagePage recent;
  std::size_t in_flight = 0;
  std::int64_t now_ms = 0;
};

Json overview_json(const Overview& overview, const config::Snapshot& snapshot) {
  Json json;
  json["serverNow"] = time_json(overview.now_ms);
  json["day"] = history_json(overview.day, snapshot, overview.in_flight);
  json["recent"] = Json::array();
  for (const domain::UsageRow& row : overview.recent.rows) json["recent"].push_back(usage_row_json(row, snapshot));
  json["connections"] = Json::array();
  for (const domain::Account& account : snapshot.all_accounts()) json["connections"].push_back(account_json(account, snapshot));
  json["keys"] = snapshot.keys().size();
  json["model"] = text_json(first_model(snapshot));
  return json;
}

Json page_json(const store::UsagePage& page, const config::Snapshot& snapshot) {
  Json json;
  json["logs"] = Json::array();
  for (const domain::UsageRow& row : page.rows) json["logs"].push_back(usage_row_json(row, snapshot));
  json["next"] = optional_json(page.next);
  return json;
}

std::size_t in_flight(const Services& services) { return services.server != nullptr ? services.server->in_flight() : 0; }

}  // namespace

Task<void> show_overview(Services& services, Call& call) {
  constexpr std::int64_t day_ms = 86'400'000;
  constexpr int few = 8;
  const std::int64_t now = unix_ms(services.clock.wall_now());
  store::UsageFilter day;
  day.since_ms = now - day_ms;
  store::Usage usage(services.database);
  Result<store::UsageHistory> history = co_await usage.history(std::move(day), now);
  if (!history) co_return co_await send_error(call, std::move(history).error());
  store::UsageFilter all;
  Result<store::UsagePage> page = co_await usage.recent(std::move(all), few, std::nullopt);
  if (!page) co_return co_await send_error(call, std::move(page).error());
  const auto found = std::make_shared<Overview>(Overview{*std::move(history), *std::move(page), in_flight(services), now});
  std::function<Json()> make = [found, snapshot = services.publisher.current()] { return overview_json(*found, *snapshot); };
  co_await answer_aside(services, call, std::move(make));
}

Task<void> show_history(Services& services, Call& call) {
  Query query(call.request.query);
  store::UsageFilter filter = filter_of(query);
  if (!query.check()) co_return co_await send_error(call, query.check().error());
  const std::int64_t now = unix_ms(services.clock.wall_now());
  store::Usage usage(services.database);
  Result<store::UsageHistory> history = co_await usage.history(std::move(filter), now);
  if (!history) co_return co_await send_error(call, std::move(history).error());
  const auto found = std::make_shared<store::UsageHistory>(*std::move(history));
  std::function<Json()> make = [found, snapshot = services.publisher.current(), active = in_flight(services)] {
    return history_json(*found, *snapshot, active);
  };
  co_await answer_aside(services, call, std::move(make));
}

Task<void> show_logs(Services& services, Call& call) {
  Query query(call.request.query);
  store::UsageFilter filter = filter_of(query);
  filter.search = query.text("search");
  // What was said is for those alone who may read it.
  filter.search_bodies = call.caller.scopes.allows(domain::Scope::admin);
  const int limit = static_cast<int>(query.number("limit", 1, largest_page).value_or(usual_page));
  const std::optional<std::int64_t> cursor = query.number("cursor", 0, std::numeric_limits<std::int64_t>::max());
  if (!query.check()) co_return co_await send_error(call, query.check().error());
  store::Usage usage(services.database);
  Result<store::UsagePage> page = co_await usage.recent(std::move(filter), limit, cursor);
  if (!page) co_return co_await send_error(call, std::move(page).error());
  const auto found = std::make_shared<store::UsagePage>(*std::move(page));
  std::function<Json()> make = [found, snapshot = services.publisher.current()] { return page_json(*found, *snapshot); };
  co_await answer_aside(services, call, std::move(make));
}

Task<void> show_log(Services& services, Call& call) {
  store::Usage usage(services.database);
  std::string id = parameter(call, 0);
  Result<std::optional<domain::UsageRow>> found = co_await usage.find(id);
  if (!found) co_return co_await send_error(call, std::move(found).error());
  if (!*found) {
    Error error(ErrorKind::not_found, "There is no record of the request " + id + ".", "id");
    co_return co_await send_error(call, std::move(error));
  }
  Json json = usage_row_json(**found, *services.publisher.current());
  co_await answer(call, 200, std::move(json));
}

}  // namespace omniroute::api
