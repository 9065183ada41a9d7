#pragma once
#include <vector>

#include "connection.hpp"
#include "omniroute/domain/usage.hpp"
#include "omniroute/store/analytics.hpp"

namespace omniroute::store {

constexpr std::int64_t slot_ms = 1'800'000;
constexpr std::int64_t slots_a_day = 48;
/// Added to a dimension: its sums by days of UTC.
constexpr int by_days = 10;

/// The groups of a dimension from the first to the last of these half hours: most requests first, at most 500.
Status slot_groups(Connection& telemetry, Dimension dimension, std::int64_t first_slot, std::int64_t last_slot,
                   std::vector<UsageGroup>& into);

/// Adds rows to the half-hourly sums, inside the transaction that inserts them.
Status add_to_slots(Connection& telemetry, const std::vector<domain::UsageRow>& rows);

}  // namespace omniroute::store
