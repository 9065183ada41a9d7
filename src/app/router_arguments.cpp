#include "router_arguments.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "arguments.hpp"

namespace omniroute::app {
namespace {

class RouterGrammar {
 public:
  RouterGrammar(CLI::App& app, Arguments& into) : app_(app), into_(into), with_(into.router) {}

  void add() {
    combos();
    decisions();
    names();
    models();
    resilience();
    accounts();
    mock();
  }

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
    command.callback([&into = into_, verb] { into.verb = verb; });
    return command;
  }

  void which(CLI::App& command, const char* about) { command.add_option("which", into_.which, about)->required(); }

  void keys(CLI::App& command) {
    command.add_option(
        "--set", with_.keys,
        "KEY=VALUE of the cascade, such as maxRetries=0 or hedgeAfterMs=800; KEY= takes it away. May be given several times");
  }

  void combos() {
    CLI::App& combo = group("combo", "Named, ordered lists of targets that are used like a model");
    CLI::App& set = command(combo, "set", "Make a combo, or change the one of that name", Verb::combo_set);
    which(set, "Its name");
    set.add_option("--strategy", with_.strategy, "fill-first (priority), weighted, round-robin, p2c, random, least-used or cost-optimized");
    set.add_option("--targets", with_.targets, "MODEL[#ACCOUNT][=WEIGHT], separated by commas; a MODEL may be another combo")
        ->delimiter(',');
    set.add_flag("--off", with_.off, "Keep it, but do not use it");
    keys(set);
    command(combo, "list", "Show all combos", Verb::combo_list);
    which(command(combo, "get", "Show one combo", Verb::combo_get), "Its name or id");
    which(command(combo, "remove", "Remove a combo", Verb::combo_remove), "Its name or id");
    which(command(combo, "test", "Ask each of its targets for a word", Verb::combo_test), "Its name");
    CLI::App& defaults = command(combo, "defaults", "What counts where a combo says nothing", Verb::combo_defaults);
    defaults.add_option("--provider", with_.provider, "Of this provider's targets alone; 'auto' means the combo of that name");
    keys(defaults);
  }

  void decisions() {
    CLI::App& route = command(app_, "route", "Where a request would go now, and why; nobody is asked", Verb::route);
    route.add_option("--model", with_.model, "A model, or a combo");
    route.add_option("--at", with_.at, "At another time: 2026-01-31T18:00:00Z, or a pause such as 2h30m");
    route.add_option("--request", with_.request_file, "A file with the body of a request");
    route.add_option("--type", into_.type, "The request's format: openai, responses, anthropic or gemini (default openai)");
    route.add_option("--key", into_.name, "As if asked with this API key, by its id or name");
    which(command(app_, "why", "Why a request went where it went", Verb::why), "The request's id, as in x-request-id");
    CLI::App& replay = command(app_, "replay", "What stored decisions would have been under another configuration", Verb::replay);
    replay.add_option("--config", with_.config_file, "A JSON file: combos, aliases, comboDefaults, settings ...")->required();
    replay.add_option("--since", with_.since, "Unix milliseconds, or a pause back from now such as 24h (default: all)");
  }

  void names() {
    CLI::App& alias = group("alias", "Short names for models");
    CLI::App& set = command(alias, "set", "Make or change an alias", Verb::alias_set);
    which(set, "The alias, a bare name");
    set.add_option("model", with_.target, "What it stands for")->required();
    command(alias, "list", "Show all aliases", Verb::alias_list);
    which(command(alias, "remove", "Remove an alias", Verb::alias_remove), "The alias");
    CLI::App& wildcard = group("wildcard", "Patterns for model names: '*' any run, '?' one character");
    CLI::App& add = command(wildcard, "set", "Make or change a pattern", Verb::wildcard_set);
    which(add, "The pattern");
    add.add_option("target", with_.target, "What it stands for; a '*' in it receives what the first '*' met")->required();
    command(wildcard, "list", "Show all patterns", Verb::wildcard_list);
    which(command(wildcard, "remove", "Remove a pattern", Verb::wildcard_remove), "The pattern");
  }

  void models() {
    CLI::App& model = group("model", "Models that you add to a provider");
    CLI::App& add = command(model, "add", "Add a model, or change one that was added", Verb::model_add);
    which(add, "Its id, as the provider knows it");
    add.add_option("--provider", with_.provider, "The provider's id or alias, or a node's prefix")->required();
    add.add_option("--name", into_.name, "A name for people");
    add.add_option("--context", with_.context, "Its context, in tokens");
    add.add_option("--max-output", with_.max_output, "Its longest answer, in tokens");
    add.add_option("--input-price", with_.input_price, "US dollars per million input tokens");
    add.add_option("--output-price", with_.output_price, "US dollars per million output tokens");
    command(model, "list", "Show the models that were added", Verb::model_list);
    CLI::App& remove = command(model, "remove", "Remove a model that was added", Verb::model_remove);
    which(remove, "Its id");
    remove.add_option("--provider", with_.provider, "The provider's id or alias, or a node's prefix")->required();
  }

  void resilience() {
    CLI::App& resilience = group("resilience", "Circuit breakers, and what rests");
    command(resilience, "show", "Breakers, rests, and the numbers they go by", Verb::resilience_show);
    CLI::App& reset = command(resilience, "reset", "Close all circuit breakers, or one", Verb::resilience_reset);
    reset.add_option("which", into_.which, "The breaker's name");
    CLI::App& clear = command(resilience, "clear", "End rests", Verb::resilience_clear);
    clear.add_option("--connection", with_.connection, "Of this connection alone, by its id or name");
    clear.add_option("--model", with_.model, "Of this model alone");
    CLI::App& policy = group("policy", "What is locked, and the key to it");
    command(policy, "list", "Locked connections, models and login addresses, and open circuit breakers", Verb::policy_list);
    which(command(policy, "unlock", "Unlock one of them", Verb::policy_unlock), "Its identifier, as `policy list` shows it");
    command(app_, "quota", "What is known of each connection's quota, and when it comes back", Verb::quota_list);
  }

  void accounts() {
    CLI::App& account = group("account", "How connections share the work");
    command(account, "list", "Limits, lines and loads of all connections", Verb::account_list);
    CLI::App& set = command(account, "set", "Change a connection's part", Verb::account_set);
    which(set, "The connection's id or name");
    set.add_option("--priority", with_.priority, "1 to 100, its place among its provider's connections");
    set.add_option("--weight", with_.weight, "0 to 100, for the weighted strategy");
    set.add_option("--max-concurrent", with_.max_concurrent, "Requests at once; 0 = the default");
    set.add_option("--rate-limit-protection", with_.protection, "on, off or default");
  }

  void mock() {
    CLI::App& mock = command(app_, "mock", "A scripted upstream in all four formats, for tests of routing", Verb::mock);
    mock.add_option("--port", into_.port, "Port to listen on (default: any free one)");
    mock.add_option("--host", into_.host, "Address to bind (default 127.0.0.1)");
    mock.add_option("--script", into_.mock_script,
                    "What it does, step by step: ok, 429x3, 503=2s (Retry-After), cut@512, slow=5s, drip=100ms, hang, reset, empty, error; "
                    "the last step goes on (default ok)");
    mock.add_option("--model", into_.mock_models, "NAME=SCRIPT, of one model alone; may be given several times");
  }

  CLI::App& app_;
  Arguments& into_;
  RouterArguments& with_;
};

}  // namespace

void add_router_commands(CLI::App& app, Arguments& into) { RouterGrammar(app, into).add(); }

}  // namespace omniroute::app
