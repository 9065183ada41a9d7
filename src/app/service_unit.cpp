#include "service_unit.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace omniroute::app {
namespace {

namespace fs = std::filesystem;

bool is_root() { return ::geteuid() == 0; }

std::string commands(bool for_system, const char* verb) {
  const std::string begin = for_system ? "  systemctl " : "  systemctl --user ";
  return begin + "daemon-reload\n" + begin + verb + " omniroute\n";
}

}  // namespace

std::string service_unit(const std::string& binary, const std::string& data_dir, bool for_system) {
  // Paths with blanks or percent signs are quoted as systemd reads them (systemd.service(5), "Command lines").
  std::string quoted = "\"";
  for (const char c : data_dir) quoted += c == '%' ? "%%" : c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  quoted += "\"";
  std::string text =
      "[Unit]\nDescription=OmniRoute, one endpoint in front of every AI model\nAfter=network-online.target\nWants=network-online.target\n\n"
      "[Service]\nType=notify\nNotifyAccess=main\n"
      "ExecStart=" +
      binary + " serve --no-open --data-dir " + quoted +
      "\n"
      "ExecReload=kill -HUP "
      "$MAINPID\nWatchdogSec=30\nRestart=on-failure\nRestartSec=2\nTimeoutStopSec=45\nLimitNOFILE=1048576\nUMask=0077\n"
      "NoNewPrivileges=yes\nLockPersonality=yes\nRestrictRealtime=yes\nRestrictSUIDSGID=yes\nRestrictNamespaces=yes\n"
      "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX\nSystemCallArchitectures=native\n";
  if (for_system)
    text +=
        "DynamicUser=yes\nStateDirectory=omniroute\nStateDirectoryMode=0700\nProtectSystem=strict\nProtectHome=yes\nPrivateTmp=yes\n"
        "PrivateDevices=yes\nProtectKernelTunables=yes\nProtectKernelModules=yes\nProtectKernelLogs=yes\nProtectControlGroups=yes\n"
        "ProtectClock=yes\nProtectHostname=yes\nCapabilityBoundingSet=\nMemoryDenyWriteExecute=yes\n"
        "# systemd-creds encrypt - storage.key, then: LoadCredentialEncrypted=storage.key\n";
  text += "\n[Install]\nWantedBy=" + std::string(for_system ? "multi-user.target" : "default.target") + "\n";
  return text;
}

std::string service_path(const config::Environment& environment, bool for_system) {
  if (for_system) return "/etc/systemd/system/omniroute.service";
  const std::string home(environment.get("HOME").value_or("."));
  const std::string base(environment.get("XDG_CONFIG_HOME").value_or(home + "/.config"));
  return base + "/systemd/user/omniroute.service";
}

Result<std::string> install_service(const config::Environment& environment, const std::string& data_dir) {
  const bool for_system = is_root();
  std::error_code failure;
  const std::string binary = fs::read_symlink("/proc/self/exe", failure).string();
  if (failure) return Error(ErrorKind::internal, "The path of this program is not known: " + failure.message() + ".");
  const std::string path = service_path(environment, for_system);
  fs::create_directories(fs::path(path).parent_path(), failure);
  std::ofstream file(path, std::ios::trunc);
  file << service_unit(binary, for_system ? "/var/lib/omniroute" : data_dir, for_system);
  file.flush();
  if (!file) return Error(ErrorKind::internal, "The file " + path + " cannot be written.");
  return "Wrote " + path + ". To start it now and at each " + (for_system ? "boot" : "login") + ":\n" +
         commands(for_system, "enable --now");
}

Result<std::string> uninstall_service(const config::Environment& environment) {
  const bool for_system = is_root();
  const std::string path = service_path(environment, for_system);
  std::error_code failure;
  if (!fs::remove(path, failure)) return Error(ErrorKind::not_found, "There is no service: " + path + " is not there.");
  const std::string stop = for_system ? "  systemctl disable --now omniroute\n" : "  systemctl --user disable --now omniroute\n";
  return "Removed " + path + ". If it runs:\n" + stop;
}

}  // namespace omniroute::app
