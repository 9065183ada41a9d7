#pragma once
#include <cstdint>
#include <optional>

#include "connection.hpp"
#include "omniroute/store/usage.hpp"

namespace omniroute::store {

/// The newest rows before the cursor that the filter asks for. It walks back over the rows of the kinds that match, of the error texts and
/// of the recorded bodies, each from the newest on, and ends when the page is full.
Result<UsagePage> read_page(Connection& telemetry, const UsageFilter& filter, int limit, std::optional<std::int64_t> cursor);

}  // namespace omniroute::store
