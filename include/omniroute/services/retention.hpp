#pragma once
#include <cstdint>

#include "omniroute/base/clock.hpp"
#include "omniroute/base/result.hpp"
#include "omniroute/base/task.hpp"
#include "omniroute/config/publisher.hpp"
#include "omniroute/net/worker.hpp"
#include "omniroute/store/database.hpp"

namespace omniroute::services {

/// Keeps what is recorded within its time and its space: rows older than log_retention_days go (lines of the audit log after twice as
/// long), and the oldest rows go while the data directory is above disk_limit_mb. Sums by half hours stay: they are small.
class Retention {
 public:
  Retention(store::Database& database, config::Publisher& publisher, const Clock& clock)
      : database_(database), publisher_(publisher), clock_(clock) {}
  /// One look. True if there may be more to remove.
  Task<Result<bool>> look();
  /// Looks once a minute, and again at once while there is more. Ends when its worker stops.
  Task<void> keep(net::Worker& worker);

 private:
  store::Database& database_;
  config::Publisher& publisher_;
  const Clock& clock_;
};

}  // namespace omniroute::services
