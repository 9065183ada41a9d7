#include "present.hpp"

#include <fmt/core.h>

#include <charconv>
#include <chrono>
#include <nlohmann/json.hpp>

#include "omniroute/base/log.hpp"
#include "omniroute/config/settings.hpp"
#include "omniroute/http/url.hpp"
#include "omniroute/net/connector.hpp"
#include "reply.hpp"

namespace omniroute::api {
namespace {

/// The proxy without its password.
Json proxy_json(const Secret& proxy) {
  if (proxy.empty()) return nullptr;
  const Result<net::Proxy> parsed = net::Proxy::parse(proxy.reveal());
  if (!parsed) return "";
  return parsed->label();
}

}  // namespace

Task<void> answer(Call& call, int status, Json json) {
  std::string body = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  co_await send_json(call, status, std::move(body));
}

Task<void> answer_success(Call& call) {
  std::string body = R"({"success":true})";
  co_await send_json(call, 200, std::move(body));
}

Json dollars_json(std::int64_t nano) { return static_cast<double>(nano) / static_cast<double>(config::nano_per_dollar); }

Json money_json(std::int64_t nano) {
  if (nano == 0) return nullptr;
  return dollars_json(nano);
}

Json time_json(std::int64_t unix_ms) {
  if (unix_ms == 0) return nullptr;
  using std::chrono::milliseconds;
  const std::chrono::sys_time<milliseconds> time{milliseconds(unix_ms)};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss<milliseconds> clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()), clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

std::optional<std::int64_t> parse_time(std::string_view text) noexcept {
  // RFC 3339 in UTC: 2026-02-20T12:34:56Z, with up to three digits of fractions.
  const auto number = [&](std::size_t at, std::size_t size) -> int {
    int value = 0;
    const auto [end, failure] = std::from_chars(text.data() + at, text.data() + at + size, value);
    return failure == std::errc() && end == text.data() + at + size ? value : -1;
  };
  if (text.size() < 20 || text.size() > 24 || text.back() != 'Z' || text[4] != '-' || text[7] != '-' || text[10] != 'T' ||
      text[13] != ':' || text[16] != ':')
    return std::nullopt;
  const int hour = number(11, 2);
  const int minute = number(14, 2);
  const int second = number(17, 2);
  const std::chrono::year_month_day date{std::chrono::year(number(0, 4)), std::chrono::month(static_cast<unsigned>(number(5, 2))),
                                         std::chrono::day(static_cast<unsigned>(number(8, 2)))};
  if (!date.ok() || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return std::nullopt;
  std::int64_t milliseconds = 0;
  if (text.size() > 20) {
    const std::size_t digits = text.size() - 21;
    if (text[19] != '.' || digits == 0) return std::nullopt;
    const int fraction = number(20, digits);
    if (fraction < 0) return std::nullopt;
    milliseconds = fraction * (digits == 1 ? 100 : digits == 2 ? 10 : 1);
  }
  const auto days = std::chrono::sys_days(date).time_since_epoch();
  return std::chrono::milliseconds(days).count() + ((hour * 60LL + minute) * 60 + second) * 1000 + milliseconds;
}

std::string_view node_type(domain::Format format) noexcept {
  switch (format) {
    case domain::Format::openai_chat: return "openai";
    case domain::Format::openai_responses: return "responses";
    case domain::Format::anthropic: return "anthropic";
    case domain::Format::gemini: return "gemini";
  }
  return "";
}

std::optional<domain::Format> parse_node_type(std::string_view word) noexcept {
  using domain::Format;
  for (const Format format : {Format::openai_chat, Format::openai_responses, Format::anthropic, Format::gemini})
    if (word == node_type(format)) return format;
  return domain::parse_format(word);
}

Json account_json(const domain::Account& account, const config::Snapshot& snapshot) {
  const catalog::Provider* provider = snapshot.provider(account.provider);
  Json json;
  json["id"] = account.id;
  json["provider"] = account.provider;
  json["providerName"] = provider != nullptr ? provider->name : account.provider;
  json["authType"] = domain::to_string(account.auth_type);
  json["name"] = account.name;
  json["priority"] = account.priority;
  json["isActive"] = account.active;
  json["apiKeyHint"] = account.api_key.empty() ? Json(nullptr) : Json(account.api_key.hint());
  json["proxy"] = proxy_json(account.proxy);
  json["defaultModel"] = account.default_model.empty() ? Json(nullptr) : Json(account.default_model);
  json["testStatus"] = account.test_status;
  json["lastError"] = account.last_error.empty() ? Json(nullptr) : Json(account.last_error);
  json["lastErrorAt"] = time_json(account.last_error_ms);
  json["createdAt"] = time_json(account.created_ms);
  json["updatedAt"] = time_json(account.updated_ms);
  return json;
}

Json node_json(const domain::Node& node) {
  Json json;
  json["id"] = node.id;
  json["prefix"] = node.prefix;
  json["name"] = node.name;
  json["type"] = node_type(node.format);
  json["format"] = domain::to_string(node.format);
  json["baseUrl"] = node.base_url;
  json["caFile"] = node.ca_file.empty() ? Json(nullptr) : Json(node.ca_file);
  json["createdAt"] = time_json(node.created_ms);
  json["updatedAt"] = time_json(node.updated_ms);
  return json;
}

Json key_json(const domain::ApiKey& key) {
  Json json;
  json["id"] = key.id;
  json["name"] = key.name;
  json["hint"] = key.hint;
  json["scopes"] = key.scopes.names();
  json["isActive"] = key.active;
  json["createdAt"] = time_json(key.created_ms);
  json["expiresAt"] = time_json(key.expires_ms);
  json["allowedModels"] = key.allowed_models;
  json["requestsPerMinute"] = key.requests_per_minute;
  json["tokensPerMinute"] = key.tokens_per_minute;
  json["dailyBudgetUsd"] = money_json(key.daily_budget_nano);
  json["monthlyBudgetUsd"] = money_json(key.monthly_budget_nano);
  json["previousTextUntil"] = time_json(key.previous_hash ? key.previous_until_ms : 0);
  return json;
}

config::Editor editor_of(const Services& services, const Call& call) {
  config::Actor actor;
  switch (call.caller.kind) {
    case access::Caller::Kind::key: actor.name = "key " + call.caller.name; break;
    case access::Caller::Kind::session: actor.name = "dashboard"; break;
    case access::Caller::Kind::local: actor.name = "command line"; break;
    case access::Caller::Kind::keyless: actor.name = "nobody"; break;
  }
  actor.peer = call.request.client;
  actor.request_id = call.id;
  return services.editor.as(std::move(actor));
}

Task<void> note_audit(const Services& services, const Call& call, std::string action, std::string target) {
  config::Editor editor = editor_of(services, call);
  Status noted = co_await editor.note(std::move(action), std::move(target));
  if (!noted) log::warn("audit line lost: reason={}", noted.error().message);
}

std::string parameter(const Call& call, std::size_t index) { return http::percent_decode(call.params[index]); }

}  // namespace omniroute::api
