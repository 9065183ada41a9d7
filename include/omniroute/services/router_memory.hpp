#pragma once
#include "omniroute/base/clock.hpp"
#include "omniroute/base/result.hpp"
#include "omniroute/base/task.hpp"
#include "omniroute/net/worker.hpp"
#include "omniroute/resilience/tables.hpp"
#include "omniroute/store/router_state.hpp"

namespace omniroute::services {

/// Keeps what the router has learnt (cooldowns, breakers, quota windows, turns, counts of combos, where conversations were answered) across
/// restarts: reads it once, then writes what has changed a few times a second. What is lost with a kill is the last fraction of a second.
class RouterMemory {
 public:
  RouterMemory(resilience::Tables& tables, store::Database& database, const Clock& clock)
      : tables_(tables), state_(database), clock_(clock) {}
  /// Before the first request.
  Task<Status> load();
  /// Puts what has changed since the last call on the writer's queue. Any thread.
  void save();
  /// Saves again and again until the worker stops.
  Task<void> keep(net::Worker& worker);

 private:
  resilience::Tables& tables_;
  store::RouterState state_;
  const Clock& clock_;
};

}  // namespace omniroute::services
