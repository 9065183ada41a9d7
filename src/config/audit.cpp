// The audit log: what differs between the configuration before and after a change, as JSON without secrets.
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "editor_state.hpp"
#include "omniroute/store/access_tables.hpp"

namespace omniroute::config {
namespace {

using Json = nlohmann::ordered_json;

/// An object of the configuration as the log shows it.
struct Shown {
  std::string name;
  Json json;
};
/// By kind and id.
using Picture = std::map<std::pair<std::string, std::string>, Shown>;

Json account_json(const domain::Account& account) {
  Json json;
  json["id"] = account.id;
  json["provider"] = account.provider;
  json["name"] = account.name;
  json["authType"] = domain::to_string(account.auth_type);
  json["priority"] = account.priority;
  json["isActive"] = account.active;
  json["apiKey"] = account.api_key.hint();
  json["proxy"] = account.proxy.empty() ? "" : "set";
  json["defaultModel"] = account.default_model;
  return json;
}

Json node_json(const domain::Node& node) {
  Json json;
  json["id"] = node.id;
  json["prefix"] = node.prefix;
  json["name"] = node.name;
  json["format"] = domain::to_string(node.format);
  json["baseUrl"] = node.base_url;
  json["caFile"] = node.ca_file;
  return json;
}

Json key_json(const domain::ApiKey& key) {
  Json json;
  json["id"] = key.id;
  json["name"] = key.name;
  json["hint"] = key.hint;
  json["scopes"] = key.scopes.names();
  json["isActive"] = key.active;
  json["expiresAtMs"] = key.expires_ms;
  json["allowedModels"] = key.allowed_models;
  json["requestsPerMinute"] = key.requests_per_minute;
  json["tokensPerMinute"] = key.tokens_per_minute;
  json["logBodies"] = key.log_bodies;
  json["logErrorsOnly"] = key.log_errors_only;
  json["dailyBudgetUsd"] = money_text(key.daily_budget_nano);
  json["monthlyBudgetUsd"] = money_text(key.monthly_budget_nano);
  json["previousTextUntilMs"] = key.previous_until_ms;
  return json;
}

template <class Write>
Json written(Write&& write) {
  std::string text;
  json::Writer writer(text);
  write(writer);
  return Json::parse(text, nullptr, false);
}

void add_routing(const RoutingRows& rows, const std::vector<domain::Account>& accounts, Picture& picture) {
  for (const domain::Combo& combo : rows.combos)
    picture[{"combo", combo.id}] = {combo.name, written([&](json::Writer& writer) { write_combo(combo, writer); })};
  for (const domain::Alias& alias : rows.aliases) picture[{"alias", alias.name}] = {alias.name, Json{{"model", alias.target}}};
  for (const domain::Wildcard& each : rows.wildcards) picture[{"wildcard", each.pattern}] = {each.pattern, Json{{"target", each.target}}};
  for (const domain::CustomModel& model : rows.custom_models)
    picture[{"model", model.provider + "/" + model.id}] = {model.provider + "/" + model.id,
                                                           written([&](json::Writer& writer) { write_custom_model(model, writer); })};
  for (const domain::FallbackChain& chain : rows.chains)
    picture[{"chain", chain.model}] = {chain.model, written([&](json::Writer& writer) { write_chain_links(chain, writer); })};
  for (const AccountRouting& routing : rows.accounts) {
    const auto account =
        std::find_if(accounts.begin(), accounts.end(), [&](const domain::Account& each) { return each.id == routing.account; });
    if (account == accounts.end()) continue;
    picture[{"limits", routing.account}] = {account->provider + "/" + account->name,
                                            written([&](json::Writer& writer) { write_account_routing(routing, writer); })};
  }
  const auto add_defaults = [&picture](const std::string& name, const domain::ComboConfig& config) {
    if (config == domain::ComboConfig()) return;
    picture[{"routing", name}] = {name, written([&](json::Writer& writer) { write_combo_config(config, writer); })};
  };
  add_defaults("combos", rows.defaults);
  add_defaults("auto", rows.automatic);
  for (const auto& [provider, config] : rows.provider_overrides) add_defaults("provider " + provider, config);
}

Picture picture_of(const Rows& rows) {
  Picture picture;
  add_routing(rows.routing, rows.accounts, picture);
  for (const domain::Account& account : rows.accounts)
    picture[{"connection", account.id}] = {account.provider + "/" + account.name, account_json(account)};
  for (const domain::Node& node : rows.nodes) picture[{"node", node.id}] = {node.prefix, node_json(node)};
  for (const domain::ApiKey& key : rows.keys) picture[{"key", key.id}] = {key.name, key_json(key)};
  for (const store::IpBan& ban : rows.bans)
    picture[{"ban", ban.address}] = {ban.address, Json{{"untilMs", ban.until_ms}, {"reason", ban.reason}}};
  for (const domain::OwnPrice& own : rows.prices) {
    if (!own.price) continue;
    const domain::TokenPrice& p = *own.price;
    picture[{"price", own.provider + "/" + own.model}] = {own.provider + "/" + own.model, Json{{"input", p.input},
                                                                                               {"output", p.output},
                                                                                               {"cached", p.cache_read},
                                                                                               {"cacheCreation", p.cache_write},
                                                                                               {"reasoning", p.reasoning}}};
  }
  for (const domain::Budget& budget : rows.budgets)
    picture[{"budget", budget.provider}] = {
        budget.provider.empty() ? "all" : budget.provider,
        Json{{"dailyUsd", money_text(budget.daily_nano)}, {"monthlyUsd", money_text(budget.monthly_nano)}}};
  for (const SettingInfo& info : setting_table())
    picture[{"setting", std::string(info.key)}] = {std::string(info.key),
                                                   Json{{"value", Json::parse(to_json(rows.settings, info.key), nullptr, false)}}};
  return picture;
}

std::string text_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace

Status note_changes(const EditorState& state, store::Transaction& transaction, const Rows& before, const Rows& after) {
  const Picture old_picture = picture_of(before);
  const Picture new_picture = picture_of(after);
  std::set<std::pair<std::string, std::string>> all;
  for (const auto& entry : old_picture) all.insert(entry.first);
  for (const auto& entry : new_picture) all.insert(entry.first);
  store::Audit audit(transaction);
  for (const auto& id : all) {
    const auto was = old_picture.find(id);
    const auto is = new_picture.find(id);
    if (was != old_picture.end() && is != new_picture.end() && was->second.json == is->second.json) continue;
    store::AuditRow row;
    row.time_ms = state.now_ms();
    row.actor = state.actor.name;
    row.peer = state.actor.peer;
    row.request_id = state.actor.request_id;
    row.target = is != new_picture.end() ? is->second.name : was->second.name;
    if (was != old_picture.end()) row.before = text_of(was->second.json);
    if (is != new_picture.end()) row.after = text_of(is->second.json);
    row.action = id.first + (row.before.empty() ? ".create" : row.after.empty() ? ".remove" : ".update");
    if (Status added = audit.add(row); !added) return added;
  }
  return {};
}

Task<Status> Editor::note(std::string action, std::string target) {
  const SharedState state = state_;
  store::AuditRow row;
  row.time_ms = state->now_ms();
  row.actor = state->actor.name;
  row.peer = state->actor.peer;
  row.request_id = state->actor.request_id;
  row.action = std::move(action);
  row.target = std::move(target);
  store::Database::StatusWork work = [row = std::move(row)](store::Transaction& transaction) { return store::Audit(transaction).add(row); };
  co_return co_await state->database.write(std::move(work));
}

}  // namespace omniroute::config
