#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "gateway_json.hpp"
#include "gateway_planner.hpp"
#include "omniroute/base/time_text.hpp"
#include "omniroute/crypto/encoding.hpp"
#include "omniroute/json/document.hpp"
#include "omniroute/services/yaml.hpp"

namespace omniroute::services {
namespace {

using config::Change;

/// Notes a field that differs, and keeps those drafts small that do not.
template <class T, class U>
void differ(FileStep& step, const char* field, std::optional<T>& wanted, const U& present) {
  if (!wanted) return;
  if (*wanted == present) {
    wanted.reset();
  } else {
    step.fields.emplace_back(field);
  }
}
void differ(FileStep& step, const char* field, std::optional<Secret>& wanted, const Secret& present) {
  if (!wanted) return;
  if (wanted->reveal() == present.reveal()) {
    wanted.reset();
  } else {
    step.fields.emplace_back(field);
  }
}

/// A key's name in the file; the second of a name is told apart.
std::string numbered(const std::string& name, std::int64_t number) {
  return number == 1 ? name : name + " (" + std::to_string(number) + ")";
}

std::optional<domain::Scopes> scopes_of(Entry& entry) {
  const auto names = entry.texts("scopes");
  if (!names) return std::nullopt;
  domain::Scopes scopes;
  for (const std::string& name : *names) {
    const auto scope = domain::parse_scope(name);
    if (!scope) entry.fail("scopes", "takes inference, read and admin");
    if (scope) scopes = scopes | *scope;
  }
  return scopes;
}

}  // namespace

Result<std::vector<FileStep>> Planner::plan() {
  Result<Json> read = read_yaml(yaml_);
  if (!read) return std::move(read).error();
  const Json& root = *read;
  Entry file(root, "", yaml_, references_, failure_);
  if (file.number("version").value_or(0) != 1) file.fail("version", "must be 1");
  settings(root, file);
  section(root, file, "nodes", &Planner::node);
  section(root, file, "connections", &Planner::connection);
  section(root, file, "models", &Planner::model);
  section(root, file, "hiddenModels", &Planner::hidden_model);
  section(root, file, "aliases", &Planner::alias);
  wildcards(root, file);
  section(root, file, "fallbackChains", &Planner::chain);
  section(root, file, "combos", &Planner::combo);
  defaults(root, file);
  section(root, file, "keys", &Planner::key);
  section(root, file, "prices", &Planner::price);
  section(root, file, "budgets", &Planner::budget);
  file.end();
  if (prune_) remove_rest(root);
  if (failure_) return *failure_;
  return std::move(steps_);
}

void Planner::section(const Json& root, Entry& file, const char* name, void (Planner::*read)(Entry&)) {
  const Json* list = file.list(name);
  if (list == nullptr) return;
  for (std::size_t i = 0; i < list->size(); ++i) {
    const Json& json = root[name][i];
    Entry entry(json, std::string(name) + "." + std::to_string(i), yaml_, references_, failure_);
    (this->*read)(entry);
    entry.end();
  }
}

void Planner::add(FileStep step, const char* kind, std::string name, const std::string& place) {
  step.kind = kind;
  step.name = std::move(name);
  step.change.place = place;
  if (!mentioned_.insert(std::string(kind) + " " + step.name).second && !failure_)
    failure_ = Error(ErrorKind::bad_request,
                     place_in_yaml(yaml_, place) + ": the " + step.kind + " " + step.name + " stands in the file twice.", place);
  if (step.action == "update" && step.fields.empty()) return;
  steps_.push_back(std::move(step));
}

void Planner::act(FileStep& step, Change::What what, const std::string* id) {
  step.action = id == nullptr ? "create" : "update";
  step.change.what = what;
  step.change.how = id == nullptr ? Change::How::create : Change::How::update;
  if (id != nullptr) step.change.id = *id;
}

void Planner::settings(const Json& root, Entry& file) {
  const Json* map = file.map("settings");
  if (map == nullptr) return;
  for (const auto& [name, value] : root["settings"].items()) {
    Entry entry(root["settings"], "settings", yaml_, references_, failure_);
    const config::SettingInfo* info = config::find_setting(name);
    if (info == nullptr) {
      entry.fail(name, "is no setting");
      continue;
    }
    FileStep step;
    act(step, Change::What::setting, &name);
    step.change.setting = {name, value.dump()};
    config::Settings wanted;
    if (Status fits = config::set_from_json(wanted, name, value.dump()); !fits) entry.fail(name, "does not fit: " + fits.error().message);
    const bool same = config::to_json(wanted, name) == config::to_json(now_.settings(), name);
    if (!same || now_.setting_source(name) == config::SettingSource::fallback) step.fields.emplace_back("value");
    if (same && now_.setting_source(name) == config::SettingSource::environment) step.fields.clear();
    add(std::move(step), "setting", name, "settings");
  }
}

void Planner::node(Entry& entry) {
  FileStep step;
  config::NodeDraft& draft = step.change.node;
  const std::string prefix = entry.required("prefix");
  draft.name = entry.text("name");
  if (const auto format = entry.text("format")) {
    draft.format = domain::parse_format(*format);
    if (!draft.format) entry.fail("format", "must be openai-chat, openai-responses, anthropic or gemini");
  }
  draft.base_url = entry.text("baseUrl");
  draft.ca_file = entry.text("caFile");
  const auto nodes = now_.nodes();
  const auto found = std::find_if(nodes.begin(), nodes.end(), [&](const domain::Node& node) { return node.prefix == prefix; });
  act(step, Change::What::node, found == nodes.end() ? nullptr : &found->id);
  if (found == nodes.end()) {
    draft.prefix = prefix;
  } else {
    differ(step, "name", draft.name, found->name);
    differ(step, "format", draft.format, found->format);
    differ(step, "baseUrl", draft.base_url, found->base_url);
    differ(step, "caFile", draft.ca_file, found->ca_file);
  }
  add(std::move(step), "node", prefix, entry.path());
}

void Planner::connection(Entry& entry) {
  FileStep step;
  config::AccountDraft& draft = step.change.account;
  const std::string provider = entry.required("provider");
  const std::string name = entry.required("name");
  if (const auto type = entry.text("authType")) {
    draft.auth_type = domain::parse_auth_type(*type);
    if (!draft.auth_type) entry.fail("authType", "must be apikey or none");
  }
  draft.api_key = entry.secret("apiKey");
  draft.proxy = entry.secret("proxy");
  if (const auto priority = entry.number("priority")) draft.priority = static_cast<int>(*priority);
  draft.active = entry.flag("isActive");
  draft.default_model = entry.text("defaultModel");
  const std::string id = id_of(provider);
  const auto all = now_.all_accounts();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const domain::Account& account) { return account.provider == id && account.name == name; });
  act(step, Change::What::account, found == all.end() ? nullptr : &found->id);
  if (found == all.end()) {
    draft.provider = provider;
    draft.name = name;
    draft.key_may_follow = true;
    const catalog::Provider* known = now_.provider(provider);
    const bool keyed = known != nullptr && !known->is_node && known->auth != catalog::Auth::none;
    const domain::AuthType type = draft.auth_type.value_or(keyed ? domain::AuthType::api_key : domain::AuthType::none);
    if (type == domain::AuthType::api_key && !draft.api_key) step.fields.emplace_back("without a key");
  } else {
    differ(step, "authType", draft.auth_type, found->auth_type);
    differ(step, "apiKey", draft.api_key, found->api_key);
    differ(step, "proxy", draft.proxy, found->proxy);
    differ(step, "priority", draft.priority, found->priority);
    differ(step, "isActive", draft.active, found->active);
    differ(step, "defaultModel", draft.default_model, found->default_model);
  }
  limits(entry, step, found == all.end() ? nullptr : &*found);
  add(std::move(step), "connection", provider_name(now_, id) + "/" + name, entry.path());
}

