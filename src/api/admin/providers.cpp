#include <nlohmann/json.hpp>

#include "handlers.hpp"
#include "present.hpp"
#include "reply.hpp"

namespace omniroute::api {
namespace {

/// Whether a connection to it can be made and used by this version.
bool usable(const catalog::Provider& provider) { return provider.format.has_value() && provider.auth != catalog::Auth::oauth; }

Json provider_json(const catalog::Provider& provider, const config::Snapshot& snapshot) {
  Json json;
  json["id"] = provider.id;
  json["alias"] = provider.alias;
  json["name"] = provider.name;
  json["tier"] = catalog::to_string(provider.tier);
  json["auth"] = catalog::to_string(provider.auth);
  json["permission"] = catalog::to_string(provider.permission);
  json["format"] = provider.format ? domain::to_string(*provider.format) : std::string_view(provider.format_word);
  json["kinds"] = provider.kinds;
  json["usable"] = usable(provider);
  json["isNode"] = provider.is_node;
  json["activeConnections"] = snapshot.accounts(provider.id).size();
  json["passthroughModels"] = provider.passthrough_models;
  json["models"] = Json::array();
  for (const catalog::Model& model : provider.models) {
    Json entry;
    entry["id"] = model.id;
    entry["name"] = model.name;
    entry["context"] = model.context ? Json(*model.context) : Json(nullptr);
    json["models"].push_back(std::move(entry));
  }
  return json;
}

}  // namespace

Task<void> list_catalog(Services& services, Call& call) {
  const std::shared_ptr<const config::Snapshot> snapshot = services.publisher.current();
  Json json;
  json["providers"] = Json::array();
  for (const catalog::Provider* provider : snapshot->providers()) json["providers"].push_back(provider_json(*provider, *snapshot));
  co_await answer(call, 200, std::move(json));
}

}  // namespace omniroute::api
