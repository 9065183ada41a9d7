#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "omniroute/base/result.hpp"
#include "omniroute/base/task.hpp"
#include "omniroute/store/analytics.hpp"
#include "omniroute/store/database.hpp"

namespace omniroute::store {

/// What is asked of the half-hourly sums. Slots are half hours since 1970.
struct SeriesQuery {
  Dimension split = Dimension::all;
  std::int64_t first_slot = 0;  ///< both included
  std::int64_t last_slot = 0;
  std::int64_t slots_a_bucket = 1;
  std::int64_t shift = 0;  ///< slots by which the viewer's midnight is ahead of UTC's; buckets count from there
};

/// One member of the split over time.
struct Series {
  std::string id;
  std::string provider;
  UsageTotals totals;
  std::vector<UsageTotals> buckets;
};

struct SeriesAnswer {
  std::int64_t first_bucket = 0;  ///< (slot + shift) / slots_a_bucket of the first one
  std::size_t buckets = 0;
  std::vector<Series> series;  ///< most requests first
};

/// Sums over time by one dimension.
class UsageSeries {
 public:
  explicit UsageSeries(Database& database) : database_(database) {}
  /// Rows appended before the call count.
  Task<Result<SeriesAnswer>> read(SeriesQuery query);

 private:
  Database& database_;
};

}  // namespace omniroute::store