void Planner::limits(Entry& entry, FileStep& step, const domain::Account* present) {
  const Json given = entry.some({"maxConcurrent", "weight", "rateLimitProtection", "quotaWindows"});
  if (given.empty()) return;
  Json wanted = present == nullptr ? Json::object() : limits_json(now_.routing().account(present->id));
  const Json before = wanted;
  wanted.update(given);
  const std::string text = wanted.dump();
  json::Document document;
  if (Status sound = document.parse(text); !sound) return entry.refuse(sound.error());
  Result<config::AccountRouting> read = config::read_account_routing(json::At(document.root()));
  if (!read) return entry.refuse(read.error());
  const Json after = limits_json(*read);
  for (const auto& member : given.items())
    if (present != nullptr && after.value(member.key(), Json()) != before.value(member.key(), Json())) step.fields.push_back(member.key());
  if (after != before) step.change.limits = *std::move(read);
}

void Planner::key(Entry& entry) {
  FileStep step;
  config::KeyDraft& draft = step.change.key;
  const std::string name = entry.required("name");
  draft.scopes = scopes_of(entry);
  draft.active = entry.flag("isActive");
  draft.allowed_models = entry.texts("allowedModels");
  draft.requests_per_minute = entry.number("requestsPerMinute");
  draft.tokens_per_minute = entry.number("tokensPerMinute");
  draft.daily_budget_nano = entry.money("dailyBudgetUsd");
  draft.monthly_budget_nano = entry.money("monthlyBudgetUsd");
  draft.log_bodies = entry.flag("logBodies");
  draft.log_errors_only = entry.flag("logErrorsOnly");
  draft.may_have_expired = true;
  if (const auto expires = entry.text("expiresAt")) {
    draft.expires_ms = parse_time(*expires);
    if (!draft.expires_ms) entry.fail("expiresAt", "must be a time such as '2027-01-31T12:00:00Z'");
  }
  const std::int64_t number = entry.number("number").value_or(1);
  if (const auto hex = entry.text("hash")) {
    const auto bytes = crypto::from_hex(*hex);
    if (bytes && bytes->size() == 32) {
      draft.hash.emplace();
      std::copy(bytes->begin(), bytes->end(), draft.hash->begin());
    } else {
      entry.fail("hash", "must be 64 hexadecimal digits");
    }
  }
  const auto keys = now_.keys();
  const std::vector<int> numbers = numbers_of(keys);
  auto found = keys.begin();
  while (found != keys.end() && (found->name != name || numbers[static_cast<std::size_t>(found - keys.begin())] != number)) ++found;
  act(step, Change::What::key, found == keys.end() ? nullptr : &found->id);
  if (found == keys.end()) {
    draft.name = name;
  } else {
    draft.hash.reset();  // a key that is there keeps its text
    differ(step, "scopes", draft.scopes, found->scopes);
    differ(step, "isActive", draft.active, found->active);
    differ(step, "expiresAt", draft.expires_ms, found->expires_ms);
    differ(step, "allowedModels", draft.allowed_models, found->allowed_models);
    differ(step, "requestsPerMinute", draft.requests_per_minute, found->requests_per_minute);
    differ(step, "logBodies", draft.log_bodies, found->log_bodies);
    differ(step, "logErrorsOnly", draft.log_errors_only, found->log_errors_only);
    differ(step, "tokensPerMinute", draft.tokens_per_minute, found->tokens_per_minute);
    differ(step, "dailyBudgetUsd", draft.daily_budget_nano, found->daily_budget_nano);
    differ(step, "monthlyBudgetUsd", draft.monthly_budget_nano, found->monthly_budget_nano);
  }
  add(std::move(step), "key", numbered(name, number), entry.path());
}

