#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "omniroute/base/result.hpp"
#include "omniroute/base/task.hpp"
#include "omniroute/store/database.hpp"
#include "omniroute/store/usage.hpp"

namespace omniroute::store {

/// What a UsageGroup of the slots is named by; `dropped` has all fields of a request in one text, as its row does.
enum class Dimension : std::uint8_t { all, provider, model, account, key, dropped };

/// The requests of a day, as the viewer's clock counts days.
struct UsageDay {
  std::int64_t day = 0;  ///< since 1970-01-01, local
  std::string id;        ///< of the dimension; empty for all
  UsageTotals totals;
};

struct Analytics {
  UsageTotals totals;
  std::vector<UsageGroup> by_provider;  ///< each list: most requests first, at most 500 entries
  std::vector<UsageGroup> by_model;
  std::vector<UsageGroup> by_account;
  std::vector<UsageGroup> by_key;
  std::vector<UsageDay> by_day;            ///< in order of days
  std::vector<UsageDay> by_day_and_model;  ///< the same for the ten models most used
  std::vector<UsageDay> year;              ///< by_day of the last 366 days
  std::vector<UsageTotals> by_weekday;     ///< Monday first, of the range
};

/// What was spent since a moment, by key, by provider and in all (both ids empty).
struct Spent {
  std::string key_id;
  std::string provider;
  std::int64_t nano = 0;
  std::int64_t unpriced = 0;  ///< requests whose cost is not known
};

/// Questions that the half-hourly sums answer without looking at the rows: their cost depends on the time asked for, not on the traffic.
class UsageSlots {
 public:
  explicit UsageSlots(Database& database) : database_(database) {}
  /// From `since_ms` to `until_ms`, to the half hour. `offset` is the viewer's distance from UTC in minutes, -840..840.
  Task<Result<Analytics>> analytics(std::int64_t since_ms, std::int64_t until_ms, int offset_minutes);
  Task<Result<std::vector<Spent>>> spent_since(std::int64_t since_ms);

 private:
  Database& database_;
};

}  // namespace omniroute::store
