#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "omniroute/api/gateway.hpp"

namespace omniroute::api {

struct ListedModel {
  std::string id;      ///< "alias/model"
  std::string root;    ///< as the upstream knows it
  std::string parent;  ///< the alias form, for the form with the provider's id
  std::string name;    ///< for people
  std::string owner;   ///< the provider's id
};

/// What the key may name: active combos, then every model of every provider that has an account, each id once, the owner's own
/// models and the alias form first (product-spec.md b.5); hidden ones are left out. Errors: those of the database.
Task<Result<std::vector<ListedModel>>> listed_models(Services& services, const Call& call);

/// "2026-11-23T08:00:00Z".
std::string iso_time(WallTime time);

/// GET /v1/models: what a client may name, in the shape its headers ask for: OpenAI's, Anthropic's with `anthropic-version`
/// (query: limit 1..1000, after_id), Google's with `x-goog-api-key`. Every id stands there once.
Task<void> list_models(Services& services, Call& call);
/// GET /v1/models/{id}: one of them; 404 if it is not in the list.
Task<void> show_model(Services& services, Call& call);

}  // namespace omniroute::api
