#include "foreign_map.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "omniroute/crypto/digest.hpp"
#include "omniroute/crypto/encoding.hpp"
#include "omniroute/crypto/gateway_key.hpp"

namespace omniroute::services {
namespace {

using Json = nlohmann::ordered_json;

const Json nothing = Json::object();

const Json& member(const Json& json, const char* name) {
  static const Json null;
  if (!json.is_object()) return null;
  const auto found = json.find(name);
  return found == json.end() ? null : *found;
}

std::string text(const Json& json, const char* name) {
  const Json& value = member(json, name);
  return value.is_string() ? value.get<std::string>() : std::string();
}

/// A number, or the text of one, as columns come.
std::optional<double> number(const Json& json, const char* name) {
  const Json& value = member(json, name);
  if (value.is_number()) return value.get<double>();
  if (!value.is_string()) return std::nullopt;
  const auto& digits = value.get_ref<const std::string&>();
  double result = 0;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), result);
  if (failure != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return result;
}

/// A truth, which columns say as 0 and 1; `otherwise` if it is not said.
bool truth(const Json& json, const char* name, bool otherwise) {
  const Json& value = member(json, name);
  if (value.is_boolean()) return value.get<bool>();
  const std::optional<double> digit = number(json, name);
  return digit ? *digit != 0 : otherwise;
}

/// JSON that a column may hold as text.
Json unpacked(const Json& value) {
  if (!value.is_string()) return value;
  Json json = Json::parse(value.get_ref<const std::string&>(), nullptr, false);
  return json.is_discarded() ? Json() : json;
}

/// `wanted`, or the first "wanted (2)", "wanted (3)" that is not taken.
std::string free_name(const std::string& wanted, std::set<std::string>& taken, const std::string& before) {
  std::string name = wanted;
  for (int count = 2; !taken.insert(before + name).second; ++count) name = wanted + " (" + std::to_string(count) + ")";
  return name;
}

std::string money(double dollars) {
  std::string digits = Json(dollars).dump();
  return digits.find('e') == std::string::npos ? digits : std::string("0");
}

Error wrong_key() {
  Error error(ErrorKind::bad_request,
              "The encryption key opens none of the credentials: it is not the STORAGE_ENCRYPTION_KEY they were sealed with.",
              "encryptionKey");
  error.code = "wrong_encryption_key";
  return error;
}

}  // namespace

const Json& ForeignMap::list(const char* name) const {
  const Json& found = member(document_, name);
  static const Json empty = Json::array();
  return found.is_array() ? found : empty;
}

const Json& ForeignMap::map(const char* name) const {
  const Json& found = member(document_, name);
  return found.is_object() ? found : nothing;
}

void ForeignMap::add(const char* section, std::string name, const Json& json) {
  entries.push_back({section, std::move(name), json.dump(-1, ' ', false, Json::error_handler_t::replace)});
}

void ForeignMap::lose(std::string kind, std::string name, std::string code, std::string words) {
  notes.push_back({std::move(kind), std::move(name), std::move(code), std::move(words), true});
}

std::optional<std::string> ForeignMap::provider_of(const std::string& id) const {
  const auto node = prefixes_.find(id);
  if (node != prefixes_.end()) return node->second;
  for (const auto& [their_id, prefix] : prefixes_)
    if (prefix == id) return prefix;
  if (snapshot_.provider(id) != nullptr) return id;
  return std::nullopt;
}

Json ForeignMap::secret(std::string text) {
  const std::string reference = "env:FOREIGN_" + std::to_string(references.size());
  references[reference] = Secret(std::move(text));
  return reference;
}

Status ForeignMap::read() {
  nodes();
  proxies();
  connections();
  if (fields_ && sealed_ > 0 && opened_ == 0) return wrong_key();
  models();
  aliases();
  combos();
  chains();
  settings();
  keys();
  prices();
  hidden();
  history();
  return {};
}

