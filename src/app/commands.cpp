#include "commands.hpp"

#include <fstream>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "doctor.hpp"
#include "omniroute/config/settings.hpp"
#include "omniroute/http/url.hpp"
#include "omniroute/services/gateway_file.hpp"
#include "portable_commands.hpp"
#include "request.hpp"
#include "router_commands.hpp"
#include "table.hpp"
#include "terminal.hpp"

namespace omniroute::app {
namespace {

std::string yes_no(const Json& json, const char* member) { return text_of(json, member) == "true" ? "yes" : "no"; }

/// "inference, read"
std::string joined(const Json& list) {
  std::string text;
  for (const Json& item : list) text += (text.empty() ? "" : ", ") + item.get<std::string>();
  return text;
}

/// One command under way.
class Command {
 public:
  Command(const Arguments& arguments, const config::Environment& environment, Channel& channel)
      : arguments_(arguments), environment_(environment), channel_(channel) {}

  Result<Output> run();

 private:
  Result<Json> ask(std::string_view method, const std::string& path) { return app::ask(channel_, method, path); }
  Result<Json> ask(std::string_view method, const std::string& path, const Json& body) { return app::ask(channel_, method, path, body); }
  Result<Json> pick(const std::string& path, const char* list, std::initializer_list<const char*> members, const char* what) {
    return app::pick(channel_, path, list, members, arguments_.which, what);
  }
  Result<Output> show_list(const std::string& path, const char* list, const std::vector<std::string>& titles,
                           std::vector<std::string> (*row)(const Json&));
  Result<Output> remove(const std::string& path, const char* list, std::initializer_list<const char*> members, const char* what);
  Output say(const Json& json, std::string text) const { return {0, arguments_.json ? dump(json) : std::move(text)}; }
  Status put_credentials(Json& body);

  Result<Output> create_key();
  Result<Output> set_key();
  Result<Output> rotate_key();
  Result<Output> end_session();
  Result<Output> list_audit();
  Result<Output> list_egress();
  Result<Output> call_api();
  Result<Output> export_config();
  Result<Output> apply_config();
  Result<Output> say_changes(const Json& done);
  Result<Output> backup_action();
  Result<Output> doctor();
  void put_limits(Json& body) const;
  Result<Output> add_node();
  Result<Output> test_node();
  Result<Output> add_provider();
  Result<Output> test_provider();
  Result<Output> set_password();
  Result<Output> set_setting();
  Result<Output> health();
  Result<Output> new_key(const Json& made, const std::string& sentence);

