#include "arguments.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <array>
#include <cstring>

namespace omniroute::app {
namespace {

constexpr std::array<std::string_view, 3> secret_options{"--api-key", "--key", "--proxy"};
constexpr const char* key_help =
    "The key; '-' reads it from stdin and 'env:NAME' from that variable, so that no list of processes shows it";

/// Builds the grammar: one function a group of commands, each command sets its verb when it is met.
class Grammar {
 public:
  Grammar(Arguments& into, std::string_view version) : into_(into), app_("One endpoint in front of every AI model.", "omniroute") {
    app_.fallthrough();
    app_.set_version_flag("-v,--version", "omniroute " + std::string(version), "Print the version");
    app_.add_option("--data-dir", into_.data_dir, "Where everything is kept (DATA_DIR; default ~/.omniroute)");
    serve_options(app_);
    serve_options(*app_.add_subcommand("serve", "Start the gateway; also without a command"));
    keys();
    nodes();
    providers();
    files();
    tools();
    rest();
    translation();
    add_router_commands(app_, into_);
  }

  CLI::App& app() { return app_; }

 private:
  CLI::App& group(const char* name, const char* about) {
    CLI::App& group = *app_.add_subcommand(name, about);
    group.fallthrough();
    group.require_subcommand(1);
    return group;
  }

  CLI::App& command(CLI::App& group, const char* name, const char* about, Verb verb) {
    CLI::App& command = *group.add_subcommand(name, about);
    command.fallthrough();
    command.add_flag("--json", into_.json, "Print JSON");
    command.callback([this, verb] { into_.verb = verb; });
    return command;
  }

  void which(CLI::App& command, const char* about) { command.add_option("which", into_.which, about)->required(); }

  void serve_options(CLI::App& app) {
    app.add_option("--port", into_.port, "Port to listen on (OMNIROUTE_PORT, PORT; default 20128)");
    app.add_option("--host", into_.host, "Address to bind (OMNIROUTE_HOST; default 127.0.0.1)");
    app.add_option("--log-level", into_.log_level, "trace, debug, info, warn, error or off (LOG_LEVEL; default info)");
    app.add_option("--web-dir", into_.web_dir, "Serve the dashboard from this folder, for work on it; only on loopback");
    app.add_option("--tls-cert", into_.tls_cert,
                   "Speak TLS with this certificate chain (PEM; OMNIROUTE_TLS_CERT); taken anew when it changes");
    app.add_option("--tls-key", into_.tls_key, "Its key (PEM, without a passphrase; OMNIROUTE_TLS_KEY)");
    app.add_flag("--no-open", into_.no_open, "Do not open a browser");
    app.add_option("--config", into_.config_file, "A configuration file to apply at the start, at SIGHUP and when it changes");
  }

  void keys() {
    CLI::App& key = group("key", "Keys that clients present to the gateway");
    CLI::App& create = command(key, "create", "Make a key; its text is shown this once", Verb::key_create);
    create.add_option("--name", into_.name, "What the key is for")->required();
    create.add_option("--scope", into_.scopes, "inference, read or admin; may be given several times (default inference)");
    key_limits(create);
    CLI::App& set = command(key, "set", "Change what a key may do and spend", Verb::key_set);
    which(set, "The key's id or name");
    set.add_option("--scope", into_.scopes, "inference, read or admin; may be given several times");
    set.add_flag_callback(
        "--on", [this] { into_.active = true; }, "Switch it on");
    set.add_flag_callback(
        "--off", [this] { into_.active = false; }, "Switch it off");
    key_limits(set);
    command(key, "list", "Show all keys", Verb::key_list);
    CLI::App& rotate = command(key, "rotate", "Give a key a new text", Verb::key_rotate);
    which(rotate, "The key's id or name");
    rotate.add_option("--grace", into_.grace_seconds, "Seconds that the old text still counts (default 0, at most 30 days)");
    which(command(key, "remove", "Remove a key", Verb::key_remove), "The key's id or name");
  }