void Planner::price(Entry& entry) {
  FileStep step;
  domain::OwnPrice& own = step.change.price;
  const std::string provider = entry.required("provider");
  own.provider = provider;
  own.model = entry.required("model");
  domain::TokenPrice price;
  price.input = entry.real("input").value_or(-1);
  price.output = entry.real("output").value_or(-1);
  if (price.input < 0) entry.fail("input", "is required");
  if (price.output < 0) entry.fail("output", "is required");
  price.cache_read = entry.real("cached").value_or(price.input);
  price.cache_write = entry.real("cacheCreation").value_or(price.input);
  price.reasoning = entry.real("reasoning").value_or(price.output);
  own.price = price;
  const std::string id = id_of(provider);
  const auto prices = now_.own_prices();
  const auto found = std::find_if(prices.begin(), prices.end(), [&](const domain::OwnPrice& present) {
    return present.price && present.provider == id && present.model == own.model;
  });
  act(step, Change::What::price, found == prices.end() ? nullptr : &own.model);
  if (found != prices.end() && *found->price != price) step.fields.emplace_back("price");
  const std::string name = provider_name(now_, id) + "/" + own.model;
  add(std::move(step), "price", name, entry.path());
}

void Planner::budget(Entry& entry) {
  FileStep step;
  domain::Budget& budget = step.change.budget;
  const std::string provider = entry.required("provider");
  budget.provider = provider == "*" ? "" : provider;
  budget.daily_nano = entry.money("dailyUsd").value_or(0);
  budget.monthly_nano = entry.money("monthlyUsd").value_or(0);
  const domain::Budget* found = now_.budget(budget.provider.empty() ? "" : id_of(budget.provider));
  act(step, Change::What::budget, found == nullptr ? nullptr : &found->provider);
  if (found != nullptr && found->daily_nano != budget.daily_nano) step.fields.emplace_back("dailyUsd");
  if (found != nullptr && found->monthly_nano != budget.monthly_nano) step.fields.emplace_back("monthlyUsd");
  add(std::move(step), "budget", provider == "*" ? provider : provider_name(now_, id_of(provider)), entry.path());
}

