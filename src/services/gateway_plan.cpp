#include <algorithm>
#include <array>
#include <fstream>
#include <functional>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>

#include "omniroute/crypto/encoding.hpp"
#include "omniroute/services/gateway_file.hpp"
#include "omniroute/services/yaml.hpp"

namespace omniroute::services {
namespace {

using Json = nlohmann::ordered_json;
using config::Change;

bool is_reference(std::string_view text) { return text.starts_with("env:") || text.starts_with("file:"); }

/// One object of a section, read member by member; what was not asked for at the end is unknown.
class Entry {
 public:
  Entry(const Json& json, std::string path, std::string_view yaml, const References& references, std::optional<Error>& failure)
      : json_(json), path_(std::move(path)), yaml_(yaml), references_(references), failure_(failure) {
    if (!json_.is_object()) fail("", "must be a map");
  }

  template <class T>
  std::optional<T> take(const char* name, const char* what, bool (*fits)(const Json&)) {
    asked_.insert(name);
    const auto found = json_.is_object() ? json_.find(name) : json_.end();
    if (!json_.is_object() || found == json_.end() || found->is_null()) return std::nullopt;
    if (fits(*found)) return found->template get<T>();
    fail(name, what);
    return std::nullopt;
  }
  std::optional<std::string> text(const char* name) {
    return take<std::string>(name, "must be a text", [](const Json& json) { return json.is_string(); });
  }
  std::optional<bool> flag(const char* name) {
    return take<bool>(name, "must be true or false", [](const Json& json) { return json.is_boolean(); });
  }
  std::optional<std::int64_t> number(const char* name) {
    return take<std::int64_t>(name, "must be a whole number", [](const Json& json) { return json.is_number_integer(); });
  }
  std::optional<double> real(const char* name) {
    return take<double>(name, "must be a number", [](const Json& json) { return json.is_number(); });
  }
  std::optional<std::vector<std::string>> texts(const char* name) {
    return take<std::vector<std::string>>(name, "must be a list of texts", [](const Json& json) {
      return json.is_array() && std::all_of(json.begin(), json.end(), [](const Json& entry) { return entry.is_string(); });
    });
  }
  std::optional<std::int64_t> money(const char* name) {
    asked_.insert(name);
    const auto found = json_.is_object() ? json_.find(name) : json_.end();
    if (!json_.is_object() || found == json_.end() || found->is_null()) return std::nullopt;
    const std::optional<std::int64_t> nano = config::parse_money(found->is_string() ? found->get<std::string>() : found->dump());
    if (!nano) fail(name, "must be an amount in US dollars such as 12.50");
    return nano;
  }
  std::optional<Secret> secret(const char* name) {
    std::optional<std::string> value = text(name);
    if (!value) return std::nullopt;
    if (!is_reference(*value)) return Secret(*std::move(value));
    const auto found = references_.find(*value);
    if (found != references_.end()) return found->second;
    fail(name, "is a reference whose value did not come with the file");
    return std::nullopt;
  }
  std::string required(const char* name) {
    std::optional<std::string> value = text(name);
    if (!value) fail(name, "is required");
    return value.value_or("");
  }
  void fail(const std::string& name, const std::string& what) {
    if (failure_) return;
    const std::string where = name.empty() ? path_ : path_.empty() ? name : path_ + "." + name;
    const std::string place = place_in_yaml(yaml_, where);
    failure_ = Error(ErrorKind::bad_request, (place.empty() ? "" : place + ": ") + where + " " + what + ".", where);
  }
  /// Whatever nobody asked for is a slip of the pen.
  void end() {
    if (!json_.is_object()) return;
    for (const auto& entry : json_.items())
      if (!asked_.contains(entry.key())) fail(entry.key(), "is not known here");
  }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  const Json& json_;
  std::string path_;
  std::string_view yaml_;
  const References& references_;
  std::optional<Error>& failure_;
  std::set<std::string, std::less<>> asked_;
};

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

class Planner {
 public:
  Planner(std::string_view yaml, const config::Snapshot& snapshot, bool prune, const References& references)
      : yaml_(yaml), now_(snapshot), prune_(prune), references_(references) {}

