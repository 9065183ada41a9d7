#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "omniroute/base/result.hpp"
#include "omniroute/base/task.hpp"
#include "omniroute/domain/usage.hpp"
#include "omniroute/store/database.hpp"

namespace omniroute::store {

/// Sums over requests. Unknown token counts add nothing.
struct UsageTotals {
  std::int64_t requests = 0;
  std::int64_t errors = 0;  ///< status 400 and above
  std::int64_t input = 0;
  std::int64_t output = 0;
  std::int64_t cache_read = 0;
  std::int64_t cache_write = 0;
  std::int64_t reasoning = 0;
  std::int64_t cost_nano = 0;  ///< billionths of a US dollar, of the requests whose cost is known
  std::int64_t unpriced = 0;   ///< requests whose cost is not known
  std::int64_t latency_ms = 0;
  void add(const UsageTotals& more) noexcept;
};

/// The sums of one provider, model, account or key; `model` entries carry their provider, too.
struct UsageGroup {
  std::string id;
  std::string provider;
  UsageTotals totals;
  std::int64_t last_ms = 0;
};

struct UsageMinute {
  std::int64_t start_ms = 0;
  UsageTotals totals;
};

struct UsageHistory {
  UsageTotals totals;
  std::vector<UsageGroup> by_provider;  ///< each list: most requests first, at most 500 entries
  std::vector<UsageGroup> by_model;     ///< by upstream model and provider
  std::vector<UsageGroup> by_account;
  std::vector<UsageGroup> by_key;
  std::vector<UsageGroup> by_dropped;        ///< by a field that the target's format could not carry
  std::array<UsageMinute, 10> last_minutes;  ///< oldest first; the last one is the minute under way
};

/// Which rows; empty members do not filter.
struct UsageFilter {
  std::optional<std::int64_t> since_ms;
  std::optional<std::int64_t> until_ms;  ///< exclusive
  std::string provider;
  std::string model;  ///< as asked for or as sent upstream
  std::string account_id;
  std::string key_id;
  std::optional<int> status;
  bool errors_only = false;
  bool lossy_only = false;     ///< something of the request was dropped
  std::string search;          ///< words, in Usage::recent alone: a request id, or what stands in models and errors
  bool search_bodies = false;  ///< those words may stand in the recorded bodies, too
};

/// A page of rows, newest first. `next` continues it, absent on the last page.
struct UsagePage {
  std::vector<domain::UsageRow> rows;
  std::optional<std::int64_t> next;
};

/// What the rows tell. Each call first sees to it that rows appended before it count.
class Usage {
 public:
  explicit Usage(Database& database) : database_(database) {}
  Task<Result<UsageHistory>> history(UsageFilter filter, std::int64_t now_ms);
  /// `limit` 1..500; `cursor` is the `next` of the page before.
  Task<Result<UsagePage>> recent(UsageFilter filter, int limit, std::optional<std::int64_t> cursor);
  Task<Result<std::optional<domain::UsageRow>>> find(std::string request_id);

 private:
  Database& database_;
};

}  // namespace omniroute::store
