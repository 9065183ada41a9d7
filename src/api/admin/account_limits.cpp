// Limits, shares and quotas of single accounts.
#include <nlohmann/json.hpp>

#include "omniroute/pipeline/account_limits.hpp"

#include "form.hpp"
#include "omniroute/config/routing_editor.hpp"
#include "omniroute/routing/planner.hpp"
#include "reply.hpp"
#include "router.hpp"

namespace omniroute::api {
namespace {

using resilience::QuotaFigure;

/// What people call the provider of an account.
std::string provider_name(const config::Snapshot& snapshot, const domain::Account& account) {
  const catalog::Provider* provider = snapshot.provider(account.provider);
  return provider != nullptr ? provider->name : account.provider;
}

Json routing_json(const config::AccountRouting& routing) {
  return written([&routing](json::Writer& writer) { config::write_account_routing(routing, writer); });
}

Json limits_json(const Services& services, const config::Snapshot& snapshot, const domain::Account& account) {
  Json json;
  json["connectionId"] = account.id;
  json["provider"] = account.provider;
  json["providerName"] = provider_name(snapshot, account);
  json["name"] = account.name;
  const config::AccountRouting& own = snapshot.routing().account(account.id);
  json["rateLimitProtection"] = own.rate_limit_protection ? Json(*own.rate_limit_protection) : Json(nullptr);
  const catalog::Provider* provider = snapshot.provider(account.provider);
  const resilience::Limits limits = provider == nullptr ? resilience::Limits() : pipeline::limits_of(snapshot, *provider, account);
  json["enabled"] = limits.any();
  json["active"] = account.active;
  json["requestsPerMinute"] = limits.per_minute;
  json["minTimeBetweenRequests"] = limits.min_gap.count();
  json["concurrentRequests"] = limits.concurrency;
  const resilience::Limiters::View view = services.tables.limiters.view(account.id);
  json["queued"] = view.waiting;
  json["running"] = view.running;
  return json;
}

std::span<const domain::WindowRule> rules_of(const config::Snapshot& snapshot, const domain::Account& account) {
  const catalog::Provider* provider = snapshot.provider(account.provider);
  return provider == nullptr ? std::span<const domain::WindowRule>() : routing::windows_of(snapshot, *provider, account.id);
}

/// Used and remaining are there only where the limit is known, and add up to it.
Json figure_json(const QuotaFigure& figure, WallTime now) {
  Json json;
  json["displayName"] = figure.model.empty() ? figure.name : figure.name + " (" + figure.model + ")";
  json["unit"] = domain::to_string(figure.unit);
  json["counted"] = figure.counted;
  json["unlimited"] = false;
  if (figure.limit && figure.used) {
    const auto used = static_cast<std::int64_t>(*figure.used * static_cast<double>(*figure.limit) + 0.5);
    json["total"] = *figure.limit;
    json["used"] = used;
    json["remaining"] = std::max<std::int64_t>(0, *figure.limit - used);
  }
  if (figure.used) json["usedPercentage"] = *figure.used * 100;
  if (figure.used) json["remainingPercentage"] = std::max(0.0, 1 - *figure.used) * 100;
  json["resetAt"] = figure.resets_at ? time_json(unix_ms_of(*figure.resets_at)) : Json(nullptr);
  if (figure.resets_at) json["resetInMs"] = std::max<std::int64_t>(0, unix_ms_of(*figure.resets_at) - unix_ms_of(now));
  json["spent"] = figure.spent;
  json["source"] = to_string(figure.source);
  json["ageMs"] = figure.age.count();
  json["confidence"] = figure.confidence;
  return json;
}

Json quota_json(const Services& services, const config::Snapshot& snapshot, const domain::Account& account) {
  const WallTime now = services.clock.wall_now();
  Json json;
  json["connectionId"] = account.id;
  json["connection"] = account.name;
  json["provider"] = account.provider;
  json["providerName"] = provider_name(snapshot, account);
  json["plan"] = nullptr;
  json["quotas"] = Json::object();
  for (const QuotaFigure& figure : services.tables.accounts.figures(account.id, rules_of(snapshot, account), now))
    json["quotas"][figure.name] = figure_json(figure, now);
  json["message"] = json["quotas"].empty() ? Json("No quota window of this provider is known.") : Json(nullptr);
  return json;
}

Error no_account(const std::string& id) { return {ErrorKind::not_found, "There is no connection " + id + "."}; }

/// The accounts that requests may go to, and those that are switched off.
std::vector<const domain::Account*> everyone(const config::Snapshot& snapshot) {
  std::vector<const domain::Account*> accounts;
  for (const domain::Account& account : snapshot.all_accounts()) accounts.push_back(&account);
  return accounts;
}

}  // namespace

Json rate_limit_json(const Services& services, const config::Snapshot& snapshot) {
  Json list = Json::array();
  for (const domain::Account* account : everyone(snapshot)) {
    Json entry = limits_json(services, snapshot, *account);
    if (entry["enabled"].get<bool>()) list.push_back(std::move(entry));
  }
  return list;
}

Task<void> list_rate_limits(Services& services, Call& call) {
  const std::shared_ptr<const config::Snapshot> snapshot = services.publisher.current();
  Json json;
  json["connections"] = Json::array();
  std::size_t running = 0;
  std::size_t queued = 0;
  for (const domain::Account* account : everyone(*snapshot)) {
    Json entry = limits_json(services, *snapshot, *account);
    running += entry["running"].get<std::size_t>();
    queued += entry["queued"].get<std::size_t>();
    json["connections"].push_back(std::move(entry));
  }
  json["overview"]["running"] = running;
  json["overview"]["queued"] = queued;
  json["lockouts"] = rests_json(services, *snapshot);
  co_await answer(call, 200, std::move(json));
}

Task<void> change_rate_limit(Services& services, Call& call) {
  Form form(call.request.body);
  const std::optional<std::string> id = form.text("connectionId");
  const std::optional<bool> enabled = form.flag("enabled");
  if (!id) form.refuse("connectionId", "is required");
  if (!enabled) form.refuse("enabled", "is required");
  if (!form.check()) co_return co_await send_error(call, form.check().error());
  config::AccountRouting routing = services.publisher.current()->routing().account(*id);
  routing.account = *id;
  routing.rate_limit_protection = *enabled;
  config::RoutingEditor editor(editor_of(services, call));
  Status saved = co_await editor.save_account(std::move(routing));
  if (!saved) co_return co_await send_error(call, std::move(saved).error());
  co_await list_rate_limits(services, call);
}

Task<void> show_account_routing(Services& services, Call& call) {
  const std::shared_ptr<const config::Snapshot> snapshot = services.publisher.current();
  const std::string id = parameter(call, 0);
  if (snapshot->account(id) == nullptr) co_return co_await send_error(call, no_account(id));
  Json json = routing_json(snapshot->routing().account(id));
  co_await answer(call, 200, std::move(json));
}

Task<void> change_account_routing(Services& services, Call& call) {
  const std::shared_ptr<const config::Snapshot> snapshot = services.publisher.current();
  const std::string id = parameter(call, 0);
  Result<Json> body = body_object(call);
  if (!body) co_return co_await send_error(call, std::move(body).error());
  Result<config::AccountRouting> routing = read_text(merged(routing_json(snapshot->routing().account(id)), *body),
                                                     [](const json::At& at) { return config::read_account_routing(at); });
  if (!routing) co_return co_await send_error(call, std::move(routing).error());
  routing->account = id;
  config::RoutingEditor editor(editor_of(services, call));
  Status saved = co_await editor.save_account(*std::move(routing));
  if (!saved) co_return co_await send_error(call, std::move(saved).error());
  co_await show_account_routing(services, call);
}

Task<void> show_quota(Services& services, Call& call) {
  const std::shared_ptr<const config::Snapshot> snapshot = services.publisher.current();
  const std::string id = parameter(call, 0);
  const domain::Account* account = snapshot->account(id);
  if (account == nullptr) co_return co_await send_error(call, no_account(id));
  Json json = quota_json(services, *snapshot, *account);
  co_await answer(call, 200, std::move(json));
}

Task<void> list_quotas(Services& services, Call& call) {
  const std::shared_ptr<const config::Snapshot> snapshot = services.publisher.current();
  Json json;
  json["connections"] = Json::array();
  for (const domain::Account* account : everyone(*snapshot)) json["connections"].push_back(quota_json(services, *snapshot, *account));
  co_await answer(call, 200, std::move(json));
}

}  // namespace omniroute::api
