#include "service_unit.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace omniroute::app {
namespace {

namespace fs = std::filesystem;

constexpr const char* service_name = "omniroute.service";
constexpr const char* socket_name = "omniroute.socket";

bool is_root() { return ::geteuid() == 0; }

/// Percent signs are specifiers in unit files (systemd.unit(5)).
std::string plain(const std::string& text) {
  std::string doubled;
  for (const char c : text) doubled += c == '%' ? std::string("%%") : std::string(1, c);
  return doubled;
}

/// A word of a command line, quoted as systemd reads it (systemd.service(5), "Command lines").
std::string quoted(const std::string& word) {
  std::string text = "\"";
  for (const char c : plain(word)) text += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  return text + "\"";
}

std::string listen_address(const UnitOptions& options) {
  const bool six = options.host.find(':') != std::string::npos;
  const std::string host = options.host == "localhost" ? "127.0.0.1" : six ? "[" + options.host + "]" : options.host;
  return host + ":" + std::to_string(options.port);
}

std::string commands(const UnitOptions& options, const char* verb) {
  const std::string begin = options.for_system ? "  systemctl " : "  systemctl --user ";
  return begin + "daemon-reload\n" + begin + verb + (options.with_socket ? " omniroute.socket\n" : " omniroute\n");
}

Status write_unit(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::trunc);
  file << text;
  file.flush();
  if (!file) return Error(ErrorKind::internal, "The file " + path + " cannot be written.");
  return {};
}

}  // namespace

std::string service_unit(const UnitOptions& options) {
  const std::string data_dir = options.for_system ? "/var/lib/omniroute" : options.data_dir;
  std::string start = quoted(options.binary) + " serve --no-open --data-dir " + quoted(data_dir);
  if (!options.with_socket) start += " --host " + quoted(options.host) + " --port " + std::to_string(options.port);
  std::string text =
      "[Unit]\nDescription=OmniRoute, one endpoint in front of every AI model\nAfter=network-online.target\nWants=network-online.target\n";
  if (options.with_socket) text += std::string("Requires=") + socket_name + "\nAfter=" + socket_name + "\n";
  text += "\n[Service]\nType=notify\nNotifyAccess=main\nExecStart=" + start +
          "\nExecReload=kill -HUP $MAINPID\nWatchdogSec=30\nRestart=on-failure\nRestartSec=2\nTimeoutStopSec=45\nLimitNOFILE=1048576\n"
          "UMask=0077\nNoNewPrivileges=yes\nLockPersonality=yes\nRestrictRealtime=yes\nRestrictSUIDSGID=yes\nRestrictNamespaces=yes\n"
          "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX\nSystemCallArchitectures=native\nSystemCallFilter=@system-service\n"
          "SystemCallErrorNumber=EPERM\nMemoryDenyWriteExecute=yes\n";
  if (!options.key_file.empty()) text += "LoadCredential=storage.key:" + plain(options.key_file) + "\n";
  if (options.for_system)
    text +=
        "DynamicUser=yes\nStateDirectory=omniroute\nStateDirectoryMode=0700\nProtectSystem=strict\nProtectHome=yes\nPrivateTmp=yes\n"
        "PrivateDevices=yes\nProtectKernelTunables=yes\nProtectKernelModules=yes\nProtectKernelLogs=yes\nProtectControlGroups=yes\n"
        "ProtectClock=yes\nProtectHostname=yes\nProtectProc=invisible\nRemoveIPC=yes\nCapabilityBoundingSet=\n";
  return text + "\n[Install]\nWantedBy=" + (options.for_system ? "multi-user.target" : "default.target") + "\n";
}

std::string socket_unit(const UnitOptions& options) {
  return "[Unit]\nDescription=The socket of OmniRoute\n\n[Socket]\nListenStream=" + listen_address(options) +
         "\nNoDelay=true\nBacklog=4096\n\n[Install]\nWantedBy=sockets.target\n";
}

std::string service_folder(const config::Environment& environment, bool for_system) {
  if (for_system) return "/etc/systemd/system";
  const std::string home(environment.get("HOME").value_or("."));
  const std::string base(environment.get("XDG_CONFIG_HOME").value_or(home + "/.config"));
  return base + "/systemd/user";
}

Result<std::string> install_service(const config::Environment& environment, UnitOptions options) {
  options.for_system = is_root();
  std::error_code failure;
  options.binary = fs::read_symlink("/proc/self/exe", failure).string();
  if (failure) return Error(ErrorKind::internal, "The path of this program is not known: " + failure.message() + ".");
  if (!options.key_file.empty()) {
    options.key_file = fs::absolute(options.key_file, failure).string();
    if (!fs::is_regular_file(options.key_file, failure))
      return Error(ErrorKind::not_found, "The key file " + options.key_file + " is not there.");
  }
  const std::string folder = service_folder(environment, options.for_system);
  fs::create_directories(folder, failure);
  const std::string path = folder + "/" + service_name;
  const std::string socket_path = folder + "/" + socket_name;
  if (Status written = write_unit(path, service_unit(options)); !written) return std::move(written).error();
  std::string wrote = path;
  fs::remove(socket_path, failure);  // of an earlier installation that had one
  if (options.with_socket) {
    if (Status written = write_unit(socket_path, socket_unit(options)); !written) return std::move(written).error();
    wrote += " and " + socket_path;
  }
  return "Wrote " + wrote + ". To start it now and at each " + (options.for_system ? "boot" : "login") + ":\n" +
         commands(options, "enable --now");
}

Result<std::string> uninstall_service(const config::Environment& environment) {
  const bool for_system = is_root();
  const std::string folder = service_folder(environment, for_system);
  const std::string path = folder + "/" + service_name;
  std::error_code failure;
  if (!fs::remove(path, failure)) return Error(ErrorKind::not_found, "There is no service: " + path + " is not there.");
  const bool had_socket = fs::remove(folder + "/" + socket_name, failure);
  const std::string both = had_socket ? " omniroute.socket omniroute\n" : " omniroute\n";
  return "Removed " + path + ". If it runs:\n" + (for_system ? "  systemctl disable --now" : "  systemctl --user disable --now") + both;
}

}  // namespace omniroute::app
