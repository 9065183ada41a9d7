// The sections of a configuration file that tell the router what to do. An object there is complete as it stands.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "gateway_json.hpp"
#include "gateway_planner.hpp"
#include "omniroute/json/document.hpp"

namespace omniroute::services {
namespace {

using config::Change;

/// Reads JSON by one of the readers that the store and the management API use.
template <class T>
Result<T> read_by(Result<T> (*read)(const json::At&), const Json& json) {
  const std::string text = json.dump();
  json::Document document;
  if (Status sound = document.parse(text); !sound) return std::move(sound).error();
  return read(json::At(document.root()));
}

}  // namespace

void Planner::compare(config::RoutingDraft draft, const char* kind, const std::string& name, const std::string& place, const Json& wanted,
                      const std::optional<Json>& present) {
  FileStep step;
  step.action = present ? "update" : "create";
  step.change.what = Change::What::routing;
  step.change.how = present ? Change::How::update : Change::How::create;
  step.change.routing = std::move(draft);
  if (present) {
    std::set<std::string> members;
    for (const Json* json : {&wanted, &*present})
      for (const auto& member : json->items()) members.insert(member.key());
    for (const std::string& member : members)
      if (wanted.value(member, Json()) != present->value(member, Json())) step.fields.push_back(member);
  }
  add(std::move(step), kind, name, place);
}

void Planner::model(Entry& entry) {
  Result<domain::CustomModel> read = read_by(&config::read_custom_model, entry.whole());
  if (!read) return entry.refuse(read.error());
  const std::string id = id_of(read->provider);
  const auto& models = now_.routing().rows().custom_models;
  const auto found = std::find_if(models.begin(), models.end(),
                                  [&](const domain::CustomModel& each) { return each.provider == id && each.id == read->id; });
  std::optional<Json> present;
  if (found != models.end()) present = model_json(*found, now_);
  domain::CustomModel wanted = *read;
  wanted.provider = id;
  const std::string name = provider_name(now_, id) + "/" + read->id;
  compare(*std::move(read), "model", name, entry.path(), model_json(wanted, now_), present);
}

void Planner::hidden_model(Entry& entry) {
  config::HiddenModel wanted{entry.required("provider"), entry.required("model")};
  const std::string id = id_of(wanted.provider);
  const std::string name = provider_name(now_, id) + "/" + wanted.model;
  std::optional<Json> present;
  if (hidden_.contains(id, wanted.model)) present = Json::object();
  compare(std::move(wanted), "hidden model", name, entry.path(), Json::object(), present);
}

void Planner::alias(Entry& entry) {
  const std::string name = entry.required("alias");
  domain::Alias wanted{name, entry.required("model")};
  const std::string* target = now_.routing().alias(name);
  std::optional<Json> present;
  if (target != nullptr) present = Json{{"model", *target}};
  const Json now{{"model", wanted.target}};
  compare(std::move(wanted), "alias", name, entry.path(), now, present);
}

void Planner::wildcards(const Json& root, Entry& file) {
  const Json* list = file.list("wildcards");
  if (list == nullptr) return;
  const std::vector<domain::Wildcard>& present = now_.routing().rows().wildcards;
  std::vector<domain::Wildcard> wanted;
  if (!prune_) wanted = present;
  for (std::size_t i = 0; i < list->size(); ++i) {
    Entry entry(root["wildcards"][i], "wildcards." + std::to_string(i), yaml_, references_, failure_);
    const std::string pattern = entry.required("pattern");
    const std::string target = entry.required("target");
    entry.end();
    const auto found = std::find_if(wanted.begin(), wanted.end(), [&](const domain::Wildcard& each) { return each.pattern == pattern; });
    if (found != wanted.end()) found->target = target;
    if (found == wanted.end()) wanted.push_back({pattern, target});
  }
  const auto json_of = [](const std::vector<domain::Wildcard>& wildcards) {
    Json json = Json::object();
    for (const domain::Wildcard& each : wildcards) json[each.pattern] = each.target;
    return json;
  };
  Json now = json_of(wanted);
  Json before = json_of(present);
  // Of two that fit a name equally well the first counts.
  const auto same_pattern = [](const domain::Wildcard& a, const domain::Wildcard& b) { return a.pattern == b.pattern; };
  if (wanted.size() == present.size() && !std::equal(wanted.begin(), wanted.end(), present.begin(), same_pattern)) {
    now["order"] = "as written";
    before["order"] = "another";
  }
  compare(std::move(wanted), "wildcards", "all", "wildcards", now, before);
}

void Planner::chain(Entry& entry) {
  domain::FallbackChain wanted;
  wanted.model = entry.required("model");
  const std::string links = entry.some({"chain"}).dump();
  json::Document document;
  const Status sound = document.parse(links);
  if (!sound) return entry.refuse(sound.error());
  const json::At root(document.root());
  Result<std::vector<domain::FallbackChain::Link>> read = config::read_chain_links(json::At(root, "chain"));
  if (!read) return entry.refuse(read.error());
  if (read->empty()) return entry.fail("chain", "must name at least one provider");
  wanted.links = *std::move(read);
  domain::FallbackChain known = wanted;
  for (domain::FallbackChain::Link& link : known.links) link.provider = id_of(link.provider);
  const domain::FallbackChain* found = now_.routing().chain(wanted.model);
  std::optional<Json> present;
  if (found != nullptr) present = chain_json(*found, now_);
  const std::string name = wanted.model;
  compare(std::move(wanted), "chain", name, entry.path(), chain_json(known, now_), present);
}

void Planner::combo(Entry& entry) {
  Json json = entry.whole();
  if (json.contains("id")) return entry.fail("id", "is not known here; a combo goes by its name");
  Result<domain::Combo> read = read_by(&config::read_combo, json);
  if (!read) return entry.refuse(read.error());
  const auto& combos = now_.routing().rows().combos;
  const auto found = std::find_if(combos.begin(), combos.end(), [&](const domain::Combo& each) { return each.name == read->name; });
  std::optional<Json> present;
  if (found != combos.end()) {
    read->id = found->id;
    present = combo_json(*found, now_);
  }
  const std::string name = read->name;
  const Json wanted = combo_json(*read, now_);
  compare(*std::move(read), "combo", name, entry.path(), wanted, present);
}

std::optional<domain::ComboConfig> Planner::combo_config(Entry& entry, const Json& json, const std::string& name) {
  Result<domain::ComboConfig> read = read_by(&config::read_combo_config, json);
  if (read) return *std::move(read);
  Error error = std::move(read).error();
  const std::string inner = error.param;
  error.param = inner.empty() ? name : name + "." + inner;
  if (error.message.starts_with(inner + ": ") && !inner.empty()) error.message = error.param + error.message.substr(inner.size());
  entry.refuse(error);
  return std::nullopt;
}

void Planner::defaults(const Json& root, Entry& file) {
  const Json* map = file.map("routing");
  if (map == nullptr) return;
  const config::RoutingRows& rows = now_.routing().rows();
  Entry entry(root["routing"], "routing", yaml_, references_, failure_);
  const Json given = entry.some({"combos", "auto", "providers"});
  entry.end();
  for (const char* part : {"combos", "auto"}) {
    if (!given.contains(part)) continue;
    const std::string name = part;
    const std::optional<domain::ComboConfig> config = combo_config(entry, given[part], name);
    if (!config) return;
    config::DefaultsChange change;
    (name == "combos" ? change.combos : change.automatic) = *config;
    const domain::ComboConfig& present = name == "combos" ? rows.defaults : rows.automatic;
    compare(std::move(change), "routing", name, "routing." + name, combo_config_json(*config), combo_config_json(present));
  }
  if (!given.contains("providers")) return;
  if (!given["providers"].is_object()) return entry.fail("providers", "must be a map");
  for (const auto& [provider, json] : given["providers"].items()) {
    const std::optional<domain::ComboConfig> config = combo_config(entry, json, "providers." + provider);
    if (!config) return;
    const std::string id = id_of(provider);
    const auto found = rows.provider_overrides.find(id);
    const domain::ComboConfig present = found == rows.provider_overrides.end() ? domain::ComboConfig() : found->second;
    config::DefaultsChange change;
    change.providers.emplace_back(provider, *config);
    compare(std::move(change), "routing", "provider " + provider_name(now_, id), "routing.providers." + provider,
            combo_config_json(*config), combo_config_json(present));
  }
}

void Planner::remove_routing(const Json& root) {
  const config::RoutingRows& rows = now_.routing().rows();
  const auto remove_one = [this](const char* kind, const std::string& name, config::RoutingDraft draft) {
    if (gone(kind, name)) remove(Change::What::routing, kind, name, "").routing = std::move(draft);
  };
  if (root.contains("combos"))
    for (const domain::Combo& combo : rows.combos) remove_one("combo", combo.name, combo);
  if (root.contains("aliases"))
    for (const domain::Alias& alias : rows.aliases) remove_one("alias", alias.name, alias);
  if (root.contains("models"))
    for (const domain::CustomModel& model : rows.custom_models)
      remove_one("model", provider_name(now_, model.provider) + "/" + model.id, model);
  if (root.contains("hiddenModels"))
    for (const auto& [provider, models] : hidden_.by_provider())
      for (const std::string& model : models)
        remove_one("hidden model", provider_name(now_, provider) + "/" + model, config::HiddenModel{provider, model});
  if (root.contains("fallbackChains"))
    for (const domain::FallbackChain& chain : rows.chains) {
      domain::FallbackChain none;
      none.model = chain.model;
      remove_one("chain", chain.model, std::move(none));
    }
  if (root.contains("routing") && root["routing"].is_object() && root["routing"].contains("providers"))
    for (const auto& [provider, config] : rows.provider_overrides) {
      config::DefaultsChange none;
      none.providers.emplace_back(provider, domain::ComboConfig());
      remove_one("routing", "provider " + provider_name(now_, provider), std::move(none));
    }
}

}  // namespace omniroute::services
