#include <nlohmann/json.hpp>

#include "collected_reply.hpp"
#include "omniroute/http/url.hpp"
#include "omniroute/pipeline/exchange.hpp"
#include "reply.hpp"
#include "router.hpp"

namespace omniroute::api {
namespace {

using resilience::ComboBook;

constexpr std::chrono::milliseconds test_patience{15'000};  // product-spec.md c.4

double share(std::uint64_t part, std::uint64_t whole) { return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole); }

/// Times and rates of one row of counts (product-spec.md e.7).
void put_rates(Json& json, const ComboBook::Counts& counts) {
  json["avgLatencyMs"] = counts.requests == 0 ? 0 : counts.latency_ms / counts.requests;
  json["successRate"] = share(counts.successes, counts.requests);
  json["lastStatus"] = counts.last_status == 0 ? Json(nullptr) : Json(counts.last_status);
  json["lastUsedAt"] = time_json(unix_ms_of(counts.last_used));
}

Json metrics_json(const ComboBook::View& view, const config::Snapshot& snapshot) {
  Json json;
  json["totalRequests"] = view.totals.requests;
  json["totalSuccesses"] = view.totals.successes;
  json["totalFailures"] = view.totals.failures;
  json["totalFallbacks"] = view.totals.fallbacks;
  json["fallbackRate"] = share(view.totals.fallbacks, view.totals.requests);
  put_rates(json, view.totals);
  const domain::Combo* combo = snapshot.routing().combo(view.combo);
  const std::optional<domain::Strategy> strategy = combo != nullptr ? combo->config.strategy : std::nullopt;
  json["strategy"] = domain::to_string(strategy.value_or(snapshot.routing().base().strategy));
  json["byModel"] = Json::object();
  for (const auto& [target, counts] : view.targets) {
    Json entry;
    entry["requests"] = counts.requests;
    entry["successes"] = counts.successes;
    entry["failures"] = counts.failures;
    put_rates(entry, counts);
    json["byModel"][target] = std::move(entry);
  }
  return json;
}

/// Asks one model for a word. The answer tells how it went.
Task<Json> ask_briefly(Services& services, Call& call, std::string model) {
  Json body = Json::parse(R"({"messages":[{"role":"user","content":"Hi"}],"max_tokens":5})");
  body["model"] = model;
  http::Request request;
  request.method = "POST";
  request.body = body.dump();
  pipeline::Exchange exchange(request, call.lane);
  exchange.format = domain::Format::openai_chat;
  exchange.endpoint = "/api/combos/test";
  exchange.caller = call.caller;
  exchange.id = call.id + ":" + model;
  exchange.began = services.clock.now();
  exchange.began_wall = services.clock.wall_now();
  exchange.patience = test_patience;
  CollectedReply reply;
  co_await services.pipeline.serve(exchange, reply);
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(services.clock.now() - exchange.began);
  Json json;
  json["model"] = model;
  json["status"] = exchange.outcome.error ? "error" : "ok";
  json["statusCode"] = reply.status();
  json["error"] = exchange.outcome.error ? Json(exchange.outcome.error->message) : Json(nullptr);
  json["latencyMs"] = took.count();
  co_return json;
}

}  // namespace

Task<void> show_combo_metrics(Services& services, Call& call) {
  const std::shared_ptr<const config::Snapshot> snapshot = services.publisher.current();
  const std::string wanted = http::query_value(call.request.query, "combo");
  Json json;
  json["metrics"] = Json::object();
  for (const ComboBook::View& view : services.tables.combos.all())
    if (wanted.empty() || view.combo == wanted) json["metrics"][view.combo] = metrics_json(view, *snapshot);
  co_await answer(call, 200, std::move(json));
}

Task<void> clear_combo_metrics(Services& services, Call& call) {
  services.tables.combos.clear(http::query_value(call.request.query, "combo"));
  co_await answer_success(call);
}

Task<void> test_combo(Services& services, Call& call) {
  Result<Json> body = body_object(call);
  if (!body) co_return co_await send_error(call, std::move(body).error());
  const std::string name = body->value("comboName", Json("")).is_string() ? body->value("comboName", std::string()) : std::string();
  const std::shared_ptr<const config::Snapshot> snapshot = services.publisher.current();
  const domain::Combo* combo = snapshot->routing().combo(name);
  if (combo == nullptr) {
    Error error(ErrorKind::not_found, "There is no active combo '" + name + "'.", "comboName");
    co_return co_await send_error(call, std::move(error));
  }
  Json results = Json::array();
  Json resolved = nullptr;
  for (const domain::ComboTarget& target : combo->targets) {
    Json result = co_await ask_briefly(services, call, target.model);
    if (resolved.is_null() && result["status"] == "ok") resolved = target.model;
    results.push_back(std::move(result));
  }
  Json json;
  json["comboName"] = name;
  json["strategy"] = domain::to_string(combo->config.strategy.value_or(snapshot->routing().base().strategy));
  json["resolvedBy"] = std::move(resolved);
  json["results"] = std::move(results);
  json["testedAt"] = time_json(unix_ms_of(services.clock.wall_now()));
  co_await answer(call, 200, std::move(json));
}

}  // namespace omniroute::api