  Result<std::vector<FileStep>> plan() {
    Result<Json> read = read_yaml(yaml_);
    if (!read) return std::move(read).error();
    const Json& root = *read;
    Entry file(root, "", yaml_, references_, failure_);
    if (file.number("version").value_or(0) != 1) file.fail("version", "must be 1");
    settings(root, file);
    section(root, file, "nodes", &Planner::node);
    section(root, file, "connections", &Planner::connection);
    section(root, file, "keys", &Planner::key);
    section(root, file, "prices", &Planner::price);
    section(root, file, "budgets", &Planner::budget);
    file.end();
    if (prune_) remove_rest(root);
    if (failure_) return *failure_;
    return std::move(steps_);
  }

 private:
  void section(const Json& root, Entry& file, const char* name, void (Planner::*read)(Entry&)) {
    const auto list = file.take<Json>(name, "must be a list", [](const Json& json) { return json.is_array(); });
    if (!list) return;
    for (std::size_t i = 0; i < list->size(); ++i) {
      const Json& json = root[name][i];
      Entry entry(json, std::string(name) + "." + std::to_string(i), yaml_, references_, failure_);
      (this->*read)(entry);
      entry.end();
    }
  }

  void add(FileStep step, const char* kind, std::string name, const std::string& place) {
    step.kind = kind;
    step.name = std::move(name);
    step.change.place = place;
    if (!mentioned_.insert(std::string(kind) + " " + step.name).second && !failure_)
      failure_ = Error(ErrorKind::bad_request,
                       place_in_yaml(yaml_, place) + ": the " + step.kind + " " + step.name + " stands in the file twice.", place);
    if (step.action == "update" && step.fields.empty()) return;
    steps_.push_back(std::move(step));
  }
  static void act(FileStep& step, Change::What what, const std::string* id) {
    step.action = id == nullptr ? "create" : "update";
    step.change.what = what;
    step.change.how = id == nullptr ? Change::How::create : Change::How::update;
    if (id != nullptr) step.change.id = *id;
  }

