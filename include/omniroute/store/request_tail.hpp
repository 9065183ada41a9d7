#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "omniroute/base/result.hpp"
#include "omniroute/base/task.hpp"
#include "omniroute/domain/usage.hpp"
#include "omniroute/store/database.hpp"

namespace omniroute::store {

/// A row with its number, by which a tail goes on.
struct TailRow {
  std::int64_t id = 0;
  domain::UsageRow row;
};

struct Tail {
  std::vector<TailRow> rows;  ///< oldest first
  std::int64_t last_id = 0;   ///< of the newest row there is, or of the last one given
};

/// How long requests took, in milliseconds; unsorted.
struct RequestTimes {
  std::vector<std::int64_t> total_ms;
  std::vector<std::int64_t> first_token_ms;
};

/// The newest requests. Each call first sees to it that rows appended before it count.
class RequestTail {
 public:
  explicit RequestTail(Database& database) : database_(database) {}
  /// The rows after one, at most so many; without it only where the tail begins.
  Task<Result<Tail>> after(std::optional<std::int64_t> id, int limit);
  /// Of the newest 10000 requests since then (Unix milliseconds).
  Task<Result<RequestTimes>> times_since(std::int64_t since_ms);

 private:
  Database& database_;
};

}  // namespace omniroute::store
