#pragma once
#include <cstdint>

#include "omniroute/base/result.hpp"

namespace omniroute::store {

class Transaction;

/// What may stay. Times are Unix milliseconds.
struct TrimRules {
  std::int64_t rows_before_ms = 0;    ///< usage rows of an earlier time go
  std::int64_t audit_before_ms = 0;   ///< so do lines of the audit log
  std::int64_t most_bytes = 0;        ///< of the telemetry database: bodies go while it holds more, then the oldest rows
  std::int64_t bodies_before_ms = 0;  ///< records of bodies of an earlier time go
};

/// Removes a bounded number of rows. True if there is more to remove.
Result<bool> trim(Transaction& transaction, const TrimRules& rules);

}  // namespace omniroute::store
