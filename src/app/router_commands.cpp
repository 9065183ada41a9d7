#include "router_commands.hpp"

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "omniroute/http/url.hpp"
#include "omniroute/resilience/hints.hpp"
#include "request.hpp"
#include "table.hpp"

namespace omniroute::app {
namespace {

std::string encoded(const std::string& text) { return http::percent_encode(text); }

/// A number as it was typed, or the text itself, which the management API refuses by name.
Json number_or_text(const std::string& text) {
  const Json number = Json::parse(text, nullptr, false);
  return number.is_number() ? number : Json(text);
}

/// "maxRetries=0" as a member of `into`; an empty value is null, which takes it away.
Status put_key(const std::string& text, Json& into) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0)
    return Error(ErrorKind::bad_request, "--set takes KEY=VALUE, such as maxRetries=0; this has no '=': " + text);
  const std::string value = text.substr(equals + 1);
  const Json parsed = Json::parse(value, nullptr, false);
  into[text.substr(0, equals)] = value.empty() ? Json(nullptr) : parsed.is_discarded() ? Json(value) : parsed;
  return {};
}

Result<Json> keys_of(const std::vector<std::string>& texts) {
  Json config = Json::object();
  for (const std::string& text : texts)
    if (Status put = put_key(text, config); !put) return std::move(put).error();
  return config;
}

/// "MODEL[#ACCOUNT][=WEIGHT]"
Json target_of(std::string text) {
  Json target = Json::object();
  const std::size_t equals = text.rfind('=');
  if (equals != std::string::npos) {
    target["weight"] = number_or_text(text.substr(equals + 1));
    text.resize(equals);
  }
  const std::size_t hash = text.rfind('#');
  if (hash != std::string::npos) {
    target["account"] = text.substr(hash + 1);
    text.resize(hash);
  }
  if (target.empty()) return text;
  target["model"] = text;
  return target;
}

std::string words_of_target(const Json& target) {
  if (target.is_string()) return target.get<std::string>();
  std::string text = text_of(target, "model");
  if (target.contains("account")) text += "#" + text_of(target, "account");
  if (target.contains("weight")) text += "=" + text_of(target, "weight");
  return text;
}