  const Arguments& arguments_;
  const config::Environment& environment_;
  Channel& channel_;
};

Result<Output> Command::show_list(const std::string& path, const char* list, const std::vector<std::string>& titles,
                                  std::vector<std::string> (*row)(const Json&)) {
  Result<Json> all = ask("GET", path);
  if (!all) return std::move(all).error();
  Table table(titles);
  for (const Json& entry : all->at(list)) table.add(row(entry));
  return say(*all, table.text());
}

Result<Output> Command::remove(const std::string& path, const char* list, std::initializer_list<const char*> members, const char* what) {
  Result<Json> found = pick(path, list, members, what);
  if (!found) return std::move(found).error();
  Result<Json> done = ask("DELETE", path + "/" + text_of(*found, "id"));
  if (!done) return std::move(done).error();
  return say(*done, std::string("Removed the ") + what + " " + arguments_.which + ".\n");
}

Status Command::put_credentials(Json& body) {
  if (!arguments_.api_key.empty()) {
    Result<Secret> key = secret_option("--api-key", arguments_.api_key, environment_);
    if (!key) return std::move(key).error();
    body["apiKey"] = key->reveal();
  }
  if (arguments_.no_key) body["authType"] = "none";
  if (!arguments_.proxy.empty()) {
    Result<Secret> proxy = secret_option("--proxy", arguments_.proxy, environment_);
    if (!proxy) return std::move(proxy).error();
    body["proxy"] = proxy->reveal();
  }
  return {};
}

Result<Output> Command::new_key(const Json& made, const std::string& sentence) {
  Json shown;
  for (const char* member : {"id", "name", "key"}) shown[member] = made.at(member);
  return say(shown, sentence + " It is shown this once:\n" + text_of(made, "key") + "\n");
}

Result<Output> Command::create_key() {
  Json body{{"name", arguments_.name}};
  if (!arguments_.scopes.empty()) body["scopes"] = arguments_.scopes;
  put_limits(body);
  Result<Json> made = ask("POST", "/api/keys", body);
  if (!made) return std::move(made).error();
  return new_key(*made, "Made the key " + arguments_.name + ".");
}

void Command::put_limits(Json& body) const {
  if (arguments_.expires) body["expiresAt"] = *arguments_.expires == "never" ? Json(nullptr) : Json(*arguments_.expires);
  if (arguments_.models) body["allowedModels"] = *arguments_.models;
  if (arguments_.requests_per_minute) body["requestsPerMinute"] = *arguments_.requests_per_minute;
  if (arguments_.tokens_per_minute) body["tokensPerMinute"] = *arguments_.tokens_per_minute;
  if (arguments_.daily_budget) body["dailyBudgetUsd"] = *arguments_.daily_budget;
  if (arguments_.monthly_budget) body["monthlyBudgetUsd"] = *arguments_.monthly_budget;
}

Result<Output> Command::set_key() {
  Result<Json> found = pick("/api/keys", "keys", {"name"}, "key");
  if (!found) return std::move(found).error();
  Json body = Json::object();
  if (!arguments_.scopes.empty()) body["scopes"] = arguments_.scopes;
  if (arguments_.active) body["isActive"] = *arguments_.active;
  put_limits(body);
  Result<Json> changed = ask("PATCH", "/api/keys/" + text_of(*found, "id"), body);
  if (!changed) return std::move(changed).error();
  return say(*changed, "Changed the key " + text_of(*changed, "name") + ".\n");
}

Result<Output> Command::end_session() {
  Result<Json> done = ask("DELETE", arguments_.which == "all" ? "/api/sessions" : "/api/sessions/" + arguments_.which);
  if (!done) return std::move(done).error();
  return say(*done, arguments_.which == "all" ? "Every session has ended.\n" : "The session has ended.\n");
}

Result<Output> Command::list_egress() {
  std::string path = "/api/usage/proxy-logs?limit=" + std::to_string(arguments_.limit == 0 ? 50 : arguments_.limit);
  if (arguments_.value) path += "&status=" + http::percent_encode(*arguments_.value);
  Result<Json> page = ask("GET", path);
  if (!page) return std::move(page).error();
  Table table({"TIME", "HOST", "ADDRESS", "THROUGH", "STATE", "MS", "SENT", "RECEIVED", "REASON"});
  for (const Json& entry : page->at("entries"))
    table.add({text_of(entry, "time"), text_of(entry, "host") + ":" + text_of(entry, "port"), text_of(entry, "address"),
               text_of(entry, "proxy"), text_of(entry, "state"), text_of(entry, "connectMs"), text_of(entry, "sentBytes"),
               text_of(entry, "receivedBytes"), text_of(entry, "reason")});
  return say(*page, table.text());
}

Result<Output> Command::list_audit() {
  Result<Json> page = ask("GET", "/api/compliance/audit-log?limit=" + std::to_string(arguments_.limit == 0 ? 50 : arguments_.limit));
  if (!page) return std::move(page).error();
  Table table({"TIME", "WHO", "FROM", "DID", "TO"});
  for (const Json& row : page->at("items"))
    table.add({text_of(row, "time"), text_of(row, "actor"), text_of(row, "address"), text_of(row, "action"), text_of(row, "target")});
  return say(*page, table.text());
}

Result<Output> Command::export_config() {
  Result<Answer> answer = channel_.ask("GET", "/api/config/export", "");
  if (!answer) return std::move(answer).error();
  if (answer->status != 200) return Error(ErrorKind::internal, "The configuration could not be exported: " + answer->body);
  return Output{0, answer->body};
}

Result<Output> Command::apply_config() {
  std::string yaml;
  if (arguments_.file == "-") {
    yaml.assign(std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>());
  } else {
    std::ifstream file(arguments_.file, std::ios::binary);
    if (!file) return Error(ErrorKind::not_found, "The file " + arguments_.file + " cannot be read.");
    yaml.assign(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  const auto named = [this](Error error) {
    error.message = arguments_.file + ": " + error.message;
    return error;
  };
  Result<services::References> references = services::resolve_references(yaml, environment_);
  if (!references) return named(std::move(references).error());
  const bool dry_run = arguments_.verb != Verb::config_apply || arguments_.dry_run;
  Json body{{"yaml", yaml}, {"prune", arguments_.prune}, {"dryRun", dry_run}, {"references", Json::object()}};
  for (const auto& [name, value] : *references) body["references"][name] = value.reveal();
  Result<Json> done = ask("POST", "/api/config/apply", body);
  if (!done) return named(std::move(done).error());
  if (arguments_.verb == Verb::config_validate) return say(*done, arguments_.file + " is fine.\n");
  return say_changes(*done);
}

Result<Output> Command::say_changes(const Json& done) {
  std::string text;
  for (const Json& change : done.at("changes")) {
    std::string sign = "~ ";
    if (change["action"] == "create") sign = "+ ";
    if (change["action"] == "remove") sign = "- ";
    const std::string fields = joined(change.at("fields"));
    text += sign + text_of(change, "kind") + " " + text_of(change, "name") + (fields.empty() ? "" : " (" + fields + ")") + "\n";
  }
  const bool nothing = text.empty();
  if (nothing) text = "Nothing differs.\n";
  for (const Json& key : done.at("newKeys"))
    if (!text_of(key, "key").empty()) text += "The key " + text_of(key, "name") + " is shown this once:\n" + text_of(key, "key") + "\n";
  Output output = say(done, std::move(text));
  if (arguments_.verb == Verb::config_diff && !nothing) output.code = 2;
  return output;
}

Result<Output> Command::backup_action() {
  if (arguments_.verb == Verb::backup_create) {
    Result<Json> made = ask("PUT", "/api/db-backups", Json::object());
    if (!made) return std::move(made).error();
    return say(*made, "Made " + text_of(*made, "id") + " (" + text_of(*made, "size") + " bytes).\n");
  }
  if (arguments_.verb == Verb::backup_remove) {
    Result<Json> done = ask("DELETE", "/api/db-backups/" + arguments_.which);
    if (!done) return std::move(done).error();
    return say(*done, "Removed " + arguments_.which + ".\n");
  }
  const bool restore = arguments_.verb == Verb::backup_restore;
  Result<Json> done = restore ? ask("POST", "/api/db-backups", Json{{"backupId", arguments_.which}})
                              : ask("POST", "/api/db-backups/" + arguments_.which + "/verify", Json::object());
  if (!done) return std::move(done).error();
  return say(*done, std::string(restore ? "Restored " : "Whole: ") + arguments_.which + " with " + text_of(*done, "connectionCount") +
                        " connections, " + text_of(*done, "nodeCount") + " nodes and " + text_of(*done, "keyCount") + " keys.\n");
}

Result<Output> Command::doctor() {
  Json all = Json::array();
  Table table({"", "WHAT", "FOUND"});
  int code = 0;
  for (const Finding& finding : examine(arguments_.data_dir, environment_, channel_)) {
    const char* state = finding.state == Finding::State::ok ? "ok" : finding.state == Finding::State::warn ? "warn" : "BAD";
    if (finding.state == Finding::State::bad) code = 1;
    table.add({state, finding.what, finding.words});
    all.push_back(Json{{"state", state}, {"what", finding.what}, {"found", finding.words}});
  }
  Output output = say(Json{{"findings", std::move(all)}}, table.text());
  output.code = code;
  return output;
}

Result<Output> Command::call_api() {
  std::string body;
  if (arguments_.value) {
    body = *arguments_.value;
    if (body == "-") body.assign(std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>());
  }
  Result<Answer> answer = channel_.ask(arguments_.method, arguments_.path, std::move(body));
  if (!answer) return std::move(answer).error();
  return Output{answer->status < 400 ? 0 : 1, answer->body + "\n"};
}

Result<Output> Command::rotate_key() {
  Result<Json> found = pick("/api/keys", "keys", {"name"}, "key");
  if (!found) return std::move(found).error();
  Result<Json> made = ask("POST", "/api/keys/" + text_of(*found, "id") + "/rotate", Json{{"graceSeconds", arguments_.grace_seconds}});
  if (!made) return std::move(made).error();
  return new_key(*made, "The key " + text_of(*made, "name") + " has a new text.");
}

Result<Output> Command::add_node() {
  Json body{{"prefix", arguments_.prefix},
            {"name", arguments_.name.empty() ? arguments_.prefix : arguments_.name},
            {"baseUrl", arguments_.base_url}};
  if (!arguments_.type.empty()) body["type"] = arguments_.type;
  if (!arguments_.ca_file.empty()) body["caFile"] = arguments_.ca_file;
  if (Status fine = put_credentials(body); !fine) return std::move(fine).error();
  Result<Json> made = ask("POST", "/api/provider-nodes", body);
  if (!made) return std::move(made).error();
  const bool connected = made->contains("connection");
  return say(*made, "Added the node " + arguments_.prefix + (connected ? " and its first connection" : "") + ". Its models are " +
                        arguments_.prefix + "/<model>.\n");
}

Result<Output> Command::test_node() {
  Result<Json> node = pick("/api/provider-nodes", "nodes", {"prefix", "name"}, "node");
  if (!node) return std::move(node).error();
  Result<Json> all = ask("GET", "/api/providers");
  if (!all) return std::move(all).error();
  Json results = Json::array();
  bool valid = true;
  Table table({"CONNECTION", "VALID", "MESSAGE"});
  for (const Json& connection : all->at("connections")) {
    if (text_of(connection, "provider") != text_of(*node, "id")) continue;
    Result<Json> result = ask("POST", "/api/providers/" + text_of(connection, "id") + "/test", Json::object());
    if (!result) return std::move(result).error();
    valid = valid && text_of(*result, "valid") == "true";
    table.add({text_of(connection, "name"), yes_no(*result, "valid"), text_of(*result, "message")});
    results.push_back(*std::move(result));
  }
  if (results.empty()) return Error(ErrorKind::not_found, "The node " + arguments_.which + " has no connection to test with.");
  const Json shown{{"id", node->at("id")}, {"prefix", node->at("prefix")}, {"valid", valid}, {"results", std::move(results)}};
  Output output = say(shown, table.text());
  output.code = valid ? 0 : 1;
  return output;
}

Result<Output> Command::add_provider() {
  Json body{{"provider", arguments_.provider}};
  if (!arguments_.name.empty()) body["name"] = arguments_.name;
  if (!arguments_.default_model.empty()) body["defaultModel"] = arguments_.default_model;
  if (Status fine = put_credentials(body); !fine) return std::move(fine).error();
  Result<Json> made = ask("POST", "/api/providers", body);
  if (!made) return std::move(made).error();
  return say(*made, "Added the connection " + text_of(*made, "name") + " of " + arguments_.provider + ".\n");
}

Result<Output> Command::test_provider() {
  Result<Json> found = pick("/api/providers", "connections", {"name"}, "connection");
  if (!found) return std::move(found).error();
  Result<Json> result = ask("POST", "/api/providers/" + text_of(*found, "id") + "/test", Json::object());
  if (!result) return std::move(result).error();
  Output output = say(*result, text_of(*result, "message") + " (" + text_of(*result, "latency") + " ms)\n");
  output.code = text_of(*result, "valid") == "true" ? 0 : 1;
  return output;
}

Result<Output> Command::set_password() {
  Result<Secret> password = arguments_.from_stdin ? read_secret_line() : ask_secret("New dashboard password: ");
  if (!password) return std::move(password).error();
  if (!arguments_.from_stdin) {
    Result<Secret> again = ask_secret("The same again: ");
    if (!again) return std::move(again).error();
    if (again->reveal() != password->reveal()) return Error(ErrorKind::bad_request, "The two passwords differ. Nothing has changed.");
  }
  Result<Json> done = ask("POST", "/api/auth/password", Json{{"newPassword", password->reveal()}});
  if (!done) return std::move(done).error();
  return say(*done, "The password is set; every session has ended.\n");
}

Result<Output> Command::set_setting() {
  Json body = Json::object();
  body[arguments_.which] = nullptr;
  if (arguments_.value) {
    const config::SettingInfo* info = config::find_setting(arguments_.which);
    config::Settings parsed;
    if (info == nullptr)
      return Error(ErrorKind::bad_request, "There is no setting " + arguments_.which + ". 'omniroute settings list' shows all.");
    if (Status fits = config::set_from_text(parsed, arguments_.which, *arguments_.value); !fits) return std::move(fits).error();
    // What is secret goes as it came: its JSON form here would be the one for showing.
    const bool secret = config::is_secret(info->kind);
    body[arguments_.which] = secret ? Json(*arguments_.value) : Json::parse(config::to_json(parsed, arguments_.which));
  }
  Result<Json> all = ask("PATCH", "/api/settings", body);
  if (!all) return std::move(all).error();
  for (const Json& row : all->at("settings")) {
    if (text_of(row, "key") != arguments_.which) continue;
    const bool overridden = text_of(row, "source") == "environment";
    return say(row,
               arguments_.which + " = " + text_of(row, "value") + (overridden ? " (the environment overrides what is stored)" : "") + "\n");
  }
  return Error(ErrorKind::internal, "The management API did not show the setting " + arguments_.which + ".");
}

Result<Output> Command::health() {
  Result<Json> health = ask("GET", "/api/monitoring/health");
  if (!health) return Error(ErrorKind::not_found, "No gateway answers: " + health.error().message);
  return say(*health,
             text_of(*health, "status") + ": version " + text_of(*health, "version") + ", up for " + text_of(*health, "uptime") + " s\n");
}

std::vector<std::string> key_row(const Json& key) {
  return {text_of(key, "name"),    text_of(key, "hint"),      joined(key.at("scopes")),
          yes_no(key, "isActive"), text_of(key, "createdAt"), text_of(key, "id")};
}

std::vector<std::string> backup_row(const Json& backup) {
  return {text_of(backup, "id"), text_of(backup, "createdAt"), text_of(backup, "size"), text_of(backup, "reason")};
}

std::vector<std::string> session_row(const Json& session) {
  return {text_of(session, "id"), text_of(session, "address"), text_of(session, "createdAt"), text_of(session, "lastSeenAt"),
          text_of(session, "browser")};
}

std::vector<std::string> node_row(const Json& node) {
  return {text_of(node, "prefix"), text_of(node, "name"), text_of(node, "type"), text_of(node, "baseUrl"), text_of(node, "id")};
}

std::vector<std::string> connection_row(const Json& connection) {
  return {text_of(connection, "name"),    text_of(connection, "providerName"), text_of(connection, "apiKeyHint"),
          yes_no(connection, "isActive"), text_of(connection, "testStatus"),   text_of(connection, "id")};
}

std::vector<std::string> setting_row(const Json& setting) {
  return {text_of(setting, "key"), text_of(setting, "value"), text_of(setting, "source"), text_of(setting, "help")};
}

Result<Output> Command::run() {
  switch (arguments_.verb) {
    case Verb::serve:
    case Verb::translate: break;
    case Verb::key_create: return create_key();
    case Verb::key_list: return show_list("/api/keys", "keys", {"NAME", "KEY", "SCOPES", "ACTIVE", "MADE", "ID"}, key_row);
    case Verb::key_set: return set_key();
    case Verb::key_rotate: return rotate_key();
    case Verb::key_remove: return remove("/api/keys", "keys", {"name"}, "key");
    case Verb::node_add: return add_node();
    case Verb::node_list: return show_list("/api/provider-nodes", "nodes", {"PREFIX", "NAME", "TYPE", "BASE URL", "ID"}, node_row);
    case Verb::node_test: return test_node();
    case Verb::node_remove: return remove("/api/provider-nodes", "nodes", {"prefix", "name"}, "node");
    case Verb::provider_add: return add_provider();
    case Verb::provider_list:
      return show_list("/api/providers", "connections", {"NAME", "PROVIDER", "KEY", "ACTIVE", "LAST TEST", "ID"}, connection_row);
    case Verb::provider_test: return test_provider();
    case Verb::provider_remove: return remove("/api/providers", "connections", {"name"}, "connection");
    case Verb::password_set: return set_password();
    case Verb::settings_list: return show_list("/api/settings", "settings", {"SETTING", "VALUE", "SOURCE", "WHAT IT IS"}, setting_row);
    case Verb::settings_set: return set_setting();
    case Verb::session_list: return show_list("/api/sessions", "sessions", {"ID", "FROM", "SINCE", "LAST SEEN", "BROWSER"}, session_row);
    case Verb::session_end: return end_session();
    case Verb::audit_list: return list_audit();
    case Verb::egress_list: return list_egress();
    case Verb::call_api: return call_api();
    case Verb::config_export: return export_config();
    case Verb::config_diff:
    case Verb::config_validate:
    case Verb::config_apply: return apply_config();
    case Verb::backup_list: return show_list("/api/db-backups", "backups", {"NAME", "MADE", "BYTES", "WHY"}, backup_row);
    case Verb::backup_create:
    case Verb::backup_verify:
    case Verb::backup_restore:
    case Verb::backup_remove: return backup_action();
    case Verb::backup_export:
    case Verb::backup_import:
    case Verb::import_foreign: return run_portable_command(arguments_, environment_, channel_);
    case Verb::doctor: return doctor();
    case Verb::service_install:
    case Verb::service_uninstall: break;
    case Verb::health: return health();
    default: return run_router_command(arguments_, channel_);
  }
  return Error(ErrorKind::internal, "This command is no request to the management API.");
}

}  // namespace

Result<Output> run_command(const Arguments& arguments, const config::Environment& environment, Channel& channel) {
  return Command(arguments, environment, channel).run();
}

}  // namespace omniroute::app
