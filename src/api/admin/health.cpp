#include <unistd.h>

#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>

#include "admission.hpp"
#include "handlers.hpp"
#include "present.hpp"
#include "reply.hpp"
#include "router.hpp"

namespace omniroute::api {
namespace {

std::int64_t unix_ms(WallTime time) { return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count(); }

/// Pages of memory that are really there, the second number of /proc/self/statm (proc(5)), in bytes.
std::int64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::int64_t whole = 0;
  std::int64_t resident = 0;
  file >> whole >> resident;
  return file ? resident * ::sysconf(_SC_PAGESIZE) : 0;
}

Json system_json(const Services& services) {
  Json json;
  json["version"] = services.version;
  json["pid"] = ::getpid();
  json["platform"] = "linux";
  json["workers"] = services.lanes.size();
  json["memoryBytes"] = resident_bytes();
  json["startedAt"] = time_json(unix_ms(services.started));
  return json;
}

Json store_json(const Services& services) {
  const store::Database::Counters counters = services.database.counters();
  Json json;
  json["dataDir"] = services.database.directory();
  json["commits"] = counters.commits;
  json["failedCommits"] = counters.failed_commits;
  json["usageWritten"] = counters.usage_written;
  json["usageWaiting"] = counters.usage_waiting;
  json["usageLost"] = counters.usage_lost;
  return json;
}

void add_details(const Services& services, Json& json) {
  const std::shared_ptr<const config::Snapshot> snapshot = services.publisher.current();
  json["timestamp"] = time_json(unix_ms(services.clock.wall_now()));
  json["system"] = system_json(services);
  json["activeRequests"] = services.server != nullptr ? services.server->in_flight() : 0;
  json["openConnections"] = services.server != nullptr ? services.server->connections() : 0;
  json["store"] = store_json(services);
  json["configuration"] = {{"revision", snapshot->revision()},
                           {"connections", snapshot->all_accounts().size()},
                           {"nodes", snapshot->nodes().size()},
                           {"keys", snapshot->keys().size()}};
  json["setupComplete"] = services.login.has_password();
  json["circuitBreakers"] = breakers_json(services, *snapshot);
  json["lockouts"] = rests_json(services, *snapshot);
  json["rateLimitStatus"] = rate_limit_json(services, *snapshot);
}

}  // namespace

Task<void> show_health(Services& services, Call& call) {
  Json json;
  json["status"] = "ok";
  json["version"] = services.version;
  json["uptime"] = std::chrono::duration_cast<std::chrono::seconds>(services.clock.wall_now() - services.started).count();
  if (admit(services, call, Guard::read)) add_details(services, json);
  co_await answer(call, 200, std::move(json));
}

}  // namespace omniroute::api
