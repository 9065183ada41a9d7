#pragma once
#include "omniroute/config/snapshot.hpp"
#include "omniroute/domain/usage.hpp"
#include "present.hpp"

namespace omniroute::api {

/// A request's record as the management API shows it, with the names of what it went to.
Json usage_row_json(const domain::UsageRow& row, const config::Snapshot& snapshot);

}  // namespace omniroute::api
