#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>
#include <utility>

#include "gateway_json.hpp"
#include "omniroute/base/time_text.hpp"
#include "omniroute/crypto/encoding.hpp"
#include "omniroute/services/gateway_file.hpp"
#include "omniroute/services/yaml.hpp"

namespace omniroute::services {
namespace {

using Json = nlohmann::ordered_json;

Json node_json(const domain::Node& node) {
  Json json;
  json["prefix"] = node.prefix;
  json["name"] = node.name;
  json["format"] = domain::to_string(node.format);
  json["baseUrl"] = node.base_url;
  if (!node.ca_file.empty()) json["caFile"] = node.ca_file;
  return json;
}

Json connection_json(const domain::Account& account, const config::Snapshot& snapshot, bool with_secrets) {
  Json json;
  json["provider"] = provider_name(snapshot, account.provider);
  json["name"] = account.name;
  json["authType"] = domain::to_string(account.auth_type);
  if (with_secrets && !account.api_key.empty()) json["apiKey"] = account.api_key.reveal();
  if (with_secrets && !account.proxy.empty()) json["proxy"] = account.proxy.reveal();
  json["priority"] = account.priority;
  json["isActive"] = account.active;
  if (!account.default_model.empty()) json["defaultModel"] = account.default_model;
  json.update(limits_json(snapshot.routing().account(account.id)));
  return json;
}

Json key_json(const domain::ApiKey& key, int number, bool with_secrets) {
  Json json;
  json["name"] = key.name;
  if (number > 1) json["number"] = number;
  json["scopes"] = key.scopes.names();
  json["isActive"] = key.active;
  if (key.expires_ms > 0) json["expiresAt"] = time_text(key.expires_ms);
  if (!key.allowed_models.empty()) json["allowedModels"] = key.allowed_models;
  if (key.requests_per_minute > 0) json["requestsPerMinute"] = key.requests_per_minute;
  if (key.tokens_per_minute > 0) json["tokensPerMinute"] = key.tokens_per_minute;
  if (key.daily_budget_nano > 0) json["dailyBudgetUsd"] = config::money_text(key.daily_budget_nano);
  if (key.monthly_budget_nano > 0) json["monthlyBudgetUsd"] = config::money_text(key.monthly_budget_nano);
  if (key.log_bodies) json["logBodies"] = true;
  if (key.log_errors_only) json["logErrorsOnly"] = true;
  // Not the text, which nobody has: what recognises it.
  if (with_secrets) json["hash"] = crypto::to_hex(key.hash);
  return json;
}

Json price_json(const domain::OwnPrice& own, const config::Snapshot& snapshot) {
  Json json;
  json["provider"] = provider_name(snapshot, own.provider);
  json["model"] = own.model;
  json["input"] = own.price->input;
  json["output"] = own.price->output;
  json["cached"] = own.price->cache_read;
  json["cacheCreation"] = own.price->cache_write;
  json["reasoning"] = own.price->reasoning;
  return json;
}

Json budget_json(const domain::Budget& budget, const config::Snapshot& snapshot) {
  Json json;
  json["provider"] = budget.provider.empty() ? "*" : provider_name(snapshot, budget.provider);
  if (budget.daily_nano > 0) json["dailyUsd"] = config::money_text(budget.daily_nano);
  if (budget.monthly_nano > 0) json["monthlyUsd"] = config::money_text(budget.monthly_nano);
  return json;
}

Json routing_json(const config::RoutingRows& rows, const config::Snapshot& snapshot) {
  Json json = Json::object();
  if (!(rows.defaults == domain::ComboConfig())) json["combos"] = combo_config_json(rows.defaults);
  if (!(rows.automatic == domain::ComboConfig())) json["auto"] = combo_config_json(rows.automatic);
  for (const auto& [provider, config] : rows.provider_overrides)
    json["providers"][provider_name(snapshot, provider)] = combo_config_json(config);
  return json;
}

/// What the router is told, by name, so that it reads the same wherever it came from; the order of wildcards has a meaning.
void add_routing(const config::Snapshot& snapshot, const config::HiddenModels& hidden, Json& json) {
  const config::RoutingRows& rows = snapshot.routing().rows();
  const auto add = [&json](const char* section, Json list, const char* by) {
    std::stable_sort(list.begin(), list.end(), [by](const Json& a, const Json& b) { return a[by] < b[by]; });
    json[section] = std::move(list);
  };
  Json models = Json::array();
  for (const domain::CustomModel& model : rows.custom_models) models.push_back(model_json(model, snapshot));
  add("models", std::move(models), "modelId");
  json["hiddenModels"] = Json::array();
  for (const auto& [provider, names] : hidden.by_provider())
    for (const std::string& name : names)
      // One of a provider that is gone says nothing any more.
      if (snapshot.provider(provider) != nullptr)
        json["hiddenModels"].push_back({{"provider", provider_name(snapshot, provider)}, {"model", name}});
  add("hiddenModels", std::move(json["hiddenModels"]), "provider");
  Json aliases = Json::array();
  for (const domain::Alias& alias : rows.aliases) aliases.push_back({{"alias", alias.name}, {"model", alias.target}});
  add("aliases", std::move(aliases), "alias");
  Json wildcards = Json::array();
  for (const domain::Wildcard& each : rows.wildcards) wildcards.push_back({{"pattern", each.pattern}, {"target", each.target}});
  json["wildcards"] = std::move(wildcards);
  Json chains = Json::array();
  for (const domain::FallbackChain& chain : rows.chains) chains.push_back(chain_json(chain, snapshot));
  add("fallbackChains", std::move(chains), "model");
  Json combos = Json::array();
  for (const domain::Combo& combo : rows.combos) combos.push_back(combo_json(combo, snapshot));
  add("combos", std::move(combos), "name");
  json["routing"] = routing_json(rows, snapshot);
}

}  // namespace

std::string export_gateway(const config::Snapshot& snapshot, const config::HiddenModels& hidden, bool with_secrets) {
  Json json;
  json["version"] = 1;
  json["settings"] = Json::object();
  for (const config::SettingInfo& info : config::setting_table()) {
    if (snapshot.setting_source(info.key) != config::SettingSource::stored || config::is_secret(info.kind)) continue;
    json["settings"][std::string(info.key)] = Json::parse(config::to_json(snapshot.settings(), info.key));
  }
  for (const char* section : {"nodes", "connections"}) json[section] = Json::array();
  for (const domain::Node& node : snapshot.nodes()) json["nodes"].push_back(node_json(node));
  std::stable_sort(json["nodes"].begin(), json["nodes"].end(), [](const Json& a, const Json& b) { return a["prefix"] < b["prefix"]; });
  for (const domain::Account& account : snapshot.all_accounts())
    if (account.auth_type != domain::AuthType::oauth) json["connections"].push_back(connection_json(account, snapshot, with_secrets));
  std::stable_sort(json["connections"].begin(), json["connections"].end(), [](const Json& a, const Json& b) {
    return std::tuple(a["provider"], a["priority"], a["name"]) < std::tuple(b["provider"], b["priority"], b["name"]);
  });
  add_routing(snapshot, hidden, json);
  for (const char* section : {"keys", "prices", "budgets"}) json[section] = Json::array();
  const std::vector<int> numbers = numbers_of(snapshot.keys());
  for (std::size_t i = 0; i < numbers.size(); ++i) json["keys"].push_back(key_json(snapshot.keys()[i], numbers[i], with_secrets));
  std::stable_sort(json["keys"].begin(), json["keys"].end(), [](const Json& a, const Json& b) { return a["name"] < b["name"]; });
  for (const domain::OwnPrice& own : snapshot.own_prices())
    if (own.price) json["prices"].push_back(price_json(own, snapshot));
  std::stable_sort(json["prices"].begin(), json["prices"].end(), [](const Json& a, const Json& b) {
    return std::pair(a["provider"], a["model"]) < std::pair(b["provider"], b["model"]);
  });
  for (const domain::Budget& budget : snapshot.budgets()) json["budgets"].push_back(budget_json(budget, snapshot));
  std::stable_sort(json["budgets"].begin(), json["budgets"].end(),
                   [](const Json& a, const Json& b) { return a["provider"] < b["provider"]; });
  return write_yaml(json);
}

}  // namespace omniroute::services