  void key_limits(CLI::App& command) {
    command.add_option("--expires", into_.expires, "When it ends: 2027-01-31T12:00:00Z, or 'never'");
    command.add_option("--model", into_.models,
                       "A model it may use, or a pattern such as openai/*; may be given several times (default all)");
    command.add_option("--rpm", into_.requests_per_minute, "Requests a minute; 0 = no limit");
    command.add_option("--tpm", into_.tokens_per_minute, "Tokens a minute; 0 = no limit");
    command.add_option("--daily-budget", into_.daily_budget, "US dollars a day; 0 = no limit");
    command.add_option("--monthly-budget", into_.monthly_budget, "US dollars a month; 0 = no limit");
  }

  void nodes() {
    CLI::App& node = group("node", "Providers of your own, that speak a known format");
    CLI::App& add = command(node, "add", "Add a node and, with a key, its first connection", Verb::node_add);
    add.add_option("--prefix", into_.prefix, "What stands before the slash in a model's name")->required();
    add.add_option("--name", into_.name, "A name for people (default: the prefix)");
    add.add_option("--type", into_.type, "openai, anthropic, responses or gemini (default openai)");
    add.add_option("--base-url", into_.base_url, "Address up to and with the version, such as http://127.0.0.1:11434/v1")->required();
    add.add_option("--api-key", into_.api_key, key_help);
    add.add_flag("--no-key", into_.no_key, "The endpoint asks for no key");
    add.add_option("--proxy", into_.proxy, "Egress proxy for its connection (http, https, socks5)");
    add.add_option("--ca-file", into_.ca_file, "PEM file of further trusted roots");
    command(node, "list", "Show all nodes", Verb::node_list);
    which(command(node, "test", "Ask the node with each of its connections", Verb::node_test), "The node's id or prefix");
    which(command(node, "remove", "Remove a node and its connections", Verb::node_remove), "The node's id or prefix");
  }

  void providers() {
    CLI::App& provider = group("provider", "Connections: your accounts with providers");
    CLI::App& add = command(provider, "add", "Add a connection", Verb::provider_add);
    add.add_option("--provider", into_.provider, "The provider's id or alias, or a node's prefix")->required();
    add.add_option("--api-key", into_.api_key, key_help);
    add.add_option("--name", into_.name, "A name for people");
    add.add_option("--default-model", into_.default_model, "The model that tests ask");
    add.add_option("--proxy", into_.proxy, "Egress proxy for this connection (http, https, socks5)");
    command(provider, "list", "Show all connections", Verb::provider_list);
    which(command(provider, "test", "Ask the provider with a connection", Verb::provider_test), "The connection's id or name");
    which(command(provider, "remove", "Remove a connection", Verb::provider_remove), "The connection's id or name");
  }

