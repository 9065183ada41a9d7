#pragma once
#include <vector>

#include "connection.hpp"
#include "omniroute/domain/usage.hpp"

namespace omniroute::store {

constexpr std::int64_t slot_ms = 1'800'000;

/// Adds rows to the half-hourly sums, inside the transaction that inserts them.
Status add_to_slots(Connection& telemetry, const std::vector<domain::UsageRow>& rows);

}  // namespace omniroute::store
