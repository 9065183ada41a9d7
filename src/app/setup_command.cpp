#include "setup_command.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "channel.hpp"
#include "omniroute/services/cli_tools.hpp"
#include "request.hpp"
#include "table.hpp"
#include "terminal.hpp"

namespace omniroute::app {
namespace {

/// Stands in a preview for a key that would be made.
constexpr const char* key_to_come = "sk-omr-a-new-key-that-is-made-then";

std::string files_text(const Json& done) {
  std::string text;
  for (const Json& file : done.at("files")) text += "  " + text_of(file, "action") + " " + text_of(file, "path") + "\n";
  return text.empty() ? "  nothing differs\n" : text;
}

class Setup {
 public:
  Setup(const Arguments& arguments, const config::Environment& environment, std::string_view version, std::string own_url)
      : arguments_(arguments),
        environment_(environment),
        version_(version),
        own_url_(std::move(own_url)),
        tools_(services::find_cli_host(environment, true), arguments.data_dir, clock_) {}

  Result<Output> run();

 private:
  Output say(const Json& json, std::string text) const { return {0, arguments_.json ? dump(json) : std::move(text)}; }
  [[nodiscard]] std::string url() const { return arguments_.base_url.empty() ? own_url_ : arguments_.base_url; }
  Output list();
  Result<Json> entry();
  Result<Output> snippet();
  Result<Output> undo();
  Result<Output> write();
  Result<services::CliChoice> choice(const Json& tool);
  Result<Json> ask_gateway(std::string_view method, const std::string& path, const Json& body);