  void files() {
    command(app_, "export", "Print the configuration as one YAML file, without credentials", Verb::config_export);
    const auto file = [this](CLI::App& command) {
      command.add_option("file", into_.file, "The YAML file; '-' reads it from stdin")->required();
      command.add_flag("--prune", into_.prune, "Also remove what the file does not mention, in the sections that it has");
    };
    file(command(app_, "diff", "Show what a configuration file would change (exit code 2 if anything)", Verb::config_diff));
    file(command(app_, "validate", "Check a configuration file", Verb::config_validate));
    CLI::App& apply = command(app_, "apply", "Apply a configuration file, all or nothing", Verb::config_apply);
    file(apply);
    apply.add_flag("--dry-run", into_.dry_run, "Do everything but keep it");
    CLI::App& import = command(app_, "import", "Take over the configuration of another gateway", Verb::import_foreign);
    import.add_option("file", into_.file, "OmniRoute's storage.sqlite, or 9router's db.json")->required();
    import.add_option("--from", into_.from, "omniroute or 9router")->required();
    import.add_flag("--dry-run", into_.dry_run, "Only show what would be made, and what cannot be carried over");
    import.add_option("--key-from", into_.key_from,
                      "Where its STORAGE_ENCRYPTION_KEY is, if it had one: env:NAME, file:PATH or - (a line of stdin)");
    CLI::App& backup = group("backup", "Copies of the configuration");
    command(backup, "list", "Show all copies", Verb::backup_list);
    command(backup, "create", "Make a copy", Verb::backup_create);
    which(command(backup, "verify", "Read a copy as a whole", Verb::backup_verify), "Its name");
    which(command(backup, "restore", "Put a copy in place of the present configuration, which is copied first", Verb::backup_restore),
          "Its name");
    which(command(backup, "remove", "Remove a copy", Verb::backup_remove), "Its name");
    CLI::App& out =
        command(backup, "export", "Write everything, credentials included, into one file under a passphrase", Verb::backup_export);
    out.add_option("file", into_.file, "The file to write; it must not be there yet")->required();
    CLI::App& in =
        command(backup, "import", "Take such a file in, in place of the present configuration, which is copied first", Verb::backup_import);
    in.add_option("file", into_.file, "The file that 'backup export' wrote")->required();
    in.add_flag("--dry-run", into_.dry_run, "Open and check it, but change nothing");
    for (CLI::App* sealed : {&out, &in})
      sealed->add_option("--passphrase-from", into_.passphrase_from, "env:NAME, file:PATH or - (a line of stdin); else it is asked for");
    command(app_, "doctor", "Look at everything that usually goes wrong", Verb::doctor);
    CLI::App& service = group("service", "OmniRoute as a service of systemd");
    CLI::App& install = command(service, "install", "Write the unit file", Verb::service_install);
    install.add_flag("--socket", into_.with_socket,
                     "Also a socket unit: systemd listens on --host and --port, and starts the gateway when one calls");
    install.add_option("--key-file", into_.key_file, "A file with the STORAGE_ENCRYPTION_KEY, handed over as a credential of systemd");
    command(service, "uninstall", "Remove it", Verb::service_uninstall);
  }

  void tools() {
    CLI::App& setup = command(app_, "setup", "Point a coding tool on this machine at the gateway; its files are copied first", Verb::setup);
    setup.add_option("tool", into_.which, "claude, codex, openclaw, cline, kilo, opencode, droid, continue ...; none shows all");
    setup.add_flag("--list", into_.list, "Show every tool and where it points");
    setup.add_option("--url", into_.base_url, "The gateway's address (default http://127.0.0.1 and its port)");
    setup.add_option("--key", into_.api_key, "The key; '-' reads it from stdin, 'env:NAME' from that variable (default: one is made)");
    setup.add_option("--model", into_.models, "A model or combo, or SLOT=MODEL such as opus=my-combo; may be given several times");
    setup.add_flag("--dry-run", into_.dry_run, "Only show what would change");
    setup.add_flag("--snippet", into_.snippet, "Print the text to put there by hand");
    setup.add_flag("--undo", into_.undo, "Put back what stood there before");
    setup.add_flag("--remove", into_.remove, "Take out what is ours and leave the rest as it is now");
    setup.add_flag("--force", into_.force, "With --undo: although the file was changed since");
  }

