#pragma once
#include "omniroute/pipeline/exchange.hpp"
#include "omniroute/store/database.hpp"

namespace omniroute::pipeline {

/// The last station: what was booked is settled, the request's usage row goes on the writer's queue, and one line into the log.
void note(Exchange& exchange, access::Spending& spending, store::Database& database);

}  // namespace omniroute::pipeline
