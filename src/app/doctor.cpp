#include "doctor.hpp"

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <ctime>
#include <nlohmann/json.hpp>

#include "omniroute/net/tls_server.hpp"

namespace omniroute::app {
namespace {

using Json = nlohmann::ordered_json;
using State = Finding::State;

constexpr std::int64_t soon_days = 14;
constexpr std::uint64_t little_room = 500ULL << 20;
/// 2026-01-01: an earlier clock has not been set, and certificates will not be valid by it.
constexpr std::time_t earliest = 1767225600;
constexpr unsigned others_bits = 077;

Finding directory(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return {State::bad, "data directory", path + " is not there."};
  if (::access(path.c_str(), W_OK) != 0) return {State::bad, "data directory", path + " cannot be written by this user."};
  if ((info.st_mode & others_bits) != 0) return {State::warn, "data directory", path + " can be read by others: chmod 700 it."};
  return {State::ok, "data directory", path};
}

Finding secrets(const std::string& path) {
  struct stat info {};
  const std::string key = path + "/master.key";
  if (::stat(key.c_str(), &info) != 0) return {State::ok, "master key", "from STORAGE_ENCRYPTION_KEY, or not made yet"};
  if ((info.st_mode & others_bits) != 0) return {State::bad, "master key", key + " can be read by others: chmod 600 it."};
  return {State::ok, "master key", key + " (keep a copy elsewhere)"};
}

/// The certificate of our own listener, if the environment names one.
void certificate(const config::Environment& environment, std::vector<Finding>& findings) {
  const std::string file(environment.get("OMNIROUTE_TLS_CERT").value_or(""));
  const std::string key(environment.get("OMNIROUTE_TLS_KEY").value_or(""));
  if (file.empty() && key.empty()) return;
  Result<net::CertificateFacts> facts = net::TlsServer::inspect(file, key);
  if (!facts) return findings.push_back({State::bad, "TLS", facts.error().message});
  const std::int64_t now = std::time(nullptr);
  const std::int64_t days = (facts->ends_s - now) / 86'400;
  Finding finding{State::ok, "TLS", facts->subject + ", good for " + std::to_string(days) + " more days"};
  if (days < soon_days) finding.state = State::warn;
  if (now < facts->begins_s) finding = {State::bad, "TLS", facts->subject + " is not good yet: check the clock."};
  if (now >= facts->ends_s)
    finding = {State::bad, "TLS", facts->subject + " has ended: renew it; a running gateway takes the new file by itself."};
  findings.push_back(std::move(finding));
  if (facts->key_open_to_others) findings.push_back({State::bad, "TLS key", key + " can be read by others: chmod 600 it."});
}

Finding disk(const std::string& path) {
  struct statvfs info {};
  if (::statvfs(path.c_str(), &info) != 0) return {State::warn, "disk", "its free space cannot be told."};
  const std::uint64_t free = static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize;
  const std::string text = std::to_string(free >> 20) + " MB free";
  if (free < little_room) return {State::warn, "disk", text + ": make room, or lower disk_limit_mb."};
  return {State::ok, "disk", text};
}

Finding clock() {
  if (std::time(nullptr) < earliest) return {State::bad, "clock", "is wrong: certificates cannot be checked. Set it."};
  return {State::ok, "clock", "plausible"};
}

std::string text_of(const Json& json, const char* member) {
  return json.contains(member) && json[member].is_string() ? json[member].get<std::string>() : std::string();
}

Json ask(Channel& channel, std::string_view method, const std::string& path, const std::string& body = "") {
  Result<Answer> answer = channel.ask(method, path, body);
  if (!answer || answer->status >= 300) return nullptr;
  return Json::parse(answer->body, nullptr, false);
}

void connections(Channel& channel, std::vector<Finding>& findings) {
  const Json all = ask(channel, "GET", "/api/providers");
  if (!all.is_object()) return;
  if (all["connections"].empty())
    findings.push_back({State::warn, "connections", "there is none yet: 'omniroute provider add' makes one; demo/echo answers without."});
  for (const Json& connection : all["connections"]) {
    const std::string name = text_of(connection, "providerName") + " / " + text_of(connection, "name");
    if (!connection["isActive"].get<bool>()) continue;
    const Json tested = ask(channel, "POST", "/api/providers/" + text_of(connection, "id") + "/test", "{}");
    const bool valid = tested.is_object() && tested.value("valid", false);
    findings.push_back({valid ? State::ok : State::bad, name, tested.is_object() ? text_of(tested, "message") : "could not be tested."});
  }
}

void settings(Channel& channel, std::vector<Finding>& findings) {
  const Json all = ask(channel, "GET", "/api/settings");
  if (!all.is_object()) {
    findings.push_back({State::bad, "configuration", "cannot be read."});
    return;
  }
  findings.push_back({State::ok, "configuration", std::to_string(all["settings"].size()) + " settings"});
  for (const Json& row : all["settings"])
    if (text_of(row, "key") == "require_api_key" && row["value"] == false)
      findings.push_back({State::warn, "keys", "inference needs no key (require_api_key=false); this counts only on loopback."});
}

}  // namespace

std::vector<Finding> examine(const std::string& data_dir, const config::Environment& environment, Channel& channel) {
  std::vector<Finding> findings{directory(data_dir), secrets(data_dir), disk(data_dir), clock()};
  for (const char* name : {"HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"})
    if (environment.get(name)) findings.push_back({State::ok, "proxy", std::string(name) + " is set: providers are reached through it"});
  certificate(environment, findings);
  const Json health = ask(channel, "GET", "/api/monitoring/health");
  const bool serving = health.is_object() && health.contains("system") && health["system"].value("pid", 0) != ::getpid();
  findings.push_back({serving ? State::ok : State::warn, "daemon", serving ? "runs" : "does not run: 'omniroute' starts it."});
  settings(channel, findings);
  connections(channel, findings);
  return findings;
}

}  // namespace omniroute::app
