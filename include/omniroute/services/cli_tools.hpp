#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "omniroute/base/clock.hpp"
#include "omniroute/base/result.hpp"
#include "omniroute/base/secret.hpp"
#include "omniroute/config/environment.hpp"

namespace omniroute::services {

/// What is to stand in a tool's files.
struct CliChoice {
  std::string url;                            ///< of the gateway; a path /v1 is taken off
  Secret key;                                 ///< empty: the one that stands there already
  std::map<std::string, std::string> models;  ///< by slot; one that is absent stays as it is, "" takes it away
  std::string now{};                          ///< where a file notes when it was written; given by CliTools
  std::string fingerprint{};                  ///< of the preview: other bytes than it saw are not overwritten; empty = whatever there is
};

/// Where the tools are looked for.
struct CliHost {
  std::string home;                      ///< CLI_CONFIG_HOME, else HOME
  std::string hidden{};                  ///< why this process does not see the files of a person: "container", "no_home"; empty = it does
  bool may_write = true;                 ///< CLI_ALLOW_CONFIG_WRITES
  std::vector<std::string> search{};     ///< folders of programs: PATH, CLI_EXTRA_PATHS and where installers put them
  std::vector<std::string> variables{};  ///< "NAME=value", all that a program gets when it is asked for its version
};

/// CLI_MODE is auto, host or container; a command line works on the machine it runs on.
CliHost find_cli_host(const config::Environment& environment, bool command_line);

/// The configuration files of other programs (docs/cli-tools.md): looked at, written with a copy kept, put back. Only the files of its
/// table are ever touched. Everything blocks on the disk, detect() for as long as four seconds. Any thread. Errors: not_found (no such
/// tool); bad_request with `param`; forbidden (writing is switched off); conflict with a code: cli_file_invalid, cli_file_not_writable,
/// cli_file_changed, cli_hidden, cli_by_hand, cli_nothing_to_undo.
class CliTools {
 public:
  CliTools(CliHost host, std::string data_dir, const Clock& clock);
  ~CliTools();

  /// Every tool as the API shows it, and the key in each one's files (empty where there is none).
  struct Listed {
    std::unique_ptr<nlohmann::ordered_json> json;
    std::vector<Secret> keys;
  };
  [[nodiscard]] Listed list(const std::string& default_url) const;
  /// Asks every program that was found for its version, all at once.
  void detect();

  Result<nlohmann::ordered_json> preview(const std::string& id, const CliChoice& choice) const;
  /// `key_id`: the gateway key that was made for it, to be removed with it; or empty.
  Result<nlohmann::ordered_json> apply(const std::string& id, const CliChoice& choice, const std::string& key_id);
  /// Puts back what stood there before. `force`: although it was changed since.
  Result<nlohmann::ordered_json> undo(const std::string& id, bool force);
  /// Takes away what is ours, wherever it stands now.
  Result<nlohmann::ordered_json> clear(const std::string& id, const std::string& default_url);
  [[nodiscard]] Result<nlohmann::ordered_json> backups(const std::string& id) const;

 private:
  class Work;
  struct Version {
    std::string path;
    std::int64_t written = 0;
    std::string text;    ///< as the program says it
    std::string reason;  ///< why it did not: "timeout", "failed"
    Tick asked{};
  };

  const CliHost host_;
  const std::string data_dir_;
  const Clock& clock_;
  std::mutex writing_;
  mutable std::mutex known_;
  std::map<std::string, Version, std::less<>> versions_;
};

}  // namespace omniroute::services
