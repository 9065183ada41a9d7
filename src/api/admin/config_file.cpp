// The configuration as one file: GET it, see what a file would change, apply it.
#include <nlohmann/json.hpp>

#include "form.hpp"
#include "handlers.hpp"
#include "omniroute/services/gateway_file.hpp"
#include "present.hpp"
#include "reply.hpp"

namespace omniroute::api {
namespace {

Json step_json(const services::FileStep& step) {
  Json json;
  json["action"] = step.action;
  json["kind"] = step.kind;
  json["name"] = step.name;
  json["fields"] = step.fields;
  return json;
}

services::References references_of(Form& form) {
  services::References references;
  const json::Value map = form.root().find("references");
  if (map.absent()) return references;
  if (!map.is(json::Kind::object)) form.refuse("references", "must be a map of texts");
  for (auto it = map.begin(); it != map.end(); ++it) references[std::string(it.key())] = Secret(std::string((*it).text()));
  return references;
}

}  // namespace

Task<void> export_config(Services& services, Call& call) {
  Result<config::HiddenModels> hidden = co_await config::HiddenModels::read(services.database);
  if (!hidden) co_return co_await send_error(call, std::move(hidden).error());
  const std::string yaml = services::export_gateway(*services.publisher.current(), *hidden, false);
  std::vector<http::Header> headers = call.headers;
  headers.push_back({"content-type", "application/yaml"});
  headers.push_back({"cache-control", "no-store"});
  Status sent = co_await call.reply.send(200, headers, yaml);
  static_cast<void>(sent);
}

Task<void> apply_config(Services& services, Call& call) {
  Form form(call.request.body);
  const std::optional<std::string> yaml = form.text("yaml");
  if (!yaml) form.refuse("yaml", "is required");
  const bool prune = form.flag("prune").value_or(false);
  const bool dry_run = form.flag("dryRun").value_or(false);
  const services::References references = references_of(form);
  if (!form.check()) co_return co_await send_error(call, form.check().error());
  Result<config::HiddenModels> hidden = co_await config::HiddenModels::read(services.database);
  if (!hidden) co_return co_await send_error(call, std::move(hidden).error());
  Result<std::vector<services::FileStep>> steps = services::plan_gateway(*yaml, *services.publisher.current(), *hidden, prune, references);
  if (!steps) co_return co_await send_error(call, std::move(steps).error());
  std::vector<config::Change> changes;
  for (services::FileStep& step : *steps) changes.push_back(std::move(step.change));
  Result<config::BatchResult> done = config::BatchResult();
  if (!changes.empty()) done = co_await editor_of(services, call).apply(std::move(changes), dry_run);
  if (!done) co_return co_await send_error(call, std::move(done).error());
  Json json;
  json["applied"] = !dry_run;
  json["changes"] = Json::array();
  for (const services::FileStep& step : *steps) json["changes"].push_back(step_json(step));
  json["newKeys"] = Json::array();
  for (const config::NewKey& made : done->keys) {
    Json entry;
    entry["name"] = made.key.name;
    entry["key"] = made.text.reveal();
    json["newKeys"].push_back(std::move(entry));
  }
  co_await answer(call, 200, std::move(json));
}

}  // namespace omniroute::api