  const Arguments& arguments_;
  const config::Environment& environment_;
  const std::string_view version_;
  const std::string own_url_;
  const SystemClock clock_;
  services::CliTools tools_;
};

Output Setup::list() {
  tools_.detect();
  const services::CliTools::Listed listed = tools_.list(url());
  Table table({"TOOL", "FOUND", "STATE", "POINTS TO", "FILE"});
  for (const Json& tool : listed.json->at("tools")) {
    const std::string version = text_of(tool, "version");
    const std::string found = tool.at("found") == true ? (version.empty() ? "yes" : version) : "no";
    table.add({text_of(tool, "id"), found, text_of(tool, "state"), text_of(tool, "pointsTo"),
               tool.at("files").empty() ? "" : text_of(tool.at("files").front(), "path")});
  }
  return say(*listed.json, table.text());
}

/// What is known of the tool that was named.
Result<Json> Setup::entry() {
  const services::CliTools::Listed listed = tools_.list(url());
  for (const Json& tool : listed.json->at("tools"))
    if (text_of(tool, "id") == arguments_.which) return tool;
  return Error(ErrorKind::not_found, "There is no tool " + arguments_.which + ". 'omniroute setup --list' shows all.");
}

Result<services::CliChoice> Setup::choice(const Json& tool) {
  services::CliChoice choice;
  choice.url = url();
  if (!arguments_.api_key.empty()) {
    Result<Secret> key = secret_option("--key", arguments_.api_key, environment_);
    if (!key) return std::move(key).error();
    choice.key = *std::move(key);
  }
  for (const std::string& text : arguments_.models.value_or(std::vector<std::string>())) {
    const std::size_t equals = text.find('=');
    bool one_slot = false;
    for (const Json& slot : tool.at("slots"))
      if (equals != std::string::npos && text_of(slot, "id") == text.substr(0, equals)) {
        choice.models[text_of(slot, "id")] = text.substr(equals + 1);
        one_slot = true;
      }
    if (one_slot) continue;
    for (const Json& slot : tool.at("slots")) choice.models[text_of(slot, "id")] = text;
  }
  // What is chosen already stays chosen.
  for (const Json& slot : tool.at("slots"))
    if (slot.at("model").is_string()) choice.models.emplace(text_of(slot, "id"), text_of(slot, "model"));
  return choice;
}

Result<Json> Setup::ask_gateway(std::string_view method, const std::string& path, const Json& body) {
  Plan plan;
  plan.data_dir = arguments_.data_dir;
  plan.environment = environment_;
  plan.version = version_;
  Result<std::unique_ptr<Channel>> channel = open_channel(plan);
  if (!channel) return std::move(channel).error();
  return ask(**channel, method, path, body);
}

Result<Output> Setup::snippet() {
  Result<Json> tool = entry();
  if (!tool) return std::move(tool).error();
  Result<services::CliChoice> chosen = choice(*tool);
  if (!chosen) return std::move(chosen).error();
  std::string text;
  for (Json& each : tool->at("snippets")) {
    std::string part = text_of(each, "text");
    for (const auto& [slot, model] : chosen->models) {
      const std::string mark = "<" + slot + ">";
      for (std::size_t at = part.find(mark); at != std::string::npos; at = part.find(mark, at + model.size()))
        part.replace(at, mark.size(), model);
    }
    each["text"] = part;
    const std::string file = text_of(each, "file");
    text += (file.empty() ? "" : "# " + file + "\n") + part;
  }
  return say(Json{{"snippets", tool->at("snippets")}}, std::move(text));
}

Result<Output> Setup::undo() {
  if (arguments_.remove) {
    Result<Json> done = tools_.clear(arguments_.which, url());
    if (!done) return std::move(done).error();
    return say(*done, "Took out of the files of " + arguments_.which + " what was ours:\n" + files_text(*done));
  }
  Result<Json> done = tools_.undo(arguments_.which, arguments_.force);
  if (!done) return std::move(done).error();
  std::string text = "Put back what stood there before:\n" + files_text(*done);
  if (done->at("keyId").is_string()) {
    const Result<Json> removed = ask_gateway("DELETE", "/api/keys/" + text_of(*done, "keyId"), Json::object());
    text += removed ? "The key that was made for it is removed.\n"
                    : "The key that was made for it is still there: " + removed.error().message + "\n";
  }
  return say(*done, std::move(text));
}

Result<Output> Setup::write() {
  Result<Json> tool = entry();
  if (!tool) return std::move(tool).error();
  Result<services::CliChoice> chosen = choice(*tool);
  if (!chosen) return std::move(chosen).error();
  const bool make_key = chosen->key.empty() && tool->at("keyHint").is_null();
  if (make_key) chosen->key = Secret(key_to_come);
  Result<Json> seen = tools_.preview(arguments_.which, *chosen);
  if (!seen) return std::move(seen).error();
  if (arguments_.dry_run) {
    std::string text;
    for (const Json& file : seen->at("files")) text += text_of(file, "action") + " " + text_of(file, "path") + "\n" + text_of(file, "diff");
    return say(*seen, std::move(text));
  }
  std::string key_id;
  if (make_key) {
    Result<Json> made = ask_gateway("POST", "/api/keys", Json{{"name", text_of(*seen, "name")}});
    if (!made) return Error(made.error().kind, "No key was given, and none could be made: " + made.error().message);
    key_id = text_of(*made, "id");
    chosen->key = Secret(text_of(*made, "key"));
  }
  Result<Json> done = tools_.apply(arguments_.which, *chosen, key_id);
  if (!done) {
    if (!key_id.empty())
      if (const Result<Json> removed = ask_gateway("DELETE", "/api/keys/" + key_id, Json::object()); !removed)
        return std::move(done).error();
    return std::move(done).error();
  }
  (*done)["keyMade"] = make_key;
  return say(*done, text_of(*seen, "name") + " now uses " + text_of(*seen, "url") + ":\n" + files_text(*done) + "'omniroute setup " +
                        arguments_.which + " --undo' puts back what stood there.\n");
}

Result<Output> Setup::run() {
  if (arguments_.list || arguments_.which.empty()) return list();
  if (arguments_.undo || arguments_.remove) return undo();
  Result<Json> tool = entry();
  if (!tool) return std::move(tool).error();
  if (arguments_.snippet || tool->at("files").empty()) return snippet();
  return write();
}

}  // namespace

Result<Output> run_setup(const Arguments& arguments, const config::Environment& environment, std::string_view version) {
  Result<std::uint16_t> port = config::listen_port("", environment);
  if (!port) return std::move(port).error();
  return Setup(arguments, environment, version, "http://127.0.0.1:" + std::to_string(*port)).run();
}

}  // namespace omniroute::app
