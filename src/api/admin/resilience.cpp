// Profiles, breakers, cooldowns: what the owner chose, and what the router has learnt.
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "form.hpp"
#include "omniroute/config/settings.hpp"
#include "omniroute/http/url.hpp"
#include "omniroute/routing/planner.hpp"
#include "reply.hpp"
#include "router.hpp"

namespace omniroute::api {
namespace {

using resilience::AccountBook;
using resilience::Breakers;

/// A member of the resilience document and the setting it stands for (product-spec.md c.6).
struct Member {
  std::string_view group;
  std::string_view name;
  std::string_view setting;
};
constexpr std::array members{
    Member{"oauth", "transientCooldown", "oauth_transient_cooldown_ms"},
    Member{"oauth", "rateLimitCooldown", "oauth_rate_limit_cooldown_ms"},
    Member{"oauth", "maxBackoffLevel", "oauth_max_backoff_level"},
    Member{"oauth", "circuitBreakerThreshold", "oauth_breaker_threshold"},
    Member{"oauth", "circuitBreakerReset", "oauth_breaker_reset_ms"},
    Member{"apikey", "transientCooldown", "apikey_transient_cooldown_ms"},
    Member{"apikey", "rateLimitCooldown", "apikey_rate_limit_cooldown_ms"},
    Member{"apikey", "maxBackoffLevel", "apikey_max_backoff_level"},
    Member{"apikey", "circuitBreakerThreshold", "apikey_breaker_threshold"},
    Member{"apikey", "circuitBreakerReset", "apikey_breaker_reset_ms"},
    Member{"defaults", "requestsPerMinute", "rate_limit_per_minute"},
    Member{"defaults", "minTimeBetweenRequests", "rate_limit_min_gap_ms"},
    Member{"defaults", "concurrentRequests", "rate_limit_concurrency"},
    Member{"", "cooldownCeiling", "cooldown_ceiling_ms"},
    Member{"", "warmUp", "warm_up"},
};

/// Where a group stands in the document.
Json& place(Json& json, std::string_view group) {
  if (group.empty()) return json;
  if (group == "defaults") return json["defaults"];
  return json["profiles"][std::string(group)];
}

/// The provider of a breaker's name: "<provider>" or "<provider>/<model>".
const catalog::Provider* provider_of(const config::Snapshot& snapshot, std::string_view breaker) {
  return snapshot.provider(breaker.substr(0, breaker.find('/')));
}

/// The patience that counts for a provider's breakers.
resilience::Profile profile_for(const config::Snapshot& snapshot, const catalog::Provider* provider) {
  const auto accounts = provider == nullptr ? std::span<const domain::Account* const>() : snapshot.accounts(provider->id);
  if (!accounts.empty()) return routing::profile_of(snapshot.settings(), *accounts.front());
  const domain::Account nobody;
  return routing::profile_of(snapshot.settings(), nobody);
}

}  // namespace

Json breakers_json(const Services& services, const config::Snapshot& snapshot) {
  const resilience::Now now = resilience::Now::of(services.clock);
  Json list = Json::array();
  for (const Breakers::Named& each : services.tables.breakers.all()) {
    const catalog::Provider* provider = provider_of(snapshot, each.name);
    const resilience::Profile profile = profile_for(snapshot, provider);
    const resilience::Breaker::State state = each.breaker.state(profile, now.tick);
    const bool closed = state == resilience::Breaker::State::closed;
    Json json;
    json["name"] = each.name;
    json["provider"] = provider != nullptr ? Json(provider->name) : Json(nullptr);
    json["state"] = to_string(state);
    json["failureCount"] = each.breaker.failures();
    json["threshold"] = profile.breaker_threshold;
    json["openings"] = each.breaker.openings();
    json["retryInMs"] = closed ? 0 : remaining_ms(each.breaker.retry_at(profile), now.tick);
    list.push_back(std::move(json));
  }
  return list;
}

Json rests_json(const Services& services, const config::Snapshot& snapshot) {
  const resilience::Now now = resilience::Now::of(services.clock);
  Json list = Json::array();
  for (const AccountBook::Rest& rest : services.tables.accounts.rests()) {
    const domain::Account* account = snapshot.account(rest.account);
    Json json;
    json["connectionId"] = rest.account;
    json["connection"] = account_name(snapshot, rest.account);
    json["provider"] = account != nullptr ? Json(account->provider) : Json(nullptr);
    const catalog::Provider* provider = account != nullptr ? snapshot.provider(account->provider) : nullptr;
    json["providerName"] = provider != nullptr ? Json(provider->name) : json["provider"];
    json["scope"] = rest.model.empty() ? "account" : "model";
    json["model"] = rest.model.empty() ? Json(nullptr) : Json(rest.model);
    json["state"] = to_string(rest.cooldown.state(now.tick));
    json["reason"] = to_string(rest.cooldown.reason());
    json["cause"] = resilience::reason_word(rest.cooldown.reason());
    json["source"] = rest.cooldown.hinted() ? "provider" : "formula";
    json["level"] = rest.cooldown.level();
    json["unavailableSince"] = time_json(now.unix_ms_of(rest.cooldown.since()));
    json["until"] = time_json(now.unix_ms_of(rest.cooldown.until()));
    json["remainingMs"] = remaining_ms(rest.cooldown.until(), now.tick);
    list.push_back(std::move(json));
  }
  return list;
}

void put_rest(const Services& services, const domain::Account& account, Json& json) {
  const resilience::Now now = resilience::Now::of(services.clock);
  resilience::AccountReading reading;
  const AccountBook::Ask ask{account.id, {}, {}};
  services.tables.accounts.read({&ask, 1}, now, {&reading, 1});
  const bool rests = reading.account == resilience::Cooldown::State::cooling || reading.account == resilience::Cooldown::State::probing;
  json["unavailableSince"] = rests ? time_json(now.unix_ms_of(reading.account_since)) : Json(nullptr);
  json["unavailableForMs"] = rests ? Json(remaining_ms(reading.account_until, now.tick)) : Json(nullptr);
}

namespace {

Json resilience_json(const Services& services) {
  const std::shared_ptr<const config::Snapshot> snapshot = services.publisher.current();
  Json json;
  for (const Member& member : members)
    place(json, member.group)[std::string(member.name)] = Json::parse(config::to_json(snapshot->settings(), member.setting));
  json["circuitBreakers"] = breakers_json(services, *snapshot);
  json["lockouts"] = rests_json(services, *snapshot);
  json["rateLimitStatus"] = rate_limit_json(services, *snapshot);
  return json;
}

const Member* find_member(std::string_view group, std::string_view name) {
  const auto found = std::find_if(members.begin(), members.end(), [&](const Member& m) { return m.group == group && m.name == name; });
  return found == members.end() ? nullptr : &*found;
}

/// The changes of one group; the error names the member that is not known.
Status read_group(const Json& given, std::string_view group, std::string_view path, std::vector<config::SettingChange>& changes) {
  if (!given.is_object()) return Error(ErrorKind::bad_request, std::string(path) + ": must be an object", std::string(path));
  for (const auto& [name, value] : given.items()) {
    const Member* member = find_member(group, name);
    const std::string full = std::string(path) + "." + name;
    if (member == nullptr) return Error(ErrorKind::bad_request, full + ": is not a member that is known here", full);
    config::SettingChange change{std::string(member->setting), std::nullopt};
    if (!value.is_null()) change.json = value.dump();
    changes.push_back(std::move(change));
  }
  return {};
}

Status read_changes(const Json& body, std::vector<config::SettingChange>& changes) {
  for (const auto& [name, value] : body.items()) {
    if (name == "profiles" && value.is_object()) {
      for (const auto& [profile, own] : value.items()) {
        if (profile != "oauth" && profile != "apikey")
          return Error(ErrorKind::bad_request, "profiles." + profile + ": takes oauth and apikey", "profiles." + profile);
        if (Status read = read_group(own, profile, "profiles." + profile, changes); !read) return read;
      }
    } else if (name == "defaults") {
      if (Status read = read_group(value, "defaults", "defaults", changes); !read) return read;
    } else if (const Member* member = find_member("", name)) {
      config::SettingChange change{std::string(member->setting), std::nullopt};
      if (!value.is_null()) change.json = value.dump();
      changes.push_back(std::move(change));
    } else {
      return Error(ErrorKind::bad_request, name + ": is not a member that is known here", name);
    }
  }
  return {};
}

}  // namespace

Task<void> show_resilience(Services& services, Call& call) {
  Json json = resilience_json(services);
  co_await answer(call, 200, std::move(json));
}

Task<void> change_resilience(Services& services, Call& call) {
  Result<Json> body = body_object(call);
  if (!body) co_return co_await send_error(call, std::move(body).error());
  std::vector<config::SettingChange> changes;
  if (Status read = read_changes(*body, changes); !read) co_return co_await send_error(call, std::move(read).error());
  Status changed = co_await editor_of(services, call).change_settings(std::move(changes));
  if (!changed) co_return co_await send_error(call, std::move(changed).error());
  co_await show_resilience(services, call);
}

Task<void> reset_resilience(Services& services, Call& call) {
  Form form(call.request.body);
  const std::string name = form.text("name").value_or("");
  if (!form.check()) co_return co_await send_error(call, form.check().error());
  std::size_t count = 0;
  for (const Breakers::Named& each : services.tables.breakers.all())
    if (name.empty() || each.name == name) ++count;
  services.tables.breakers.reset(name);
  Json json;
  json["success"] = true;
  json["message"] = "The circuit breakers are closed.";
  json["resetCount"] = count;
  co_await answer(call, 200, std::move(json));
}

Task<void> reset_breakers(Services& services, Call& call) {
  const std::size_t count = services.tables.breakers.all().size();
  services.tables.breakers.reset({});
  Json json;
  json["success"] = true;
  json["message"] = "The circuit breakers are closed.";
  json["resetCount"] = count;
  co_await answer(call, 200, std::move(json));
}

Task<void> list_lockouts(Services& services, Call& call) {
  Json json;
  json["lockouts"] = rests_json(services, *services.publisher.current());
  co_await answer(call, 200, std::move(json));
}

/// ?connection=ID[&model=NAME]; without a connection, all.
Task<void> clear_lockouts(Services& services, Call& call) {
  const std::string connection = http::query_value(call.request.query, "connection");
  const std::string model = http::query_value(call.request.query, "model");
  std::size_t cleared = 0;
  for (const AccountBook::Rest& rest : services.tables.accounts.rests()) {
    if (!connection.empty() && rest.account != connection) continue;
    if (!model.empty() && rest.model != model) continue;
    if (services.tables.accounts.clear(rest.account, rest.model)) ++cleared;
  }
  Json json;
  json["success"] = true;
  json["cleared"] = cleared;
  co_await answer(call, 200, std::move(json));
}

}  // namespace omniroute::api
