#pragma once
#include "omniroute/pipeline/exchange.hpp"
#include "omniroute/resilience/tables.hpp"
#include "omniroute/store/database.hpp"

namespace omniroute::pipeline {

/// A combo's request in the combo's counts.
void note_combo(const Exchange& exchange, resilience::Tables& tables);

/// The last station: what was booked is settled, the request's usage row goes on the writer's queue, and one line into the log.
void note(Exchange& exchange, access::Spending& spending, store::Database& database);

}  // namespace omniroute::pipeline
