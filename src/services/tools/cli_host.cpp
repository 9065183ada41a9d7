#include <filesystem>

#include "omniroute/services/cli_tools.hpp"

namespace omniroute::services {
namespace {

namespace fs = std::filesystem;

void add_folders(std::string_view list, std::vector<std::string>& folders) {
  while (!list.empty()) {
    const std::size_t colon = std::min(list.find(':'), list.size());
    if (colon > 0 && list.front() == '/') folders.emplace_back(list.substr(0, colon));
    list.remove_prefix(std::min(colon + 1, list.size()));
  }
}

bool in_container() {
  std::error_code failure;
  return fs::exists("/.dockerenv", failure) || fs::exists("/run/.containerenv", failure);
}

}  // namespace

CliHost find_cli_host(const config::Environment& environment, bool command_line) {
  CliHost host;
  host.home = environment.first_of({"CLI_CONFIG_HOME", "HOME"}).value_or("");
  host.may_write = environment.get("CLI_ALLOW_CONFIG_WRITES").value_or("true") != "false";
  const std::string_view mode = environment.get("CLI_MODE").value_or("auto");
  std::error_code failure;
  if (!host.home.starts_with('/') || !fs::is_directory(host.home, failure)) {
    host.hidden = "no_home";
  } else if (!command_line && (mode == "container" || (mode != "host" && in_container()))) {
    host.hidden = "container";
  }
  add_folders(environment.get("PATH").value_or(""), host.search);
  add_folders(environment.get("CLI_EXTRA_PATHS").value_or(""), host.search);
  // A service has a short PATH; this is where installers of these tools put programs.
  if (host.hidden.empty())
    for (const char* folder : {"/.local/bin", "/.npm-global/bin", "/.bun/bin", "/.volta/bin", "/.opencode/bin"})
      host.search.push_back(host.home + folder);
  for (const char* folder : {"/usr/local/bin", "/opt/homebrew/bin"}) host.search.emplace_back(folder);
  for (const char* name : {"PATH", "LANG", "TMPDIR", "USER"})
    if (const std::optional<std::string_view> value = environment.get(name))
      host.variables.push_back(std::string(name) + "=" + std::string(*value));
  host.variables.push_back("HOME=" + host.home);
  return host;
}

}  // namespace omniroute::services