void ForeignMap::nodes() {
  for (const Json& row : list("providerNodes")) {
    const std::string prefix = text(row, "prefix");
    const std::string id = text(row, "id");
    const bool anthropic = text(row, "type").find("anthropic") != std::string::npos;
    const bool responses = text(row, "apiType") == "responses";
    if (prefix.empty()) {
      lose("node", id, "no_prefix", "It has no prefix, by which models name it.");
      continue;
    }
    prefixes_[id] = prefix;
    const std::string name = text(row, "name").empty() ? prefix : text(row, "name");
    add("nodes", prefix,
        {{"prefix", prefix},
         {"name", name},
         {"format", anthropic   ? "anthropic"
                    : responses ? "openai-responses"
                                : "openai-chat"},
         {"baseUrl", text(row, "baseUrl")}});
  }
}

void ForeignMap::proxies() {
  for (const auto& [level, entry] : map("proxyConfig").items()) {
    if (!entry.is_object() || entry.empty()) continue;
    if (level != "keys") {
      lose("proxy", level, "shared_proxy",
           "Only proxies of single connections are carried over; set HTTPS_PROXY, or a proxy at each connection.");
      continue;
    }
    for (const auto& [id, proxy] : entry.items()) {
      const std::optional<double> port = number(proxy, "port");
      if (text(proxy, "host").empty() || !port) continue;
      std::string login = text(proxy, "username");
      if (!login.empty()) login += ":" + text(proxy, "password") + "@";
      const std::string type = text(proxy, "type").empty() ? "http" : text(proxy, "type");
      proxies_[id] = type + "://" + login + text(proxy, "host") + ":" + std::to_string(static_cast<int>(*port));
    }
  }
  if (!list("proxyPools").empty())
    lose("proxy", "pools", "proxy_pools", "Pools of proxies are not known here; set a proxy at each connection.");
}

void ForeignMap::connections() {
  for (const Json& row : list("providerConnections")) connection(row);
}

std::string ForeignMap::key_of(const Json& row, const std::string& name) {
  std::string key = text(row, "apiKey");
  if (!crypto::ForeignFields::encrypted(key)) return key;
  ++sealed_;
  if (!fields_) {
    lose("connection", name, "sealed_key", "Its key is encrypted: give the STORAGE_ENCRYPTION_KEY of the installation it comes from.");
    return "";
  }
  const std::optional<Secret> opened = fields_->open(key);
  if (!opened) {
    lose("connection", name, "sealed_key_other", "Its key does not open with the encryption key that was given.");
    return "";
  }
  ++opened_;
  return std::string(opened->reveal());
}

void ForeignMap::connection(const Json& row) {
  const std::string theirs = text(row, "provider");
  const std::optional<std::string> provider = provider_of(theirs);
  std::string wanted = "Account";
  for (const char* source : {"displayName", "email", "name"})
    if (!text(row, source).empty()) wanted = text(row, source);
  const std::string shown = provider.value_or(theirs) + "/" + wanted;
  if (!provider)
    return lose("connection", shown, "unknown_provider",
                "The provider " + theirs + " is not known here; add it as a node if it speaks a known format.");
  const std::string kind = text(row, "authType");
  if (kind == "oauth" || (kind.empty() && !text(row, "refreshToken").empty()))
    return lose("connection", shown, "login", "A login cannot be carried over: its token may be used in one place only. Log in anew.");
  const std::string key = key_of(row, shown);
  if (key.empty() && crypto::ForeignFields::encrypted(text(row, "apiKey"))) return;
  const std::string name = free_name(wanted, connection_names_, *provider + "/");
  Json json{{"provider", *provider}, {"name", name}, {"authType", key.empty() ? "none" : "apikey"}};
  if (!key.empty()) json["apiKey"] = secret(key);
  const std::optional<double> priority = number(row, "priority");
  constexpr double least = 1;
  constexpr double most = 100;
  if (priority && *priority >= least && *priority <= most) json["priority"] = static_cast<int>(*priority);
  json["isActive"] = truth(row, "isActive", true);
  if (!text(row, "defaultModel").empty()) json["defaultModel"] = text(row, "defaultModel");
  const auto proxy = proxies_.find(text(row, "id"));
  if (proxy != proxies_.end()) json["proxy"] = secret(proxy->second);
  add("connections", *provider + "/" + name, json);
}

