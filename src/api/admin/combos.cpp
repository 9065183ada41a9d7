#include <nlohmann/json.hpp>

#include "omniroute/config/routing_editor.hpp"
#include "reply.hpp"
#include "router.hpp"

namespace omniroute::api {
namespace {

using domain::Combo;

/// `usual`: the strategy of combos that name none.
Json combo_json(const Combo& combo, domain::Strategy usual) {
  Json json = written([&combo](json::Writer& writer) { config::write_combo(combo, writer); });
  json["strategy"] = domain::to_string(combo.config.strategy.value_or(usual));
  json["createdAt"] = time_json(combo.created_ms);
  json["updatedAt"] = time_json(combo.updated_ms);
  return json;
}

/// By id, or by name where no id fits.
const Combo* find_combo(const config::Snapshot& snapshot, std::string_view which) {
  const Combo* by_name = nullptr;
  for (const Combo& combo : snapshot.routing().rows().combos) {
    if (combo.id == which) return &combo;
    if (combo.name == which) by_name = &combo;
  }
  return by_name;
}

Error no_combo(const std::string& which) { return {ErrorKind::not_found, "There is no combo " + which + "."}; }

Result<Combo> read_combo_body(Json base, const Json& body) {
  return read_text(merged(std::move(base), body), [](const json::At& at) { return config::read_combo(at); });
}

Task<void> answer_combo(const Services& services, Call& call, int status, Result<Combo> saved) {
  if (!saved) co_return co_await send_error(call, std::move(saved).error());
  Json json = combo_json(*saved, services.publisher.current()->routing().base().strategy);
  co_await answer(call, status, std::move(json));
}

Json config_json(const domain::ComboConfig& config) {
  return written([&config](json::Writer& writer) { config::write_combo_config(config, writer); });
}

/// All keys with the values that count where nothing above says otherwise.
Json effective_json(const domain::EffectiveConfig& base) {
  domain::ComboConfig all;
  all.strategy = base.strategy;
  all.max_retries = base.max_retries;
  all.retry_delay = base.retry_delay;
  all.concurrency_per_model = base.concurrency_per_model;
  all.queue_timeout = base.queue_timeout;
  all.max_depth = base.max_depth;
  all.timeout = base.timeout;
  all.health_check = base.health_check;
  all.health_check_timeout = base.health_check_timeout;
  all.track_metrics = base.track_metrics;
  all.affinity = base.affinity;
  all.filter_fallback = base.filter_fallback;
  all.max_price = base.max_price;
  all.hedge_after = base.hedge_after;
  all.hedge_share = base.hedge_share;
  return config_json(all);
}

Json defaults_json(const config::RoutingTable& routing) {
  Json json;
  json["comboDefaults"] = config_json(routing.rows().defaults);
  json["auto"] = config_json(routing.rows().automatic);
  json["providerOverrides"] = Json::object();
  for (const auto& [provider, config] : routing.rows().provider_overrides) json["providerOverrides"][provider] = config_json(config);
  json["effective"] = effective_json(routing.base());
  return json;
}

Result<domain::ComboConfig> read_defaults(const domain::ComboConfig& base, const Json& change, const char* name) {
  Json wrapped;
  wrapped[name] = change;
  Json before;
  before[name] = config_json(base);
  return read_text(merged(std::move(before), wrapped),
                   [name](const json::At& at) { return config::read_combo_config(json::At(at, std::string_view(name))); });
}

/// Lays the body over what is stored; the first member that does not fit is the error.
Result<config::DefaultsChange> read_change(const Json& body, const config::RoutingRows& rows) {
  config::DefaultsChange change;
  for (const auto& [name, value] : body.items()) {
    if (name == "comboDefaults" || name == "auto") {
      const bool automatic = name == "auto";
      Result<domain::ComboConfig> config = read_defaults(automatic ? rows.automatic : rows.defaults, value, name.c_str());
      if (!config) return std::move(config).error();
      (automatic ? change.automatic : change.combos) = *std::move(config);
    } else if (name == "providerOverrides" && value.is_object()) {
      for (const auto& [provider, own] : value.items()) {
        const auto before = rows.provider_overrides.find(provider);
        const domain::ComboConfig none;
        Result<domain::ComboConfig> config =
            own.is_null() ? Result<domain::ComboConfig>(none)
                          : read_defaults(before == rows.provider_overrides.end() ? none : before->second, own, "providerOverrides");
        if (!config) return std::move(config).error();
        change.providers.emplace_back(provider, *std::move(config));
      }
    } else {
      return Error(ErrorKind::bad_request, name + ": is none of comboDefaults, auto and providerOverrides", name);
    }
  }
  return change;
}

}  // namespace

Task<void> list_combos(Services& services, Call& call) {
  const std::shared_ptr<const config::Snapshot> snapshot = services.publisher.current();
  Json json;
  json["combos"] = Json::array();
  for (const Combo& combo : snapshot->routing().rows().combos)
    json["combos"].push_back(combo_json(combo, snapshot->routing().base().strategy));
  co_await answer(call, 200, std::move(json));
}

Task<void> create_combo(Services& services, Call& call) {
  Result<Json> body = body_object(call);
  if (!body) co_return co_await send_error(call, std::move(body).error());
  body->erase("id");
  Result<Combo> combo = read_combo_body(Json::object(), *body);
  if (!combo) co_return co_await send_error(call, std::move(combo).error());
  config::RoutingEditor editor(editor_of(services, call));
  Result<Combo> saved = co_await editor.save_combo(*std::move(combo));
  co_await answer_combo(services, call, 201, std::move(saved));
}

Task<void> show_combo(Services& services, Call& call) {
  const std::shared_ptr<const config::Snapshot> snapshot = services.publisher.current();
  const std::string which = parameter(call, 0);
  const Combo* combo = find_combo(*snapshot, which);
  if (combo == nullptr) co_return co_await send_error(call, no_combo(which));
  Json json = combo_json(*combo, snapshot->routing().base().strategy);
  co_await answer(call, 200, std::move(json));
}

Task<void> update_combo(Services& services, Call& call) {
  const std::shared_ptr<const config::Snapshot> snapshot = services.publisher.current();
  const std::string which = parameter(call, 0);
  const Combo* before = find_combo(*snapshot, which);
  if (before == nullptr) co_return co_await send_error(call, no_combo(which));
  Result<Json> body = body_object(call);
  if (!body) co_return co_await send_error(call, std::move(body).error());
  Json base = combo_json(*before, snapshot->routing().base().strategy);
  base.erase("strategy");  // stands in the config, if it was ever said
  (*body)["id"] = before->id;
  Result<Combo> combo = read_combo_body(std::move(base), *body);
  if (!combo) co_return co_await send_error(call, std::move(combo).error());
  config::RoutingEditor editor(editor_of(services, call));
  Result<Combo> saved = co_await editor.save_combo(*std::move(combo));
  co_await answer_combo(services, call, 200, std::move(saved));
}

Task<void> remove_combo(Services& services, Call& call) {
  const std::shared_ptr<const config::Snapshot> snapshot = services.publisher.current();
  const std::string which = parameter(call, 0);
  const Combo* combo = find_combo(*snapshot, which);
  if (combo == nullptr) co_return co_await send_error(call, no_combo(which));
  config::RoutingEditor editor(editor_of(services, call));
  Status removed = co_await editor.remove_combo(combo->id);
  if (!removed) co_return co_await send_error(call, std::move(removed).error());
  services.tables.combos.clear(combo->name);
  co_await answer_success(call);
}

Task<void> list_strategies(Services& services, Call& call) {
  const domain::Strategy of_accounts = services.publisher.current()->settings().fallback_strategy;
  using domain::Strategy;
  Json json;
  json["strategies"] = Json::array();
  for (const Strategy strategy : {Strategy::fill_first, Strategy::weighted, Strategy::round_robin, Strategy::p2c, Strategy::random,
                                  Strategy::least_used, Strategy::cost_optimized})
    json["strategies"].push_back(domain::to_string(strategy));
  json["accounts"] = domain::to_string(of_accounts);
  co_await answer(call, 200, std::move(json));
}

Task<void> show_combo_defaults(Services& services, Call& call) {
  Json json = defaults_json(services.publisher.current()->routing());
  co_await answer(call, 200, std::move(json));
}

Task<void> change_combo_defaults(Services& services, Call& call) {
  Result<Json> body = body_object(call);
  if (!body) co_return co_await send_error(call, std::move(body).error());
  Result<config::DefaultsChange> change = read_change(*body, services.publisher.current()->routing().rows());
  if (!change) co_return co_await send_error(call, std::move(change).error());
  config::RoutingEditor editor(editor_of(services, call));
  Status saved = co_await editor.save_defaults(*std::move(change));
  if (!saved) co_return co_await send_error(call, std::move(saved).error());
  co_await show_combo_defaults(services, call);
}

}  // namespace omniroute::api
