#pragma once
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "connection.hpp"
#include "omniroute/store/usage.hpp"

namespace omniroute::store {

/// The numbers of usage rows from the first to the last.
struct IdRange {
  std::int64_t first = 0;
  std::int64_t last = std::numeric_limits<std::int64_t>::max();
  [[nodiscard]] bool empty() const noexcept { return first > last; }
};

/// Whether it asks for some kinds of requests, not for a time alone.
bool asks_for_kinds(const UsageFilter& filter);

/// " AND k.provider = ? …" for the kinds that it asks for, or for the rows themselves: both have these columns. bind_kinds gives the
/// values, in the same order.
std::string kinds_sql(const UsageFilter& filter, std::string_view table);
void bind_kinds(Statement& statement, const UsageFilter& filter);

/// " AND +u.time_ms >= ? …", not by the index of times; bind_times gives the values.
std::string times_sql(const UsageFilter& filter);
void bind_times(Statement& statement, const UsageFilter& filter);

/// All rows of its time are among these; some of another time may be, too.
Result<IdRange> ids_of_times(Connection& telemetry, const UsageFilter& filter);

}  // namespace omniroute::store
