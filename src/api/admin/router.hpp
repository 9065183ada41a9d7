#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "omniroute/api/gateway.hpp"
#include "omniroute/base/task.hpp"
#include "omniroute/json/document.hpp"
#include "omniroute/json/path.hpp"
#include "omniroute/json/writer.hpp"
#include "present.hpp"

/// The handlers of what the router is told, what it knows, and why it decided as it did.
namespace omniroute::api {

// combos.cpp
Task<void> list_combos(Services& services, Call& call);
Task<void> create_combo(Services& services, Call& call);
Task<void> show_combo(Services& services, Call& call);
Task<void> update_combo(Services& services, Call& call);
Task<void> remove_combo(Services& services, Call& call);
Task<void> list_strategies(Services& services, Call& call);
Task<void> show_combo_defaults(Services& services, Call& call);
Task<void> change_combo_defaults(Services& services, Call& call);

// combo_metrics.cpp
Task<void> show_combo_metrics(Services& services, Call& call);
Task<void> clear_combo_metrics(Services& services, Call& call);
Task<void> test_combo(Services& services, Call& call);

// names.cpp
Task<void> list_aliases(Services& services, Call& call);
Task<void> set_alias(Services& services, Call& call);
Task<void> remove_alias(Services& services, Call& call);
Task<void> list_wildcards(Services& services, Call& call);
Task<void> set_wildcards(Services& services, Call& call);
Task<void> list_chains(Services& services, Call& call);
Task<void> set_chain(Services& services, Call& call);
Task<void> remove_chain(Services& services, Call& call);

// router_models.cpp
Task<void> list_router_models(Services& services, Call& call);
Task<void> list_model_catalog(Services& services, Call& call);
Task<void> list_custom_models(Services& services, Call& call);
Task<void> add_custom_model(Services& services, Call& call);
Task<void> hide_model(Services& services, Call& call);
Task<void> remove_custom_model(Services& services, Call& call);
Task<void> list_unavailable_models(Services& services, Call& call);
Task<void> clear_unavailable_model(Services& services, Call& call);

// resilience.cpp
Task<void> show_resilience(Services& services, Call& call);
Task<void> change_resilience(Services& services, Call& call);
Task<void> reset_resilience(Services& services, Call& call);
Task<void> reset_breakers(Services& services, Call& call);
Task<void> list_lockouts(Services& services, Call& call);
Task<void> clear_lockouts(Services& services, Call& call);

// account_limits.cpp
Task<void> list_rate_limits(Services& services, Call& call);
Task<void> change_rate_limit(Services& services, Call& call);
Task<void> show_account_routing(Services& services, Call& call);
Task<void> change_account_routing(Services& services, Call& call);
Task<void> show_quota(Services& services, Call& call);
Task<void> list_quotas(Services& services, Call& call);

// policies.cpp
Task<void> show_policies(Services& services, Call& call);
Task<void> change_policies(Services& services, Call& call);
Task<void> redirect_rate_limits(Services& services, Call& call);

// decisions.cpp
Task<void> explain_route(Services& services, Call& call);
Task<void> show_route(Services& services, Call& call);
Task<void> replay_routes(Services& services, Call& call);

/// Every circuit breaker that is not in its first state, and everything that rests.
Json breakers_json(const Services& services, const config::Snapshot& snapshot);
Json rests_json(const Services& services, const config::Snapshot& snapshot);
/// The connections that have limits, each with its numbers and its line.
Json rate_limit_json(const Services& services, const config::Snapshot& snapshot);
/// Since when a connection rests for all its models, and for how long still; both null while it does not.
void put_rest(const Services& services, const domain::Account& account, Json& json);

// For several of them (router.cpp).

/// What a writer of config writes, as JSON.
Json written(const std::function<void(json::Writer&)>& write);

/// The body as a JSON object; the error says why it is none.
Result<Json> body_object(const Call& call);

/// `base` with `change` laid over it (RFC 7386: null takes a member away), as text.
std::string merged(Json base, const Json& change);

/// Reads a JSON text by `read`, with paths in its errors.
template <class Read>
auto read_text(const std::string& text, Read&& read) -> decltype(read(std::declval<json::At>())) {
  json::Document document;
  if (Status parsed = document.parse(text); !parsed) return std::move(parsed).error();
  return read(json::At(document.root()));
}

/// Milliseconds from now until `at`, at least 0.
std::int64_t remaining_ms(Tick at, Tick now) noexcept;
std::int64_t unix_ms_of(WallTime time) noexcept;
/// An account's name, or its id where it is gone.
std::string account_name(const config::Snapshot& snapshot, std::string_view id);

}  // namespace omniroute::api
