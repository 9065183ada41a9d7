#pragma once
#include "omniroute/pipeline/exchange.hpp"
#include "omniroute/pipeline/meters.hpp"
#include "omniroute/pipeline/story.hpp"
#include "omniroute/resilience/tables.hpp"
#include "omniroute/store/database.hpp"

namespace omniroute::pipeline {

/// A combo's request in the combo's counts.
void note_combo(const Exchange& exchange, resilience::Tables& tables);

/// The last station: what was booked is settled, its times are counted, its usage row goes on the writer's queue, and one line into the
/// log. `listener` may be nullptr.
void note(Exchange& exchange, access::Spending& spending, Meters& meters, Listener* listener, store::Database& database);

}  // namespace omniroute::pipeline