std::string Planner::id_of(const std::string& provider) const {
  const catalog::Provider* known = now_.provider(provider);
  return known != nullptr ? known->id : provider;
}

bool Planner::gone(const char* kind, const std::string& name) const { return !mentioned_.contains(std::string(kind) + " " + name); }

Change& Planner::remove(Change::What what, const char* kind, const std::string& name, const std::string& id) {
  FileStep step;
  step.action = "remove";
  step.kind = kind;
  step.name = name;
  step.change.what = what;
  step.change.how = Change::How::remove;
  step.change.id = id;
  steps_.push_back(std::move(step));
  return steps_.back().change;
}

void Planner::remove_money(const Json& root) {
  if (root.contains("prices"))
    for (const domain::OwnPrice& own : now_.own_prices()) {
      if (!own.price || !gone("price", provider_name(now_, own.provider) + "/" + own.model)) continue;
      Change& change = remove(Change::What::price, "price", provider_name(now_, own.provider) + "/" + own.model, "");
      change.price.provider = own.provider;
      change.price.model = own.model;
    }
  if (root.contains("budgets"))
    for (const domain::Budget& budget : now_.budgets()) {
      const std::string name = budget.provider.empty() ? "*" : provider_name(now_, budget.provider);
      if (gone("budget", name)) remove(Change::What::budget, "budget", name, "").budget.provider = budget.provider;
    }
}

void Planner::remove_rest(const Json& root) {
  if (root.contains("keys")) {
    const std::vector<int> numbers = numbers_of(now_.keys());
    std::size_t index = 0;
    for (const domain::ApiKey& key : now_.keys()) {
      const std::string name = numbered(key.name, numbers[index++]);
      if (gone("key", name)) remove(Change::What::key, "key", name, key.id);
    }
  }
  remove_money(root);
  remove_routing(root);
  if (root.contains("connections"))
    for (const domain::Account& account : now_.all_accounts()) {
      const std::string name = provider_name(now_, account.provider) + "/" + account.name;
      if (gone("connection", name) && account.auth_type != domain::AuthType::oauth)
        remove(Change::What::account, "connection", name, account.id);
    }
  if (root.contains("nodes"))
    for (const domain::Node& node : now_.nodes())
      if (gone("node", node.prefix)) remove(Change::What::node, "node", node.prefix, node.id);
  if (root.contains("settings"))
    for (const config::SettingInfo& info : config::setting_table()) {
      const std::string name(info.key);
      if (now_.setting_source(name) != config::SettingSource::stored || !gone("setting", name)) continue;
      remove(Change::What::setting, "setting", name, name).setting = {name, std::nullopt};
    }
}

namespace {

/// What one reference stands for.
Result<std::string> value_of(const std::string& reference, const config::Environment& environment) {
  if (reference.starts_with("env:")) {
    const auto value = environment.get(reference.substr(4));
    if (!value) return Error(ErrorKind::bad_request, "the environment variable " + reference.substr(4) + " is not set");
    return std::string(*value);
  }
  std::ifstream file(reference.substr(5), std::ios::binary);
  if (!file) return Error(ErrorKind::bad_request, "the file " + reference.substr(5) + " cannot be read");
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

}  // namespace

Result<References> resolve_references(std::string_view yaml, const config::Environment& environment) {
  Result<Json> read = read_yaml(yaml);
  if (!read) return std::move(read).error();
  References references;
  const auto connections = read->is_object() ? read->find("connections") : read->end();
  if (!read->is_object() || connections == read->end() || !connections->is_array()) return references;
  for (std::size_t i = 0; i < connections->size(); ++i) {
    const Json& entry = (*connections)[i];
    for (const char* member : {"apiKey", "proxy"}) {
      if (!entry.is_object() || !entry.contains(member) || !entry[member].is_string()) continue;
      const auto text = entry[member].get<std::string>();
      if (!is_reference(text)) continue;
      Result<std::string> value = value_of(text, environment);
      if (!value) {
        const std::string path = "connections." + std::to_string(i) + "." + member;
        return Error(ErrorKind::bad_request, place_in_yaml(yaml, path) + ": " + path + ": " + value.error().message + ".", path);
      }
      references[text] = Secret(*std::move(value));
    }
  }
  return references;
}

Result<std::vector<FileStep>> plan_gateway(std::string_view yaml, const config::Snapshot& snapshot, const config::HiddenModels& hidden,
                                           bool prune, const References& references) {
  return Planner(yaml, snapshot, hidden, prune, references).plan();
}

}  // namespace omniroute::services
