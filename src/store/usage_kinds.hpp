#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "connection.hpp"
#include "omniroute/domain/usage.hpp"

namespace omniroute::store {

constexpr std::int64_t day_ms = 86'400'000;
/// Days of a row of kind_months.
constexpr std::int64_t days_a_month = 32;

/// Keeps the tables of kinds (migrations/telemetry/0011_kinds.sql) in step with the usage rows: which rows are of a kind, their sums, and
/// between which ids the rows of a half hour lie. For the thread that writes; inside the transaction that writes the rows.
class KindWriter {
 public:
  explicit KindWriter(Connection& telemetry) : telemetry_(telemetry) {}
  /// Rows that were inserted under these ids.
  Status add(const std::vector<domain::UsageRow>& rows, const std::vector<std::int64_t>& ids);
  /// Rows that are going; kinds that no row is of any more go with them.
  Status remove(const std::vector<domain::UsageRow>& rows, const std::vector<std::int64_t>& ids);
  /// All rows that there are, into empty tables.
  Status fill();

 private:
  struct Sums {
    std::array<std::int64_t, 9> values{};  // in the order of the columns
    std::int64_t last_ms = 0;
    void add(const Sums& more, int sign);
  };
  /// (kind, day or month) to sums
  using Spans = std::map<std::pair<std::int64_t, std::int64_t>, Sums>;
  struct Ids {
    std::int64_t first = 0;
    std::int64_t last = 0;
  };

  static Sums sums_of(const domain::UsageRow& row);
  Result<Statement*> prepared(std::optional<Statement>& statement, std::string_view sql);
  Result<std::optional<std::int64_t>> kind_of(const domain::UsageRow& row, bool make);
  Result<std::optional<std::int64_t>> find_kind(const domain::UsageRow& row);
  Result<std::int64_t> make_kind(const domain::UsageRow& row);
  Status note(const domain::UsageRow& row, std::int64_t id);
  Status write_noted();
  Status write_spans(std::optional<Statement>& statement, std::string_view table, const Spans& spans);
  Status write_times();
  Status drop_empty(std::string_view table, const Spans& spans);
  void forget();

  Connection& telemetry_;
  std::optional<Statement> find_;
  std::optional<Statement> insert_;
  std::optional<Statement> link_;
  std::optional<Statement> unlink_;
  std::optional<Statement> upsert_days_;
  std::optional<Statement> upsert_months_;
  std::optional<Statement> upsert_times_;
  // Of the rows under way:
  std::unordered_map<std::string, std::optional<std::int64_t>> known_;
  std::string name_;
  Spans days_;
  std::map<std::int64_t, Ids> times_;
};

/// Removes the oldest usage rows: of an earlier time than that (Unix milliseconds), or by their number where no time is given; at most so
/// many. How many went. All of it or nothing.
Result<std::int64_t> remove_usage(Connection& telemetry, std::optional<std::int64_t> before_ms, int most);

}  // namespace omniroute::store
