#include "omniroute/store/analytics.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "transaction.hpp"
#include "usage_rows.hpp"
#include "usage_slots.hpp"

namespace omniroute::store {
namespace {

constexpr std::string_view sums =
    "sum(requests), sum(errors), sum(input_tokens), sum(output_tokens), sum(cache_read_tokens), sum(cache_write_tokens), "
    "sum(reasoning_tokens), sum(cost_nano), sum(unpriced), sum(latency_ms)";
constexpr int days_a_year = 366;
constexpr std::size_t models_by_day = 10;
constexpr std::int64_t slot_minutes = 30;
/// Above it the models of a day are those of a day of UTC: nobody sees the difference, and there is far less to read.
constexpr std::int64_t exact_days = 31;

/// The range in slots, and how many slots the viewer's midnight is away from UTC's.
struct Range {
  std::int64_t first = 0;
  std::int64_t last = 0;
  std::int64_t shift = 0;
};

Status fill_days(Connection& connection, const Range& range, std::vector<UsageDay>& into) {
  Result<Statement> statement = connection.prepare(
      "SELECT slot, requests, errors, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, reasoning_tokens, cost_nano, "
      "unpriced, latency_ms FROM usage_slots WHERE dimension = 0 AND slot BETWEEN ? AND ? ORDER BY slot");
  if (!statement) return statement.error();
  statement->bind_all(range.first, range.last);
  Result<bool> row = statement->step();
  for (; row && *row; row = statement->step()) {
    const std::int64_t day = (statement->integer(0) + range.shift) / slots_a_day;
    if (into.empty() || into.back().day != day) into.push_back({day, "", {}});
    into.back().totals.add(read_totals(*statement, 1));
  }
  if (!row) return row.error();
  return {};
}

Status fill_model_days(Connection& connection, const Range& range, const std::vector<UsageGroup>& models, std::vector<UsageDay>& into) {
  const std::size_t most = std::min(models.size(), models_by_day);
  if (most == 0) return {};
  const bool exact = range.last - range.first <= exact_days * slots_a_day;
  const std::int64_t slots_a_row = exact ? 1 : slots_a_day;
  std::string ids = "?";
  for (std::size_t i = 1; i < most; ++i) ids += ", ?";
  Result<Statement> statement = connection.prepare("SELECT (slot + ?) / ?, id, " + std::string(sums) +
                                                   " FROM usage_slots WHERE dimension = ? AND slot BETWEEN ? AND ? AND id IN (" + ids +
                                                   ") GROUP BY 1, 2 ORDER BY 1, 2");
  if (!statement) return statement.error();
  statement->bind_all(exact ? range.shift : 0, slots_a_day / slots_a_row, static_cast<int>(Dimension::model) + (exact ? 0 : by_days),
                      range.first / slots_a_row, range.last / slots_a_row);
  for (std::size_t i = 0; i < most; ++i) statement->bind(std::string_view(models[i].id));
  Result<bool> row = statement->step();
  for (; row && *row; row = statement->step())
    into.push_back({statement->integer(0), std::string(statement->text(1)), read_totals(*statement, 2)});
  if (!row) return row.error();
  return {};
}

/// The days of the range and those of the last year, in one look where one is a part of the other.
Status fill_calendar(Connection& connection, const Range& range, Analytics& found) {
  const auto since = [](const std::vector<UsageDay>& days, std::int64_t first, std::vector<UsageDay>& into) {
    std::copy_if(days.begin(), days.end(), std::back_inserter(into), [first](const UsageDay& day) { return day.day >= first; });
  };
  Range year = range;
  year.first = range.last - days_a_year * slots_a_day;
  if (range.first < year.first) {
    if (Status filled = fill_days(connection, range, found.by_day); !filled) return filled;
    since(found.by_day, (year.first + year.shift) / slots_a_day, found.year);
    return {};
  }
  if (Status filled = fill_days(connection, year, found.year); !filled) return filled;
  const bool whole_days = (range.first + range.shift) % slots_a_day == 0;
  if (!whole_days) return fill_days(connection, range, found.by_day);
  since(found.year, (range.first + range.shift) / slots_a_day, found.by_day);
  return {};
}

Result<Analytics> read(Connection& connection, const Range& range) {
  Analytics found;
  struct List {
    Dimension dimension;
    std::vector<UsageGroup>* into;
  };
  for (const List& list : {List{Dimension::provider, &found.by_provider}, List{Dimension::model, &found.by_model},
                           List{Dimension::account, &found.by_account}, List{Dimension::key, &found.by_key}})
    if (Status filled = slot_groups(connection, list.dimension, range.first, range.last, *list.into); !filled) return filled.error();
  if (Status filled = fill_calendar(connection, range, found); !filled) return filled.error();
  if (Status filled = fill_model_days(connection, range, found.by_model, found.by_day_and_model); !filled) return filled.error();
  found.by_weekday.resize(7);
  for (const UsageDay& day : found.by_day) {
    found.totals.add(day.totals);
    found.by_weekday[static_cast<std::size_t>((day.day + 3) % 7)].add(day.totals);  // 1970-01-01 was a Thursday
  }
  return found;
}

Result<std::vector<Spent>> read_spent(Connection& connection, std::int64_t first_slot) {
  Result<Statement> statement = connection.prepare(
      "SELECT dimension, id, sum(cost_nano), sum(unpriced) FROM usage_slots WHERE dimension IN (0, 1, 4) AND slot >= ? GROUP BY 1, 2 "
      "HAVING sum(cost_nano) > 0 OR sum(unpriced) > 0");
  if (!statement) return statement.error();
  statement->bind(first_slot);
  std::vector<Spent> list;
  Result<bool> row = statement->step();
  for (; row && *row; row = statement->step()) {
    Spent spent;
    const auto dimension = static_cast<Dimension>(statement->integer(0));
    if (dimension == Dimension::provider) spent.provider = statement->text(1);
    if (dimension == Dimension::key) spent.key_id = statement->text(1);
    spent.nano = statement->integer(2);
    spent.unpriced = statement->integer(3);
    // Requests that nobody's key or no provider took part in are in the whole sum alone.
    if (dimension == Dimension::all || !statement->text(1).empty()) list.push_back(std::move(spent));
  }
  if (!row) return row.error();
  return list;
}

}  // namespace

Status slot_groups(Connection& connection, Dimension dimension, std::int64_t first_slot, std::int64_t last_slot,
                   std::vector<UsageGroup>& into) {
  // Whole days from the sums by days, the half hours before and behind them from the others.
  const std::int64_t first_day = (first_slot + slots_a_day - 1) / slots_a_day;
  const std::int64_t behind_days = std::max(first_day, (last_slot + 1) / slots_a_day);
  const std::int64_t before_days = std::min(first_day * slots_a_day - 1, last_slot);
  Result<Statement> statement = connection.prepare(
      "SELECT id, provider, max(last_ms), " + std::string(sums) +
      " FROM usage_slots WHERE (dimension = ? AND slot BETWEEN ? AND ?) OR (dimension = ? AND slot BETWEEN ? AND ?) OR (dimension = ? AND "
      "slot BETWEEN ? AND ?) GROUP BY id, provider ORDER BY 4 DESC, 1 LIMIT 500");
  if (!statement) return statement.error();
  const int number = static_cast<int>(dimension);
  statement->bind_all(number + by_days, first_day, behind_days - 1, number, first_slot, before_days, number,
                      std::max(behind_days * slots_a_day, before_days + 1), last_slot);
  return read_groups(*statement, into);
}

Task<Result<Analytics>> UsageSlots::analytics(std::int64_t since_ms, std::int64_t until_ms, int offset_minutes) {
  const Status flushed = co_await database_.flush();
  (void)flushed;  // rows that cannot be written now are missed; the log tells why
  const Range range{since_ms / slot_ms, until_ms / slot_ms, offset_minutes / slot_minutes};
  Database::Work<Analytics> work = [range](Transaction& transaction) { return read(transaction.telemetry(), range); };
  Result<Analytics> found = co_await database_.read_aside(std::move(work));
  co_return found;
}

Task<Result<std::vector<Spent>>> UsageSlots::spent_since(std::int64_t since_ms) {
  Database::Work<std::vector<Spent>> work = [since_ms](Transaction& transaction) {
    return read_spent(transaction.telemetry(), since_ms / slot_ms);
  };
  Result<std::vector<Spent>> spent = co_await database_.read_aside<std::vector<Spent>>(std::move(work));
  co_return spent;
}

}  // namespace omniroute::store
