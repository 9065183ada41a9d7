#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "router_arguments.hpp"

namespace omniroute::app {

enum class Verb {
  serve,
  key_create,
  key_list,
  key_set,
  key_rotate,
  key_remove,
  node_add,
  node_list,
  node_test,
  node_remove,
  provider_add,
  provider_list,
  provider_test,
  provider_remove,
  password_set,
  settings_list,
  settings_set,
  session_list,
  session_end,
  audit_list,
  egress_list,
  call_api,
  config_export,
  config_diff,
  config_apply,
  config_validate,
  backup_list,
  backup_create,
  backup_verify,
  backup_restore,
  backup_remove,
  backup_export,
  backup_import,
  import_foreign,
  doctor,
  service_install,
  service_uninstall,
  health,
  setup,
  translate,
  combo_set,
  combo_list,
  combo_get,
  combo_remove,
  combo_test,
  combo_defaults,
  route,
  why,
  replay,
  alias_set,
  alias_list,
  alias_remove,
  wildcard_set,
  wildcard_list,
  wildcard_remove,
  model_add,
  model_list,
  model_remove,
  resilience_show,
  resilience_reset,
  resilience_clear,
  policy_list,
  policy_unlock,
  quota_list,
  account_list,
  account_set,
  mock,
};

/// A command line, read. Members that the verb has no use for are empty.
struct Arguments {
  Verb verb = Verb::serve;
  std::string data_dir;
  bool json = false;
  // serve
  std::string port;
  std::string host;
  std::string log_level;
  bool no_open = false;
  std::string web_dir;
  std::string config_file;
  std::string tls_cert;
  std::string tls_key;
  // what a command works on: an id, a name or a prefix
  std::string which;
  std::string name;
  std::vector<std::string> scopes;
  std::string prefix;
  std::string type;
  std::string base_url;
  std::string provider;
  std::string api_key;  ///< as given: the key, "-" or "env:NAME"
  bool no_key = false;
  std::string proxy;
  std::string ca_file;
  std::string default_model;
  // key
  std::optional<std::string> expires;
  std::optional<std::vector<std::string>> models;
  std::optional<std::int64_t> requests_per_minute;
  std::optional<std::int64_t> tokens_per_minute;
  std::optional<std::string> daily_budget;
  std::optional<std::string> monthly_budget;
  std::optional<bool> active;
  std::int64_t grace_seconds = 0;
  // api
  std::string method;
  std::string path;
  std::int64_t limit = 0;
  // configuration files
  std::string file;
  bool prune = false;
  bool with_socket = false;  ///< service install
  std::string key_file;
  bool dry_run = false;
  std::string key_from;         ///< "env:NAME", "file:PATH" or "-": where the original's encryption key is
  std::string passphrase_from;  ///< "env:NAME", "file:PATH" or "-"; empty = asked for
  std::optional<std::string> value;
  bool to_default = false;
  bool from_stdin = false;
  // setup
  bool list = false;
  bool snippet = false;
  bool undo = false;
  bool remove = false;
  bool force = false;
  // translate
  std::string what;
  std::string from;
  std::string to;
  std::string model;
  std::string status;
  std::string report;
  RouterArguments router;
  std::string mock_script;
  std::vector<std::string> mock_models;  ///< "name=script"
};

/// What to print instead of doing anything: help and version (code 0), or what is wrong with the command line (code 1).
struct Stop {
  int code = 0;
  std::string text;
};

/// Reads the words after the program's name.
std::variant<Arguments, Stop> read_arguments(std::vector<std::string> words, std::string_view version);

/// Overwrites the secrets in the process's own argument array, so that the list of processes shows them no longer.
void hide_secrets(int count, char** words) noexcept;

}  // namespace omniroute::app