void ForeignMap::models() {
  const auto add_model = [this](const std::string& theirs, const Json& model) {
    const std::string id = text(model, "id");
    const std::optional<std::string> provider = provider_of(theirs);
    if (!provider) return lose("model", theirs + "/" + id, "unknown_provider", "Its provider is not known here.");
    const std::string type = text(model, "type");
    if (!type.empty() && type != "llm")
      return lose("model", *provider + "/" + id, "not_text", "Only models for text are added by hand here.");
    Json json{{"provider", *provider}, {"modelId", id}};
    if (!text(model, "name").empty()) json["modelName"] = text(model, "name");
    add("models", *provider + "/" + id, json);
  };
  for (const auto& [theirs, models] : map("customModels").items())
    if (models.is_array())
      for (const Json& model : models) add_model(theirs, model);
  for (const Json& model : list("customModels")) add_model(text(model, "providerAlias"), model);
}

void ForeignMap::aliases() {
  for (const auto& [alias, model] : map("modelAliases").items()) {
    if (model.is_string()) add("aliases", alias, {{"alias", alias}, {"model", model}});
    if (!model.is_string()) lose("alias", alias, "leads_nowhere", "It leads to no model.");
  }
  for (const auto& [tool, models] : map("mitmAlias").items())
    if (models.is_object() && !models.empty())
      lose("alias", tool, "intercepted", "Aliases of tools whose traffic is intercepted are not known here.");
}

void ForeignMap::combos() {
  for (const Json& row : list("combos")) {
    const std::string name = text(row, "name");
    Json json{{"name", name}, {"models", Json::array()}};
    for (const Json& model : unpacked(member(row, "models"))) {
      if (model.is_string()) json["models"].push_back(model);
      if (!model.is_object()) continue;
      Json target{{"model", text(model, "model")}};
      if (const auto weight = number(model, "weight")) target["weight"] = static_cast<int>(*weight);
      json["models"].push_back(std::move(target));
    }
    const std::string strategy = text(row, "strategy");
    if (domain::parse_strategy(strategy)) {
      json["strategy"] = strategy;
    } else if (!strategy.empty()) {
      notes.push_back({"combo", name, "unknown_strategy", "Its strategy " + strategy + " is not known here; its order is kept.", false});
    }
    for (const auto& [key, value] : member(row, "config").items())
      if (key == "maxRetries" || key == "retryDelayMs" || key == "timeoutMs" || key == "healthCheckEnabled") json["config"][key] = value;
    add("combos", name, json);
  }
}

void ForeignMap::chains() {
  for (const Json& row : list("fallbackChains")) {
    const std::string model = text(row, "model");
    Json links = Json::array();
    for (const Json& link : unpacked(member(row, "chain"))) {
      const std::optional<std::string> provider = provider_of(text(link, "provider"));
      if (!provider) continue;
      Json kept{{"provider", *provider}, {"enabled", truth(link, "enabled", true)}};
      if (const auto priority = number(link, "priority")) kept["priority"] = static_cast<int>(*priority);
      links.push_back(std::move(kept));
    }
    if (links.empty()) lose("chain", model, "unknown_provider", "None of its providers is known here.");
    if (!links.empty()) add("fallbackChains", model, {{"model", model}, {"chain", std::move(links)}});
  }
}

