#include "gateway_json.hpp"

#include <map>
#include <nlohmann/json.hpp>

#include "omniroute/config/routing_rows.hpp"
#include "omniroute/json/writer.hpp"

namespace omniroute::services {
namespace {

using Json = nlohmann::ordered_json;

template <class Write>
Json written(Write&& write) {
  std::string text;
  json::Writer writer(text);
  write(writer);
  return Json::parse(text, nullptr, false);
}

}  // namespace

std::string provider_name(const config::Snapshot& snapshot, const std::string& provider) {
  const domain::Node* node = snapshot.node(provider);
  return node != nullptr ? node->prefix : provider;
}

Json combo_config_json(const domain::ComboConfig& config) {
  return written([&](json::Writer& writer) { config::write_combo_config(config, writer); });
}

Json combo_json(const domain::Combo& combo, const config::Snapshot& snapshot) {
  Json config = combo_config_json(combo.config);
  Json json;
  json["name"] = combo.name;
  json["isActive"] = combo.active;
  if (config.contains("strategy")) json["strategy"] = config["strategy"];
  json["models"] = Json::array();
  for (domain::ComboTarget target : combo.targets) {
    if (const domain::Account* account = snapshot.account(target.account)) target.account = account->name;
    json["models"].push_back(written([&](json::Writer& writer) { config::write_combo_target(target, writer); }));
  }
  config.erase("strategy");
  if (!config.empty()) json["config"] = std::move(config);
  return json;
}

Json model_json(const domain::CustomModel& model, const config::Snapshot& snapshot) {
  domain::CustomModel named = model;
  named.provider = provider_name(snapshot, model.provider);
  return written([&](json::Writer& writer) { config::write_custom_model(named, writer); });
}

Json chain_json(const domain::FallbackChain& chain, const config::Snapshot& snapshot) {
  domain::FallbackChain named = chain;
  for (domain::FallbackChain::Link& link : named.links) link.provider = provider_name(snapshot, link.provider);
  Json json;
  json["model"] = chain.model;
  json["chain"] = written([&](json::Writer& writer) { config::write_chain_links(named, writer); });
  return json;
}

Json limits_json(const config::AccountRouting& routing) {
  Json json = written([&](json::Writer& writer) { config::write_account_routing(routing, writer); });
  if (routing.max_concurrency == 0) json.erase("maxConcurrent");
  if (routing.weight == 0) json.erase("weight");
  if (routing.windows.empty()) json.erase("quotaWindows");
  return json;
}

std::vector<int> numbers_of(std::span<const domain::ApiKey> keys) {
  std::map<std::string_view, int> seen;
  std::vector<int> numbers;
  for (const domain::ApiKey& key : keys) numbers.push_back(++seen[key.name]);
  return numbers;
}

}  // namespace omniroute::services
