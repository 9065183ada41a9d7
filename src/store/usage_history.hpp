#pragma once
#include "connection.hpp"
#include "omniroute/store/usage.hpp"

namespace omniroute::store {

/// Sums of what the filter asks for. A time alone is answered by the sums by half hours and days; kinds of requests by the sums of the
/// kinds that match and, where the time begins or ends within a day, by their rows.
Result<UsageHistory> read_history(Connection& telemetry, const UsageFilter& filter, std::int64_t now_ms);

}  // namespace omniroute::store
