// Why: dry runs, stored decisions, and what another configuration would change.
#include <nlohmann/json.hpp>

#include "decision.hpp"
#include "form.hpp"
#include "omniroute/http/url.hpp"
#include "omniroute/pipeline/pipeline.hpp"
#include "omniroute/resilience/hints.hpp"
#include "omniroute/services/replay.hpp"
#include "reply.hpp"
#include "router.hpp"

namespace omniroute::api {
namespace {

constexpr std::size_t most_changes = 200;

/// What is to be explained.
struct Inquiry {
  std::string model;
  std::string body;  ///< the request's own, or empty
  domain::Format format = domain::Format::openai_chat;
  std::string key_id;
  resilience::Now at;
  std::shared_ptr<const config::Snapshot> config;  ///< under which it is decided
};

/// {"model", "at"?: a time or a pause, "format"?, "key"?: a key's id or name, "request"?: a request's body, "config"?: what stands
/// in place of the present configuration, as in replays}
Result<Inquiry> read_inquiry(const Call& call, const Clock& clock, std::shared_ptr<const config::Snapshot> present) {
  Form form(call.request.body);
  Inquiry inquiry;
  const config::Snapshot& snapshot = *present;
  inquiry.config = present;
  inquiry.model = form.text("model").value_or("");
  inquiry.at = resilience::Now::of(clock);
  if (const std::optional<std::string> at = form.text("at")) {
    const std::optional<std::chrono::milliseconds> pause = resilience::read_pause(*at, inquiry.at.wall);
    if (!pause) form.refuse("at", "must be a time such as 2026-01-31T18:00:00Z, or a pause such as 2h30m");
    inquiry.at.tick += pause.value_or(std::chrono::milliseconds(0));
    inquiry.at.wall += pause.value_or(std::chrono::milliseconds(0));
  }
  if (const std::optional<std::string> format = form.text("format")) {
    const std::optional<domain::Format> known = parse_node_type(*format);
    if (!known) form.refuse("format", "must be openai, responses, anthropic or gemini");
    inquiry.format = known.value_or(inquiry.format);
  }
  if (const std::optional<std::string> key = form.text("key")) {
    for (const domain::ApiKey& each : snapshot.keys())
      if (each.id == *key || each.name == *key) inquiry.key_id = each.id;
    if (inquiry.key_id.empty()) form.refuse("key", "names no API key");
  }
  const json::Value request = form.root().find("request");
  if (!request.absent() && !request.is(json::Kind::object)) form.refuse("request", "must be a request's body, an object");
  if (request.is(json::Kind::object)) inquiry.body = request.raw();
  if (inquiry.model.empty() && inquiry.body.empty()) form.refuse("model", "is required");
  const json::Value config = form.root().find("config");
  if (!config.absent() && !config.is(json::Kind::object)) form.refuse("config", "must be an object");
  if (!form.check()) return form.check().error();
  if (config.absent()) return inquiry;
  Result<std::shared_ptr<const config::Snapshot>> proposed = services::proposed_config(snapshot, config.raw());
  if (!proposed) return std::move(proposed).error();
  inquiry.config = *std::move(proposed);
  return inquiry;
}

Result<std::string> explained(Services& services, Call& call, Inquiry inquiry) {
  http::Request request;
  request.method = "POST";
  request.body = std::move(inquiry.body);
  pipeline::Exchange exchange(request, call.lane);
  exchange.config = std::move(inquiry.config);
  exchange.format = inquiry.format;
  exchange.caller.key_id = std::move(inquiry.key_id);
  exchange.envelope.model = std::move(inquiry.model);
  const Result<routing::Plan> plan = pipeline::explain(exchange, services.tables, services.spending, inquiry.at);
  if (!plan) return plan.error();
  const std::string record = routing::encode_trace(*plan, exchange.facts, exchange.config->revision(), inquiry.at, {});
  const Result<routing::Trace> trace = routing::decode_trace(record);
  if (!trace) return trace.error();
  return routing::trace_json(*trace, *exchange.config, true);
}

Json report_json(const services::ReplayReport& report) {
  Json json;
  json["decisions"] = report.decisions;
  json["changed"] = report.changed;
  json["reordered"] = report.reordered;
  json["unreadable"] = report.unreadable;
  json["summary"] = Json::array();
  for (const auto& [way, count] : report.ways) {
    Json entry;
    entry["before"] = way.first;
    entry["after"] = way.second;
    entry["count"] = count;
    json["summary"].push_back(std::move(entry));
  }
  json["changes"] = Json::array();
  for (const services::ReplayReport::Change& change : report.changes) {
    Json entry;
    entry["requestId"] = change.request_id;
    entry["time"] = time_json(change.time_ms);
    entry["model"] = change.model;
    entry["before"] = change.before;
    entry["after"] = change.after;
    json["changes"].push_back(std::move(entry));
  }
  return json;
}

}  // namespace

Task<void> explain_route(Services& services, Call& call) {
  Result<Inquiry> inquiry = read_inquiry(call, services.clock, services.publisher.current());
  if (!inquiry) co_return co_await send_error(call, std::move(inquiry).error());
  Result<std::string> json = explained(services, call, *std::move(inquiry));
  if (!json) co_return co_await send_error(call, std::move(json).error());
  co_await send_json(call, 200, *std::move(json));
}

Task<void> show_route(Services& services, Call& call) {
  const std::string id = parameter(call, 0);
  Result<std::optional<store::StoredTrace>> stored = co_await find_decision(services, call.lane.worker, id, std::nullopt);
  if (!stored) co_return co_await send_error(call, std::move(stored).error());
  if (!*stored) co_return co_await send_error(call, no_decision(id));
  Result<std::string> json = decision_json(**stored, *services.publisher.current(), true);
  if (!json) co_return co_await send_error(call, std::move(json).error());
  co_await send_json(call, 200, *std::move(json));
}

/// {"config": {…}, "since"?: Unix milliseconds}
Task<void> replay_routes(Services& services, Call& call) {
  Form form(call.request.body);
  const std::int64_t since = form.number("since").value_or(0);
  const json::Value config = form.root().find("config");
  if (!config.is(json::Kind::object)) form.refuse("config", "must be an object");
  if (!form.check()) co_return co_await send_error(call, form.check().error());
  Result<std::shared_ptr<const config::Snapshot>> proposed = services::proposed_config(*services.publisher.current(), config.raw());
  if (!proposed) co_return co_await send_error(call, std::move(proposed).error());
  Result<services::ReplayReport> report = co_await services::replay_decisions(services.database, *proposed, since, most_changes);
  if (!report) co_return co_await send_error(call, std::move(report).error());
  Json json = report_json(*report);
  co_await answer(call, 200, std::move(json));
}

}  // namespace omniroute::api
