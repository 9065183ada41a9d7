#include "omniroute/services/retention.hpp"

#include <chrono>
#include <filesystem>

#include "omniroute/base/log.hpp"
#include "omniroute/store/retention.hpp"

namespace omniroute::services {
namespace {

namespace fs = std::filesystem;

constexpr auto pause = std::chrono::seconds(60);
constexpr auto between = std::chrono::milliseconds(50);
constexpr std::int64_t day_ms = 86'400'000;
constexpr std::int64_t hour_ms = 3'600'000;
constexpr std::int64_t least_room = 1 << 20;

/// Bytes of all files in the data directory but the telemetry database's own.
std::int64_t other_bytes(const std::string& directory) {
  std::int64_t bytes = 0;
  std::error_code failure;
  for (fs::recursive_directory_iterator entry(directory, failure), end; !failure && entry != end; entry.increment(failure)) {
    std::error_code gone;
    if (!entry->is_regular_file(gone) || entry->path().filename().string().starts_with("telemetry.sqlite")) continue;
    const auto size = static_cast<std::int64_t>(entry->file_size(gone));
    if (!gone) bytes += size;
  }
  return bytes;
}

}  // namespace

Task<Result<bool>> Retention::look() {
  const std::shared_ptr<const config::Snapshot> snapshot = publisher_.current();
  const config::Settings& settings = snapshot->settings();
  const std::int64_t now = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.wall_now().time_since_epoch()).count();
  store::TrimRules rules;
  rules.rows_before_ms = now - settings.log_retention_days * day_ms;
  rules.audit_before_ms = now - 2 * settings.log_retention_days * day_ms;
  rules.bodies_before_ms = now - settings.request_log_hours * hour_ms;
  rules.most_bytes = std::max(least_room, settings.disk_limit_mb * (1 << 20) - other_bytes(database_.directory()));
  store::Database::Work<bool> work = [rules](store::Transaction& transaction) { return store::trim(transaction, rules); };
  Result<bool> more = co_await database_.write<bool>(std::move(work));
  co_return more;
}

Task<void> Retention::keep(net::Worker& worker) {
  for (;;) {
    Result<bool> more = co_await look();
    if (!more) log::warn("old records cannot be removed: {}", more.error().message);
    Tick next = worker.clock().now() + pause;
    if (more && *more) next = worker.clock().now() + between;
    co_await worker.sleep_until(next);
    if (worker.clock().now() < next) co_return;
  }
}

}  // namespace omniroute::services