void ForeignMap::keys() {
  std::map<std::string, const Json*> budgets;
  for (const Json& row : list("budgets")) budgets[text(row, "apiKeyId")] = &row;
  for (const domain::ApiKey& key : snapshot_.keys()) key_names_.insert(key.name);
  for (const Json& row : list("apiKeys")) {
    const std::string wanted = text(row, "name").empty() ? "imported" : text(row, "name");
    const std::string key = text(row, "key");
    if (key.empty()) {
      lose("key", wanted, "no_text", "It has no text.");
      continue;
    }
    const crypto::Sha256 hash = crypto::sha256(key);
    if (snapshot_.key(hash) != nullptr) continue;
    const std::string name = free_name(wanted, key_names_, "");
    Json json{{"name", name}, {"hash", crypto::to_hex(hash)}, {"isActive", truth(row, "isActive", true)}};
    const Json models = unpacked(member(row, "allowedModels"));
    if (models.is_array() && !models.empty()) json["allowedModels"] = models;
    const auto budget = budgets.find(text(row, "id"));
    if (budget != budgets.end()) {
      if (const auto daily = number(*budget->second, "dailyLimitUsd"); daily && *daily > 0) json["dailyBudgetUsd"] = money(*daily);
      if (const auto monthly = number(*budget->second, "monthlyLimitUsd"); monthly && *monthly > 0)
        json["monthlyBudgetUsd"] = money(*monthly);
    }
    add("keys", name, json);
    notes.push_back({"key", name, "guessable_key",
                     "Clients may go on with its text, which is easier to guess than a key made here: give it a new one in time.", false});
  }
}

void ForeignMap::prices() {
  for (const auto& [theirs, models] : map("pricing").items()) {
    if (!models.is_object()) continue;
    const std::optional<std::string> provider = provider_of(theirs);
    for (const auto& [model, price] : models.items()) {
      const std::string name = provider.value_or(theirs) + "/" + model;
      const auto input = number(price, "input");
      const auto output = number(price, "output");
      if (!provider || !input || !output) {
        if (provider) lose("price", name, "no_price", "It does not say the prices of input and output.");
        if (!provider) lose("price", name, "unknown_provider", "Its provider is not known here.");
        continue;
      }
      Json json{{"provider", *provider}, {"model", model}, {"input", *input}, {"output", *output}};
      if (const auto cached = number(price, "cached")) json["cached"] = *cached;
      if (const auto written = number(price, "cache_creation")) json["cacheCreation"] = *written;
      if (const auto reasoning = number(price, "reasoning")) json["reasoning"] = *reasoning;
      add("prices", name, json);
    }
  }
}

void ForeignMap::hidden() {
  for (const auto& [theirs, models] : map("disabledModels").items()) {
    const std::optional<std::string> provider = provider_of(theirs);
    if (!models.is_array() || models.empty()) continue;
    if (!provider) {
      lose("hidden model", theirs, "unknown_provider", "Its provider is not known here.");
      continue;
    }
    for (const Json& model : models)
      if (model.is_string()) add("hiddenModels", *provider + "/" + model.get<std::string>(), {{"provider", *provider}, {"model", model}});
  }
}

void ForeignMap::settings() {
  std::string left;
  for (const auto& [key, value] : map("settings").items()) {
    if (key == "comboDefaults" && value.is_object()) {
      add("routing.combos", "combos", value);
    } else if (key == "providerOverrides" && value.is_object()) {
      for (const auto& [theirs, config] : value.items()) {
        const std::optional<std::string> provider = provider_of(theirs);
        if (provider) add("routing.providers", *provider, config);
        if (!provider) lose("routing", "provider " + theirs, "unknown_provider", "This provider is not known here.");
      }
    } else if (key == "wildcardAliases" && value.is_array()) {
      for (const Json& each : value) {
        const std::string pattern = text(each, "pattern");
        const auto& ours = snapshot_.routing().rows().wildcards;
        if (std::any_of(ours.begin(), ours.end(), [&](const domain::Wildcard& own) { return own.pattern == pattern; })) continue;
        add("wildcards", pattern, {{"pattern", pattern}, {"target", text(each, "target")}});
      }
    } else {
      left += (left.empty() ? "" : ", ") + key;
    }
  }
  if (!left.empty())
    lose("setting", left, "settings", "Settings are made here anew ('omniroute settings list'); so is the dashboard's password.");
}

void ForeignMap::history() {
  for (const auto& [table, count] : map("counts").items()) {
    const std::string rows = count.is_string() ? count.get<std::string>() : count.dump();
    if (rows != "0") lose("usage", table, "history", rows + " records stay where they are: statistics begin anew here.");
  }
}

}  // namespace omniroute::services
