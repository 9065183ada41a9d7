#include "present.hpp"

#include <nlohmann/json.hpp>

#include "omniroute/base/log.hpp"
#include "omniroute/base/time_text.hpp"
#include "omniroute/config/settings.hpp"
#include "omniroute/http/url.hpp"
#include "omniroute/net/connector.hpp"
#include "omniroute/net/worker.hpp"
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

std::string text_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace

Task<void> answer(Call& call, int status, Json json) {
  std::string body = text_of(json);
  co_await send_json(call, status, std::move(body));
}

Task<void> answer_aside(Services& services, Call& call, std::function<Json()> make) {
  const auto body = std::make_shared<std::string>();
  std::function<void()> work = [make = std::move(make), body] { *body = text_of(make()); };
  if (services.answer_pool == nullptr) {
    work();
  } else {
    co_await services.answer_pool->run(std::move(work));
  }
  co_await send_json(call, 200, std::move(*body));
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

Json text_json(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json time_json(std::int64_t unix_ms) {
  if (unix_ms == 0) return nullptr;
  return time_text(unix_ms);
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

Json key_json(const domain::ApiKey& key, const access::Spending& spending) {
  const access::Standing standing = spending.standing(key.id, "");
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
  json["logBodies"] = key.log_bodies;
  json["logErrorsOnly"] = key.log_errors_only;
  json["dailyBudgetUsd"] = money_json(key.daily_budget_nano);
  json["monthlyBudgetUsd"] = money_json(key.monthly_budget_nano);
  json["dailyTotal"] = dollars_json(standing.spent_today);
  json["monthlyTotal"] = dollars_json(standing.spent_this_month);
  json["dailyUnpriced"] = standing.unpriced_today;
  json["monthlyUnpriced"] = standing.unpriced_this_month;
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
