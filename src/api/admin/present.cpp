#include "present.hpp"

#include <fmt/core.h>

#include <chrono>
#include <nlohmann/json.hpp>

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
  return json;
}

std::string parameter(const Call& call, std::size_t index) { return http::percent_decode(call.params[index]); }

}  // namespace omniroute::api
