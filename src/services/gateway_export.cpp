#include <nlohmann/json.hpp>

#include "omniroute/crypto/encoding.hpp"
#include "omniroute/services/gateway_file.hpp"
#include "omniroute/services/yaml.hpp"

namespace omniroute::services {
namespace {

using Json = nlohmann::ordered_json;

std::string node_name(const config::Snapshot& snapshot, const std::string& provider) {
  const domain::Node* node = snapshot.node(provider);
  return node != nullptr ? node->prefix : provider;
}

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
  json["provider"] = node_name(snapshot, account.provider);
  json["name"] = account.name;
  if (account.auth_type == domain::AuthType::none) json["authType"] = "none";
  if (with_secrets && !account.api_key.empty()) json["apiKey"] = account.api_key.reveal();
  if (with_secrets && !account.proxy.empty()) json["proxy"] = account.proxy.reveal();
  json["priority"] = account.priority;
  json["isActive"] = account.active;
  if (!account.default_model.empty()) json["defaultModel"] = account.default_model;
  return json;
}

Json key_json(const domain::ApiKey& key, bool with_secrets) {
  Json json;
  json["name"] = key.name;
  json["scopes"] = key.scopes.names();
  json["isActive"] = key.active;
  if (!key.allowed_models.empty()) json["allowedModels"] = key.allowed_models;
  if (key.requests_per_minute > 0) json["requestsPerMinute"] = key.requests_per_minute;
  if (key.tokens_per_minute > 0) json["tokensPerMinute"] = key.tokens_per_minute;
  if (key.daily_budget_nano > 0) json["dailyBudgetUsd"] = config::money_text(key.daily_budget_nano);
  if (key.monthly_budget_nano > 0) json["monthlyBudgetUsd"] = config::money_text(key.monthly_budget_nano);
  // Not the text, which nobody has: what recognises it.
  if (with_secrets) json["hash"] = crypto::to_hex(key.hash);
  return json;
}

Json price_json(const domain::OwnPrice& own, const config::Snapshot& snapshot) {
  Json json;
  json["provider"] = node_name(snapshot, own.provider);
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
  json["provider"] = budget.provider.empty() ? "*" : node_name(snapshot, budget.provider);
  if (budget.daily_nano > 0) json["dailyUsd"] = config::money_text(budget.daily_nano);
  if (budget.monthly_nano > 0) json["monthlyUsd"] = config::money_text(budget.monthly_nano);
  return json;
}

}  // namespace

std::string export_gateway(const config::Snapshot& snapshot, bool with_secrets) {
  Json json;
  json["version"] = 1;
  json["settings"] = Json::object();
  for (const config::SettingInfo& info : config::setting_table()) {
    if (snapshot.setting_source(info.key) != config::SettingSource::stored || info.kind == config::SettingKind::secret_url) continue;
    json["settings"][std::string(info.key)] = Json::parse(config::to_json(snapshot.settings(), info.key));
  }
  for (const char* section : {"nodes", "connections", "keys", "prices", "budgets"}) json[section] = Json::array();
  for (const domain::Node& node : snapshot.nodes()) json["nodes"].push_back(node_json(node));
  for (const domain::Account& account : snapshot.all_accounts())
    if (account.auth_type != domain::AuthType::oauth) json["connections"].push_back(connection_json(account, snapshot, with_secrets));
  for (const domain::ApiKey& key : snapshot.keys()) json["keys"].push_back(key_json(key, with_secrets));
  for (const domain::OwnPrice& own : snapshot.own_prices())
    if (own.price) json["prices"].push_back(price_json(own, snapshot));
  for (const domain::Budget& budget : snapshot.budgets()) json["budgets"].push_back(budget_json(budget, snapshot));
  return write_yaml(json);
}

}  // namespace omniroute::services