  void settings(const Json& root, Entry& file) {
    const auto map = file.take<Json>("settings", "must be a map", [](const Json& json) { return json.is_object(); });
    if (!map) return;
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

  void node(Entry& entry) {
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

  void connection(Entry& entry) {
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
    const catalog::Provider* known = now_.provider(provider);
    const std::string id = known != nullptr ? known->id : provider;
    const auto all = now_.all_accounts();
    const auto found = std::find_if(all.begin(), all.end(),
                                    [&](const domain::Account& account) { return account.provider == id && account.name == name; });
    act(step, Change::What::account, found == all.end() ? nullptr : &found->id);
    if (found == all.end()) {
      draft.provider = provider;
      draft.name = name;
    } else {
      differ(step, "authType", draft.auth_type, found->auth_type);
      differ(step, "apiKey", draft.api_key, found->api_key);
      differ(step, "proxy", draft.proxy, found->proxy);
      differ(step, "priority", draft.priority, found->priority);
      differ(step, "isActive", draft.active, found->active);
      differ(step, "defaultModel", draft.default_model, found->default_model);
    }
    add(std::move(step), "connection", provider + "/" + name, entry.path());
  }

  std::optional<domain::Scopes> scopes(Entry& entry) {
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

  void key(Entry& entry) {
    FileStep step;
    config::KeyDraft& draft = step.change.key;
    const std::string name = entry.required("name");
    draft.scopes = scopes(entry);
    draft.active = entry.flag("isActive");
    draft.allowed_models = entry.texts("allowedModels");
    draft.requests_per_minute = entry.number("requestsPerMinute");
    draft.tokens_per_minute = entry.number("tokensPerMinute");
    draft.daily_budget_nano = entry.money("dailyBudgetUsd");
    draft.monthly_budget_nano = entry.money("monthlyBudgetUsd");
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
    const auto found = std::find_if(keys.begin(), keys.end(), [&](const domain::ApiKey& key) { return key.name == name; });
    act(step, Change::What::key, found == keys.end() ? nullptr : &found->id);
    if (found == keys.end()) {
      draft.name = name;
    } else {
      draft.hash.reset();  // a key that is there keeps its text
      differ(step, "scopes", draft.scopes, found->scopes);
      differ(step, "isActive", draft.active, found->active);
      differ(step, "allowedModels", draft.allowed_models, found->allowed_models);
      differ(step, "requestsPerMinute", draft.requests_per_minute, found->requests_per_minute);
      differ(step, "tokensPerMinute", draft.tokens_per_minute, found->tokens_per_minute);
      differ(step, "dailyBudgetUsd", draft.daily_budget_nano, found->daily_budget_nano);
      differ(step, "monthlyBudgetUsd", draft.monthly_budget_nano, found->monthly_budget_nano);
    }
    add(std::move(step), "key", name, entry.path());
  }

  void price(Entry& entry) {
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
    const catalog::Provider* known = now_.provider(provider);
    const std::string id = known != nullptr ? known->id : provider;
    const auto prices = now_.own_prices();
    const auto found = std::find_if(prices.begin(), prices.end(), [&](const domain::OwnPrice& present) {
      return present.price && present.provider == id && present.model == own.model;
    });
    act(step, Change::What::price, found == prices.end() ? nullptr : &own.model);
    if (found != prices.end() && *found->price != price) step.fields.emplace_back("price");
    const std::string name = provider + "/" + own.model;
    add(std::move(step), "price", name, entry.path());
  }

  void budget(Entry& entry) {
    FileStep step;
    domain::Budget& budget = step.change.budget;
    const std::string provider = entry.required("provider");
    budget.provider = provider == "*" ? "" : provider;
    budget.daily_nano = entry.money("dailyUsd").value_or(0);
    budget.monthly_nano = entry.money("monthlyUsd").value_or(0);
    const catalog::Provider* known = now_.provider(budget.provider);
    const domain::Budget* found = now_.budget(known != nullptr ? known->id : budget.provider);
    act(step, Change::What::budget, found == nullptr ? nullptr : &found->provider);
    if (found != nullptr && found->daily_nano != budget.daily_nano) step.fields.emplace_back("dailyUsd");
    if (found != nullptr && found->monthly_nano != budget.monthly_nano) step.fields.emplace_back("monthlyUsd");
    add(std::move(step), "budget", provider, entry.path());
  }

  /// Removes what the sections that the file has do not mention: keys and connections before the nodes they may belong to.
  void remove_rest(const Json& root) {
    const auto gone = [this](const char* kind, const std::string& name) { return !mentioned_.contains(std::string(kind) + " " + name); };
    const auto remove = [this](Change::What what, const char* kind, const std::string& name, const std::string& id) {
      FileStep step;
      step.action = "remove";
      step.kind = kind;
      step.name = name;
      step.change.what = what;
      step.change.how = Change::How::remove;
      step.change.id = id;
      steps_.push_back(std::move(step));
    };
    const auto prefix_of = [this](const std::string& provider) {
      const domain::Node* node = now_.node(provider);
      return node != nullptr ? node->prefix : provider;
    };
    if (root.contains("keys"))
      for (const domain::ApiKey& key : now_.keys())
        if (gone("key", key.name)) remove(Change::What::key, "key", key.name, key.id);
    if (root.contains("connections"))
      for (const domain::Account& account : now_.all_accounts()) {
        const std::string name = prefix_of(account.provider) + "/" + account.name;
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
        remove(Change::What::setting, "setting", name, name);
        steps_.back().change.setting = {name, std::nullopt};
      }
  }

  std::string_view yaml_;
  const config::Snapshot& now_;
  const bool prune_;
  const References& references_;
  std::optional<Error> failure_;
  std::vector<FileStep> steps_;
  std::set<std::string, std::less<>> mentioned_;
};

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

Result<std::vector<FileStep>> plan_gateway(std::string_view yaml, const config::Snapshot& snapshot, bool prune,
                                           const References& references) {
  return Planner(yaml, snapshot, prune, references).plan();
}

}  // namespace omniroute::services
