#pragma once
#include <vector>

#include "omniroute/base/result.hpp"
#include "omniroute/base/task.hpp"
#include "omniroute/net/egress_log.hpp"
#include "omniroute/store/database.hpp"

namespace omniroute::store {

/// The egress log on disk: as many entries as are kept in memory, written without waiting, read once at the start.
class EgressTable {
 public:
  explicit EgressTable(Database& database) : database_(database) {}
  void save(net::EgressLog::Changes changes);
  /// The oldest first.
  Task<Result<std::vector<net::EgressEntry>>> all();

 private:
  Database& database_;
};

}  // namespace omniroute::store