Result<std::string> file_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Error(ErrorKind::bad_request, "The file " + path + " cannot be read.");
  return std::string((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
}

Result<Json> file_object(const std::string& path) {
  Result<std::string> text = file_text(path);
  if (!text) return std::move(text).error();
  Json json = Json::parse(*text, nullptr, false);
  if (!json.is_object()) return Error(ErrorKind::bad_request, path + " holds no JSON object.");
  return json;
}

std::string plan_text(const Json& decision) {
  Table plan({"", "TARGET", "ACCOUNT", "SCORE"});
  int place = 0;
  for (const Json& each : decision.at("plan"))
    plan.add({std::to_string(++place), text_of(each, "target"), text_of(each, "account"), text_of(each, "score")});
  std::string text = place > 0 ? plan.text() : "Nothing can be asked.\n";
  if (decision.at("removed").empty()) return text;
  Table removed({"LEFT OUT", "ACCOUNT", "WHY"});
  for (const Json& each : decision.at("removed")) removed.add({text_of(each, "target"), text_of(each, "account"), text_of(each, "reason")});
  return text + "\n" + removed.text();
}

std::string attempts_text(const Json& decision) {
  Table table({"ASKED", "ACCOUNT", "OUTCOME", "MS", "THEN", "MESSAGE"});
  for (const Json& each : decision.at("attempts"))
    table.add({text_of(each, "target"), text_of(each, "account"), text_of(each, "outcome"), text_of(each, "totalMs"), text_of(each, "next"),
               text_of(each, "message")});
  return table.text();
}

class RouterCommand {
 public:
  RouterCommand(const Arguments& arguments, Channel& channel) : arguments_(arguments), with_(arguments.router), channel_(channel) {}

  Result<Output> run();

 private:
  Result<Json> get(const std::string& path) { return ask(channel_, "GET", path); }
  Result<Json> send(std::string_view method, const std::string& path, const Json& body) { return ask(channel_, method, path, body); }
  Output say(const Json& json, std::string text) const { return {0, arguments_.json ? dump(json) : std::move(text)}; }
  /// The answer of a change, and a sentence about it.
  Result<Output> done(Result<Json> answer, const std::string& sentence) const {
    if (!answer) return std::move(answer).error();
    return say(*answer, sentence + "\n");
  }
  Result<Output> show_list(const std::string& path, const char* list, const std::vector<std::string>& titles,
                           std::vector<std::string> (*row)(const Json&));
  Result<Json> connection(const std::string& which) {
    return pick(channel_, "/api/providers", "connections", {"name"}, which, "connection");
  }

  Result<Output> set_combo();
  Result<Output> get_combo();
  Result<Output> test_combo();
  Result<Output> combo_defaults();
  Result<Output> route();
  Result<Output> why();
  Result<Output> replay();
  Result<Output> list_aliases();
  Result<Output> change_wildcards(bool remove);
  Result<Output> add_model();
  Result<Output> show_resilience();
  Result<Output> clear_rests();
  Result<Output> list_policies();
  Result<Output> quotas();
  Result<Output> set_account();

  const Arguments& arguments_;
  const RouterArguments& with_;
  Channel& channel_;
};

Result<Output> RouterCommand::show_list(const std::string& path, const char* list, const std::vector<std::string>& titles,
                                        std::vector<std::string> (*row)(const Json&)) {
  Result<Json> all = get(path);
  if (!all) return std::move(all).error();
  Table table(titles);
  for (const Json& entry : all->at(list)) table.add(row(entry));
  return say(*all, table.text());
}

Result<Output> RouterCommand::set_combo() {
  Result<Json> all = get("/api/combos");
  if (!all) return std::move(all).error();
  std::string id;
  for (const Json& combo : all->at("combos"))
    if (text_of(combo, "name") == arguments_.which || text_of(combo, "id") == arguments_.which) id = text_of(combo, "id");
  Json body = Json::object();
  if (id.empty()) body["name"] = arguments_.which;
  if (!with_.targets.empty()) {
    body["models"] = Json::array();
    for (const std::string& target : with_.targets) body["models"].push_back(target_of(target));
  }
  if (!with_.strategy.empty()) body["strategy"] = with_.strategy;
  if (!with_.keys.empty()) {
    Result<Json> config = keys_of(with_.keys);
    if (!config) return std::move(config).error();
    body["config"] = *std::move(config);
  }
  body["isActive"] = !with_.off;
  Result<Json> saved = id.empty() ? send("POST", "/api/combos", body) : send("PUT", "/api/combos/" + id, body);
  return done(std::move(saved), "The combo " + arguments_.which + " is " + (id.empty() ? "made." : "changed."));
}

Result<Output> RouterCommand::get_combo() {
  Result<Json> combo = pick(channel_, "/api/combos", "combos", {"name"}, arguments_.which, "combo");
  if (!combo) return std::move(combo).error();
  Table table({"TARGET"});
  for (const Json& target : combo->at("models")) table.add({words_of_target(target)});
  return say(*combo,
             text_of(*combo, "name") + ": " + text_of(*combo, "strategy") + ", " + combo->at("config").dump() + "\n" + table.text());
}

Result<Output> RouterCommand::test_combo() {
  Result<Json> result = send("POST", "/api/combos/test", Json{{"comboName", arguments_.which}});
  if (!result) return std::move(result).error();
  Table table({"TARGET", "STATUS", "MS", "ERROR"});
  bool all = true;
  for (const Json& each : result->at("results")) {
    all = all && text_of(each, "status") == "ok";
    table.add({text_of(each, "model"), text_of(each, "status"), text_of(each, "latencyMs"), text_of(each, "error")});
  }
  Output output = say(*result, table.text());
  output.code = all ? 0 : 1;
  return output;
}

Result<Output> RouterCommand::combo_defaults() {
  Result<Json> config = keys_of(with_.keys);
  if (!config) return std::move(config).error();
  Json body = Json::object();
  if (with_.provider.empty())
    body["comboDefaults"] = *std::move(config);
  else if (with_.provider == "auto")
    body["auto"] = *std::move(config);
  else
    body["providerOverrides"][with_.provider] = *std::move(config);
  const std::string path = "/api/settings/combo-defaults";
  Result<Json> shown = with_.keys.empty() ? get(path) : send("PATCH", path, body);
  if (!shown) return std::move(shown).error();
  return say(*shown, dump(*shown));
}

Result<Output> RouterCommand::route() {
  Json body = Json::object();
  if (!with_.model.empty()) body["model"] = with_.model;
  if (!with_.at.empty()) body["at"] = with_.at;
  if (!arguments_.type.empty()) body["format"] = arguments_.type;
  if (!arguments_.name.empty()) body["key"] = arguments_.name;
  if (!with_.request_file.empty()) {
    Result<Json> request = file_object(with_.request_file);
    if (!request) return std::move(request).error();
    if (!with_.model.empty()) (*request)["model"] = with_.model;
    body["request"] = *std::move(request);
  }
  Result<Json> decision = send("POST", "/api/routing/explain", body);
  if (!decision) return std::move(decision).error();
  return say(*decision, plan_text(*decision));
}

Result<Output> RouterCommand::why() {
  Result<Json> decision = get("/api/requests/" + encoded(arguments_.which) + "/route");
  if (!decision) return std::move(decision).error();
  std::string text = text_of(*decision, "requestId") + ": " + text_of(*decision, "model") + ", status " + text_of(*decision, "status") +
                     ", " + text_of(*decision, "latencyMs") + " ms, " + text_of(*decision, "strategy") + "\n\n";
  text += attempts_text(*decision) + "\n" + plan_text(*decision);
  return say(*decision, std::move(text));
}

Result<Output> RouterCommand::replay() {
  Result<Json> config = file_object(with_.config_file);
  if (!config) return std::move(config).error();
  Json body{{"config", *std::move(config)}};
  if (!with_.since.empty()) {
    const WallTime now = std::chrono::system_clock::now();
    const std::int64_t now_ms = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
    constexpr std::size_t digits_of_unix_ms = 12;
    const bool unix_ms = with_.since.size() >= digits_of_unix_ms && with_.since.find_first_not_of("0123456789") == std::string::npos;
    const std::optional<std::chrono::milliseconds> back = resilience::read_pause(with_.since, now);
    if (!unix_ms && !back) return Error(ErrorKind::bad_request, "--since takes Unix milliseconds, or a pause such as 24h.");
    body["since"] = unix_ms ? number_or_text(with_.since) : Json(now_ms - back->count());
  }
  Result<Json> report = send("POST", "/api/routing/replay", body);
  if (!report) return std::move(report).error();
  std::string text = text_of(*report, "decisions") + " decisions, " + text_of(*report, "changed") + " would go elsewhere first, " +
                     text_of(*report, "reordered") + " would only fall back in another order.\n";
  Table table({"COUNT", "BEFORE", "AFTER"});
  for (const Json& way : report->at("summary")) table.add({text_of(way, "count"), text_of(way, "before"), text_of(way, "after")});
  if (!report->at("summary").empty()) text += "\n" + table.text();
  return say(*report, std::move(text));
}

Result<Output> RouterCommand::list_aliases() {
  Result<Json> all = get("/api/models/alias");
  if (!all) return std::move(all).error();
  Table table({"ALIAS", "MODEL"});
  for (const auto& [alias, model] : all->at("aliases").items()) table.add({alias, model.get<std::string>()});
  return say(*all, table.text());
}

Result<Output> RouterCommand::change_wildcards(bool remove) {
  Result<Json> all = get("/api/models/wildcards");
  if (!all) return std::move(all).error();
  Json kept = Json::array();
  bool found = false;
  for (Json& each : all->at("wildcardAliases")) {
    const bool same = text_of(each, "pattern") == arguments_.which;
    found = found || same;
    if (!same) kept.push_back(std::move(each));
  }
  if (remove && !found) return Error(ErrorKind::not_found, "There is no pattern " + arguments_.which + ".");
  if (!remove) kept.push_back(Json{{"pattern", arguments_.which}, {"target", with_.target}});
  Result<Json> saved = send("PUT", "/api/models/wildcards", Json{{"wildcardAliases", std::move(kept)}});
  return done(std::move(saved), "The pattern " + arguments_.which + (remove ? " is removed." : " stands for " + with_.target + "."));
}

Result<Output> RouterCommand::add_model() {
  Json body{{"provider", with_.provider}, {"modelId", arguments_.which}};
  if (!arguments_.name.empty()) body["modelName"] = arguments_.name;
  for (const auto& [member, value] : {std::pair<const char*, const std::string&>("contextLength", with_.context),
                                      {"maxOutput", with_.max_output},
                                      {"inputPrice", with_.input_price},
                                      {"outputPrice", with_.output_price}})
    if (!value.empty()) body[member] = number_or_text(value);
  return done(send("POST", "/api/provider-models", body), "Added the model " + with_.provider + "/" + arguments_.which + ".");
}

Result<Output> RouterCommand::show_resilience() {
  Result<Json> state = get("/api/resilience");
  if (!state) return std::move(state).error();
  Table breakers({"BREAKER", "STATE", "FAILURES", "OPENED", "RETRY IN MS"});
  for (const Json& each : state->at("circuitBreakers"))
    breakers.add({text_of(each, "name"), text_of(each, "state"), text_of(each, "failureCount"), text_of(each, "openings"),
                  text_of(each, "retryInMs")});
  Table rests({"CONNECTION", "SCOPE", "MODEL", "STATE", "REASON", "SOURCE", "MS LEFT"});
  for (const Json& each : state->at("lockouts"))
    rests.add({text_of(each, "connection"), text_of(each, "scope"), text_of(each, "model"), text_of(each, "state"), text_of(each, "reason"),
               text_of(each, "source"), text_of(each, "remainingMs")});
  return say(*state, breakers.text() + "\n" + rests.text());
}

Result<Output> RouterCommand::clear_rests() {
  std::string query;
  if (!with_.connection.empty()) {
    Result<Json> found = connection(with_.connection);
    if (!found) return std::move(found).error();
    query = "?connection=" + encoded(text_of(*found, "id"));
  }
  if (!with_.model.empty()) query += (query.empty() ? "?model=" : "&model=") + encoded(with_.model);
  Result<Json> cleared = ask(channel_, "DELETE", "/api/lockouts" + query);
  if (!cleared) return std::move(cleared).error();
  return say(*cleared, "Ended " + text_of(*cleared, "cleared") + " rests.\n");
}

Result<Output> RouterCommand::quotas() {
  Result<Json> all = get("/api/quota");
  if (!all) return std::move(all).error();
  Table table({"CONNECTION", "WINDOW", "COUNTED", "LIMIT", "USED %", "RESETS AT", "SOURCE", "CONFIDENCE"});
  for (const Json& account : all->at("connections"))
    for (const auto& [name, figure] : account.at("quotas").items())
      table.add({text_of(account, "connection"), text_of(figure, "displayName"), text_of(figure, "counted") + " " + text_of(figure, "unit"),
                 text_of(figure, "total"), text_of(figure, "usedPercentage"), text_of(figure, "resetAt"), text_of(figure, "source"),
                 text_of(figure, "confidence")});
  return say(*all, table.text());
}

Result<Output> RouterCommand::set_account() {
  Result<Json> found = connection(arguments_.which);
  if (!found) return std::move(found).error();
  const std::string path = "/api/providers/" + text_of(*found, "id");
  if (!with_.priority.empty()) {
    Result<Json> moved = send("PATCH", path, Json{{"priority", number_or_text(with_.priority)}});
    if (!moved) return std::move(moved).error();
  }
  Json body = Json::object();
  if (!with_.weight.empty()) body["weight"] = number_or_text(with_.weight);
  if (!with_.max_concurrent.empty()) body["maxConcurrent"] = number_or_text(with_.max_concurrent);
  if (with_.protection == "default")
    body["rateLimitProtection"] = nullptr;
  else if (with_.protection == "on" || with_.protection == "off")
    body["rateLimitProtection"] = with_.protection == "on";
  else if (!with_.protection.empty())
    return Error(ErrorKind::bad_request, "--rate-limit-protection takes on, off or default.");
  return done(send("PATCH", path + "/routing", body), "The connection " + arguments_.which + " is changed.");
}

Result<Output> RouterCommand::list_policies() {
  Result<Json> state = get("/api/policies");
  if (!state) return std::move(state).error();
  Table breakers({"BREAKER", "STATE", "FAILURES", "RETRY IN MS"});
  for (const Json& each : state->at("circuitBreakers"))
    breakers.add({text_of(each, "name"), text_of(each, "state"), text_of(each, "failureCount"), text_of(each, "retryInMs")});
  Table locked({"LOCKED", "CONNECTION", "REASON", "UNTIL"});
  for (const Json& each : state->at("lockedIdentifiers"))
    locked.add({text_of(each, "identifier"), text_of(each, "connection"), text_of(each, "reason"), text_of(each, "until")});
  return say(*state, breakers.text() + "\n" + locked.text());
}

std::vector<std::string> combo_row(const Json& combo) {
  std::string targets;
  for (const Json& target : combo.at("models")) targets += (targets.empty() ? "" : ", ") + words_of_target(target);
  return {text_of(combo, "name"), text_of(combo, "strategy"), text_of(combo, "isActive") == "true" ? "yes" : "no", targets};
}

std::vector<std::string> wildcard_row(const Json& each) { return {text_of(each, "pattern"), text_of(each, "target")}; }

std::vector<std::string> model_row(const Json& model) {
  return {text_of(model, "provider"), text_of(model, "modelId"), text_of(model, "modelName"), text_of(model, "contextLength"),
          text_of(model, "inputPrice")};
}

std::vector<std::string> account_row(const Json& each) {
  return {text_of(each, "name"),
          text_of(each, "enabled") == "true" ? "yes" : "no",
          text_of(each, "requestsPerMinute"),
          text_of(each, "minTimeBetweenRequests"),
          text_of(each, "concurrentRequests"),
          text_of(each, "running"),
          text_of(each, "queued")};
}

Result<Output> RouterCommand::run() {
  const std::string& which = arguments_.which;
  switch (arguments_.verb) {
    case Verb::combo_set: return set_combo();
    case Verb::combo_list: return show_list("/api/combos", "combos", {"NAME", "STRATEGY", "ACTIVE", "TARGETS"}, combo_row);
    case Verb::combo_get: return get_combo();
    case Verb::combo_remove: return done(ask(channel_, "DELETE", "/api/combos/" + encoded(which)), "Removed the combo " + which + ".");
    case Verb::combo_test: return test_combo();
    case Verb::combo_defaults: return combo_defaults();
    case Verb::route: return route();
    case Verb::why: return why();
    case Verb::replay: return replay();
    case Verb::alias_set:
      return done(send("PUT", "/api/models/alias", Json{{"alias", which}, {"model", with_.target}}),
                  which + " stands for " + with_.target + ".");
    case Verb::alias_list: return list_aliases();
    case Verb::alias_remove:
      return done(ask(channel_, "DELETE", "/api/models/alias?alias=" + encoded(which)), "Removed the alias " + which + ".");
    case Verb::wildcard_set: return change_wildcards(false);
    case Verb::wildcard_list: return show_list("/api/models/wildcards", "wildcardAliases", {"PATTERN", "TARGET"}, wildcard_row);
    case Verb::wildcard_remove: return change_wildcards(true);
    case Verb::model_add: return add_model();
    case Verb::model_list:
      return show_list("/api/provider-models", "models", {"PROVIDER", "MODEL", "NAME", "CONTEXT", "$/M INPUT"}, model_row);
    case Verb::model_remove:
      return done(ask(channel_, "DELETE", "/api/provider-models?provider=" + encoded(with_.provider) + "&model=" + encoded(which)),
                  "Removed the model " + which + ".");
    case Verb::resilience_show: return show_resilience();
    case Verb::resilience_reset: {
      const Json body = which.empty() ? Json::object() : Json{{"name", which}};
      return done(send("POST", "/api/resilience/reset", body), "The circuit breakers are closed.");
    }
    case Verb::resilience_clear: return clear_rests();
    case Verb::policy_list: return list_policies();
    case Verb::policy_unlock:
      return done(send("POST", "/api/policies", Json{{"action", "unlock"}, {"identifier", which}}), "Unlocked " + which + ".");
    case Verb::quota_list: return quotas();
    case Verb::account_list:
      return show_list("/api/rate-limits", "connections", {"CONNECTION", "LIMITED", "A MINUTE", "GAP MS", "AT ONCE", "RUNNING", "WAITING"},
                       account_row);
    case Verb::account_set: return set_account();
    default: return Error(ErrorKind::internal, "This command is none of the router's.");
  }
}

}  // namespace

Result<Output> run_router_command(const Arguments& arguments, Channel& channel) { return RouterCommand(arguments, channel).run(); }

}  // namespace omniroute::app