  void rest() {
    CLI::App& set = command(group("password", "The dashboard's password"), "set", "Set it, without the old one", Verb::password_set);
    set.add_flag("--stdin", into_.from_stdin, "Read it from stdin instead of asking");
    CLI::App& settings = group("settings", "What may be chosen");
    command(settings, "list", "Show all settings", Verb::settings_list);
    CLI::App& change = command(settings, "set", "Change a setting", Verb::settings_set);
    change.add_option("key", into_.which, "Its name")->required();
    CLI::Option* value = change.add_option_function<std::string>(
        "value", [this](const std::string& text) { into_.value = text; }, "Its new value; lists are separated by commas");
    change.add_flag("--default", into_.to_default, "Back to the default")->excludes(value);
    CLI::App& session = group("session", "Logins of the dashboard");
    command(session, "list", "Show all sessions", Verb::session_list);
    CLI::App& end = command(session, "end", "End a session", Verb::session_end);
    end.add_option("which", into_.which, "Its id, or 'all'")->required();
    CLI::App& egress = command(app_, "egress", "Whom the gateway connected to, and what became of it", Verb::egress_list);
    egress.add_option("--limit", into_.limit, "So many lines (default 50)");
    egress.add_option_function<std::string>(
        "--status", [this](const std::string& word) { into_.value = word; }, "Only these: ok, error, refused, failed, open or closed");
    CLI::App& audit = command(app_, "audit", "Who changed what", Verb::audit_list);
    audit.add_option("--limit", into_.limit, "So many lines (default 50)");
    CLI::App& api = command(app_, "api", "Any call of the management API, on this machine; prints the answer", Verb::call_api);
    api.add_option("method", into_.method, "GET, POST, PUT, PATCH or DELETE")->required();
    api.add_option("path", into_.path, "/api/…")->required();
    api.add_option_function<std::string>(
        "body", [this](const std::string& text) { into_.value = text; }, "JSON; '-' reads it from stdin");
    command(app_, "health", "Whether the gateway runs (exit code 0) or not (1)", Verb::health);
  }

  // What is said wrongly is answered by the command itself, as JSON like its other errors.
  void translation() {
    CLI::App& translate =
        command(app_, "translate", "Translate a request, an answer, a stream or an error from stdin to stdout", Verb::translate);
    translate.add_option("--what", into_.what, "request, response, stream (server-sent events) or error");
    translate.add_option("--from", into_.from, "openai-chat, openai-responses, anthropic or gemini");
    translate.add_option("--to", into_.to, "The format to write, one of the same");
    translate.add_option("--model", into_.model, "The model's name: sent in requests, and in answers that name none");
    translate.add_option("--status", into_.status, "Errors: the HTTP status that came with the body");
    translate.add_option("--report", into_.report, "A file for what was lost on the way, as JSON");
  }

  Arguments& into_;
  CLI::App app_;
};

}  // namespace

std::variant<Arguments, Stop> read_arguments(std::vector<std::string> words, std::string_view version) {
  Arguments arguments;
  Grammar grammar(arguments, version);
  std::reverse(words.begin(), words.end());  // CLI11 takes them from the back
  try {
    grammar.app().parse(std::move(words));
  } catch (const CLI::CallForHelp&) {
    CLI::App* shown = &grammar.app();
    while (!shown->get_subcommands().empty()) shown = shown->get_subcommands().front();
    return Stop{0, shown->help()};
  } catch (const CLI::CallForVersion& version_text) {
    return Stop{0, std::string(version_text.what()) + "\n"};
  } catch (const CLI::ParseError& wrong) {
    std::string text = wrong.what();
    return Stop{1, "omniroute: " + text.substr(0, text.find('\n')) + " ('omniroute --help' shows what can be said.)\n"};
  }
  if (arguments.verb == Verb::settings_set && !arguments.value && !arguments.to_default)
    return Stop{1, "omniroute: settings set needs a value, or --default.\n"};
  return arguments;
}

void hide_secrets(int count, char** words) noexcept {
  for (int i = 1; i < count; ++i) {
    const std::string_view word = words[i];
    for (const std::string_view option : secret_options) {
      if (word == option && i + 1 < count) std::memset(words[i + 1], '*', std::strlen(words[i + 1]));
      if (word.size() > option.size() && word.starts_with(option) && word[option.size()] == '=')
        std::memset(words[i] + option.size() + 1, '*', word.size() - option.size() - 1);
    }
  }
}

}  // namespace omniroute::app
