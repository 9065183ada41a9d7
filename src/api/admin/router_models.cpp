// Models: what there is, what the owner added, what rests.
#include <nlohmann/json.hpp>

#include "form.hpp"
#include "omniroute/config/hidden_models.hpp"
#include "omniroute/config/routing_editor.hpp"
#include "omniroute/http/url.hpp"
#include "omniroute/routing/names.hpp"
#include "reply.hpp"
#include "router.hpp"

namespace omniroute::api {
namespace {

using resilience::AccountBook;
using resilience::Cooldown;

template <class T>
Json optional_json(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json model_json(const catalog::Provider& provider, const catalog::Model& model, bool custom) {
  Json json;
  json["id"] = provider.alias + "/" + model.id;
  json["provider"] = provider.id;
  json["model"] = model.id;
  json["name"] = model.name;
  json["type"] = "chat";
  json["custom"] = custom;
  json["contextLength"] = optional_json(model.context);
  json["maxOutput"] = optional_json(model.max_output);
  json["inputPrice"] = model.price ? Json(model.price->input) : Json(nullptr);
  json["outputPrice"] = model.price ? Json(model.price->output) : Json(nullptr);
  json["images"] = optional_json(model.images);
  json["tools"] = optional_json(model.tools);
  return json;
}

/// The models of a provider, the owner's own first; his entry stands for the catalog's of the same name.
Json models_json(const config::Snapshot& snapshot, const catalog::Provider& provider) {
  Json list = Json::array();
  const auto custom = snapshot.routing().custom_models(provider.id);
  for (const catalog::Model& model : custom) list.push_back(model_json(provider, model, true));
  for (const catalog::Model& model : provider.models)
    if (snapshot.routing().custom_model(provider.id, model.id) == nullptr) list.push_back(model_json(provider, model, false));
  return list;
}

std::string alias_of(const config::RoutingTable& routing, const std::string& id) {
  for (const domain::Alias& alias : routing.rows().aliases)
    if (alias.target == id) return alias.name;
  return {};
}

bool hard(const Cooldown::State state) { return state == Cooldown::State::cooling || state == Cooldown::State::probing; }

}  // namespace

Task<void> list_router_models(Services& services, Call& call) {
  const std::shared_ptr<const config::Snapshot> snapshot = services.publisher.current();
  const bool all = http::query_value(call.request.query, "all") == "true";
  Json json;
  json["models"] = Json::array();
  for (const catalog::Provider* provider : snapshot->providers()) {
    const bool connected = !snapshot->accounts(provider->id).empty();
    if (!connected && !all) continue;
    for (Json& model : models_json(*snapshot, *provider)) {
      const std::string alias = alias_of(snapshot->routing(), model["id"]);
      model["alias"] = alias.empty() ? Json(nullptr) : Json(alias);
      model["available"] = connected;
      json["models"].push_back(std::move(model));
    }
  }
  co_await answer(call, 200, std::move(json));
}

Task<void> list_model_catalog(Services& services, Call& call) {
  const std::shared_ptr<const config::Snapshot> snapshot = services.publisher.current();
  Json json;
  json["catalog"] = Json::object();
  for (const catalog::Provider* provider : snapshot->providers()) {
    Json entry;
    entry["provider"] = provider->name;
    entry["alias"] = provider->alias;
    entry["active"] = !snapshot->accounts(provider->id).empty();
    entry["models"] = models_json(*snapshot, *provider);
    json["catalog"][provider->id] = std::move(entry);
  }
  co_await answer(call, 200, std::move(json));
}

Task<void> list_custom_models(Services& services, Call& call) {
  Result<config::HiddenModels> hidden = co_await config::HiddenModels::read(services.database);
  if (!hidden) co_return co_await send_error(call, std::move(hidden).error());
  const std::shared_ptr<const config::Snapshot> snapshot = services.publisher.current();
  const std::string wanted = http::query_value(call.request.query, "provider");
  const catalog::Provider* provider = wanted.empty() ? nullptr : snapshot->provider(wanted);
  Json json;
  json["models"] = Json::array();
  for (const domain::CustomModel& model : snapshot->routing().rows().custom_models) {
    if (!wanted.empty() && (provider == nullptr || model.provider != provider->id)) continue;
    json["models"].push_back(written([&model](json::Writer& writer) { config::write_custom_model(model, writer); }));
  }
  json["hidden"] = Json::array();
  for (const auto& [owner, models] : hidden->by_provider()) {
    if (!wanted.empty() && (provider == nullptr || owner != provider->id)) continue;
    for (const std::string& model : models) {
      Json entry;
      entry["provider"] = owner;
      entry["modelId"] = model;
      json["hidden"].push_back(std::move(entry));
    }
  }
  co_await answer(call, 200, std::move(json));
}

Task<void> add_custom_model(Services& services, Call& call) {
  json::Document document;
  if (Status sound = document.parse(call.request.body); !sound) co_return co_await send_error(call, std::move(sound).error());
  Result<domain::CustomModel> model = config::read_custom_model(json::At(document.root()));
  if (!model) co_return co_await send_error(call, std::move(model).error());
  Json json = written([&model](json::Writer& writer) { config::write_custom_model(*model, writer); });
  config::RoutingEditor editor(editor_of(services, call));
  Status saved = co_await editor.save_custom_model(*std::move(model));
  if (!saved) co_return co_await send_error(call, std::move(saved).error());
  co_await answer(call, 201, std::move(json));
}

Task<void> hide_model(Services& services, Call& call) {
  Form form(call.request.body);
  std::optional<std::string> provider = form.text("provider");
  std::optional<std::string> model = form.text("modelId");
  const std::optional<bool> hidden = form.flag("isHidden");
  if (!provider) form.refuse("provider", "is required");
  if (!model) form.refuse("modelId", "is required");
  if (!hidden) form.refuse("isHidden", "is required");
  if (!form.check()) co_return co_await send_error(call, form.check().error());
  config::RoutingEditor editor(editor_of(services, call));
  Status changed = co_await editor.hide_model(*std::move(provider), *std::move(model), *hidden);
  if (!changed) co_return co_await send_error(call, std::move(changed).error());
  co_await answer_success(call);
}

Task<void> remove_custom_model(Services& services, Call& call) {
  config::RoutingEditor editor(editor_of(services, call));
  Status removed = co_await editor.remove_custom_model(http::query_value(call.request.query, "provider"),
                                                       http::query_value(call.request.query, "model"));
  if (!removed) co_return co_await send_error(call, std::move(removed).error());
  co_await answer_success(call);
}

Task<void> list_unavailable_models(Services& services, Call& call) {
  const std::shared_ptr<const config::Snapshot> snapshot = services.publisher.current();
  const resilience::Now now = resilience::Now::of(services.clock);
  Json json;
  json["unavailableCount"] = 0;
  json["models"] = Json::array();
  for (const AccountBook::Rest& rest : services.tables.accounts.rests()) {
    if (rest.model.empty() || !hard(rest.cooldown.state(now.tick))) continue;
    const domain::Account* account = snapshot->account(rest.account);
    Json entry;
    entry["provider"] = account != nullptr ? Json(account->provider) : Json(nullptr);
    entry["model"] = rest.model;
    entry["connectionId"] = rest.account;
    entry["connection"] = account_name(*snapshot, rest.account);
    entry["reason"] = to_string(rest.cooldown.reason());
    entry["unavailableSince"] = time_json(now.unix_ms_of(rest.cooldown.since()));
    entry["remainingMs"] = remaining_ms(rest.cooldown.until(), now.tick);
    json["models"].push_back(std::move(entry));
  }
  json["unavailableCount"] = json["models"].size();
  co_await answer(call, 200, std::move(json));
}

Task<void> clear_unavailable_model(Services& services, Call& call) {
  Form form(call.request.body);
  const std::optional<std::string> provider = form.text("provider");
  const std::optional<std::string> model = form.text("model");
  if (!model) form.refuse("model", "is required");
  if (!form.check()) co_return co_await send_error(call, form.check().error());
  const std::shared_ptr<const config::Snapshot> snapshot = services.publisher.current();
  const catalog::Provider* wanted = provider ? snapshot->provider(*provider) : nullptr;
  std::size_t cleared = 0;
  for (const AccountBook::Rest& rest : services.tables.accounts.rests()) {
    const domain::Account* account = snapshot->account(rest.account);
    if (rest.model != *model) continue;
    if (provider && (wanted == nullptr || account == nullptr || account->provider != wanted->id)) continue;
    if (services.tables.accounts.clear(rest.account, *model)) ++cleared;
  }
  Json json;
  json["success"] = true;
  json["cleared"] = cleared;
  co_await answer(call, 200, std::move(json));
}

}  // namespace omniroute::api
