#pragma once
#include "omniroute/base/result.hpp"
#include "omniroute/base/task.hpp"
#include "omniroute/net/egress_log.hpp"
#include "omniroute/net/worker.hpp"
#include "omniroute/store/egress.hpp"

namespace omniroute::services {

/// Keeps the egress log across restarts: reads it once, then writes once a second what has changed.
class EgressMemory {
 public:
  EgressMemory(net::EgressLog& log, store::Database& database) : log_(log), table_(database) {}
  /// Before the first connection.
  Task<Status> load();
  /// Puts what has changed since the last call on the writer's queue. Any thread.
  void save() { table_.save(log_.take_changes()); }
  /// Saves again and again until the worker stops.
  Task<void> keep(net::Worker& worker);

 private:
  net::EgressLog& log_;
  store::EgressTable table_;
};

}  // namespace omniroute::services
