#include "router.hpp"

#include <array>
#include <nlohmann/json.hpp>

#include "reply.hpp"
#include "route.hpp"

namespace omniroute::api {

Json written(const std::function<void(json::Writer&)>& write) {
  std::string text;
  json::Writer writer(text);
  write(writer);
  return Json::parse(text);
}

std::string merged(Json base, const Json& change) {
  base.merge_patch(change);
  return base.dump();
}

Result<Json> body_object(const Call& call) {
  const std::string_view body = call.request.body;
  if (body.find_first_not_of(" \t\r\n") == std::string_view::npos) return Json::object();
  json::Document document;
  if (Status sound = document.parse(body); !sound) return std::move(sound).error();
  Json json = Json::parse(body, nullptr, false);
  if (!json.is_object()) return Error(ErrorKind::bad_request, "The body must be a JSON object.");
  return json;
}

std::int64_t remaining_ms(Tick at, Tick now) noexcept {
  if (at <= now) return 0;
  return std::chrono::ceil<std::chrono::milliseconds>(at - now).count();
}

std::int64_t unix_ms_of(WallTime time) noexcept {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

std::string account_name(const config::Snapshot& snapshot, std::string_view id) {
  const domain::Account* account = snapshot.account(id);
  return account != nullptr ? account->name : std::string(id);
}

std::span<const Route> router_routes() {
  static constexpr std::array routes{
      Route{"GET", "/api/combos", Guard::read, &list_combos},
      Route{"POST", "/api/combos", Guard::admin, &create_combo},
      Route{"GET", "/api/combos/metrics", Guard::read, &show_combo_metrics},
      Route{"DELETE", "/api/combos/metrics", Guard::admin, &clear_combo_metrics},
      Route{"POST", "/api/combos/test", Guard::admin, &test_combo},
      Route{"GET", "/api/combos/{id}", Guard::read, &show_combo},
      Route{"PUT", "/api/combos/{id}", Guard::admin, &update_combo},
      Route{"PATCH", "/api/combos/{id}", Guard::admin, &update_combo},
      Route{"DELETE", "/api/combos/{id}", Guard::admin, &remove_combo},
      Route{"GET", "/api/routing/strategies", Guard::read, &list_strategies},
      Route{"GET", "/api/settings/combo-defaults", Guard::read, &show_combo_defaults},
      Route{"PATCH", "/api/settings/combo-defaults", Guard::admin, &change_combo_defaults},

      Route{"GET", "/api/models", Guard::read, &list_router_models},
      Route{"PUT", "/api/models", Guard::admin, &set_alias},
      Route{"GET", "/api/models/alias", Guard::read, &list_aliases},
      Route{"PUT", "/api/models/alias", Guard::admin, &set_alias},
      Route{"DELETE", "/api/models/alias", Guard::admin, &remove_alias},
      Route{"GET", "/api/models/wildcards", Guard::read, &list_wildcards},
      Route{"PUT", "/api/models/wildcards", Guard::admin, &set_wildcards},
      Route{"GET", "/api/models/availability", Guard::read, &list_unavailable_models},
      Route{"POST", "/api/models/availability", Guard::admin, &clear_unavailable_model},
      Route{"GET", "/api/models/catalog", Guard::read, &list_model_catalog},
      Route{"GET", "/api/provider-models", Guard::read, &list_custom_models},
      Route{"POST", "/api/provider-models", Guard::admin, &add_custom_model},
      Route{"PATCH", "/api/provider-models", Guard::admin, &hide_model},
      Route{"DELETE", "/api/provider-models", Guard::admin, &remove_custom_model},
      Route{"GET", "/api/fallback/chains", Guard::read, &list_chains},
      Route{"POST", "/api/fallback/chains", Guard::admin, &set_chain},
      Route{"DELETE", "/api/fallback/chains", Guard::admin, &remove_chain},

      Route{"GET", "/api/resilience", Guard::read, &show_resilience},
      Route{"PATCH", "/api/resilience", Guard::admin, &change_resilience},
      Route{"POST", "/api/resilience/reset", Guard::admin, &reset_resilience},
      Route{"DELETE", "/api/monitoring/health", Guard::admin, &reset_breakers},
      Route{"GET", "/api/lockouts", Guard::read, &list_lockouts},
      Route{"DELETE", "/api/lockouts", Guard::admin, &clear_lockouts},
      Route{"GET", "/api/rate-limits", Guard::read, &list_rate_limits},
      Route{"POST", "/api/rate-limits", Guard::admin, &change_rate_limit},
      Route{"GET", "/api/rate-limit", Guard::read, &redirect_rate_limits},
      Route{"POST", "/api/rate-limit", Guard::admin, &redirect_rate_limits},
      Route{"GET", "/api/policies", Guard::read, &show_policies},
      Route{"POST", "/api/policies", Guard::admin, &change_policies},
      Route{"GET", "/api/providers/{id}/routing", Guard::read, &show_account_routing},
      Route{"PATCH", "/api/providers/{id}/routing", Guard::admin, &change_account_routing},
      Route{"GET", "/api/quota", Guard::read, &list_quotas},
      Route{"GET", "/api/usage/{id}", Guard::read, &show_quota},

      Route{"POST", "/api/routing/explain", Guard::read, &explain_route},
      Route{"POST", "/api/routing/replay", Guard::read, &replay_routes},
      Route{"GET", "/api/requests/{id}/route", Guard::read, &show_route},
  };
  return routes;
}

}  // namespace omniroute::api
