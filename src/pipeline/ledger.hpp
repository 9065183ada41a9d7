#pragma once
#include "omniroute/pipeline/exchange.hpp"
#include "omniroute/store/database.hpp"

namespace omniroute::pipeline {

/// The last station: the request's usage row on the writer's queue, and one line in the log.
void note(const Exchange& exchange, store::Database& database);

}  // namespace omniroute::pipeline
