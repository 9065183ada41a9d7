#include "omniroute/store/series.hpp"

#include <algorithm>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "transaction.hpp"
#include "usage_rows.hpp"
#include "usage_slots.hpp"

namespace omniroute::store {
namespace {

/// Above it the days of a member are those of UTC, but for the newest: nobody sees the difference, and there is far less to read.
constexpr std::int64_t exact_slots = 31 * slots_a_day;

/// A stretch of the sums: half hours, or days of 48 of them.
struct Part {
  int dimension = 0;
  std::int64_t first = 0;
  std::int64_t last = 0;
  std::int64_t slots = 1;
};

/// Whole days from the sums by days, where the buckets are days; the half hours before and behind them from the others.
std::vector<Part> parts_of(const SeriesQuery& query) {
  const int number = static_cast<int>(query.split);
  const bool by_day = query.slots_a_bucket % slots_a_day == 0;
  const bool roughly = query.split != Dimension::all && query.last_slot - query.first_slot > exact_slots;
  const std::int64_t first_day = (query.first_slot + slots_a_day - 1) / slots_a_day;
  const std::int64_t behind_days = (query.last_slot + 1) / slots_a_day;
  if (!by_day || first_day >= behind_days || (query.shift != 0 && !roughly)) return {{number, query.first_slot, query.last_slot, 1}};
  return {{number, query.first_slot, first_day * slots_a_day - 1, 1},
          {number + by_days, first_day, behind_days - 1, slots_a_day},
          {number, behind_days * slots_a_day, query.last_slot, 1}};
}

/// The members of the split as they come.
class Lines {
 public:
  explicit Lines(const SeriesQuery& query) : query_(query) {
    answer_.first_bucket = (query.first_slot + query.shift) / query.slots_a_bucket;
    answer_.buckets = static_cast<std::size_t>((query.last_slot + query.shift) / query.slots_a_bucket - answer_.first_bucket + 1);
  }

  Status take(Connection& connection, const Part& part) {
    Result<Statement> statement = connection.prepare(
        "SELECT slot, id, provider, requests, errors, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, "
        "reasoning_tokens, cost_nano, unpriced, latency_ms FROM usage_slots WHERE dimension = ? AND slot BETWEEN ? AND ?");
    if (!statement) return statement.error();
    statement->bind_all(part.dimension, part.first, part.last);
    Result<bool> row = statement->step();
    for (; row && *row; row = statement->step()) {
      // A day of UTC counts for the viewer's day that has most of it.
      const std::int64_t slot = statement->integer(0) * part.slots + part.slots / 2;
      const auto bucket = static_cast<std::size_t>((slot + query_.shift) / query_.slots_a_bucket - answer_.first_bucket);
      if (bucket >= answer_.buckets) continue;
      Series& series = member(statement->text(1), statement->text(2));
      const UsageTotals totals = read_totals(*statement, 3);
      series.buckets[bucket].add(totals);
      series.totals.add(totals);
    }
    if (!row) return row.error();
    return {};
  }

  SeriesAnswer finish() {
    std::sort(answer_.series.begin(), answer_.series.end(), [](const Series& a, const Series& b) {
      return std::tie(b.totals.requests, a.id, a.provider) < std::tie(a.totals.requests, b.id, b.provider);
    });
    return std::move(answer_);
  }

 private:
  Series& member(std::string_view id, std::string_view provider) {
    name_.assign(id).append(1, '\0').append(provider);
    const auto [place, is_new] = places_.try_emplace(name_, answer_.series.size());
    if (is_new) {
      Series& series = answer_.series.emplace_back();
      series.id = id;
      series.provider = provider;
      series.buckets.resize(answer_.buckets);
    }
    return answer_.series[place->second];
  }

  const SeriesQuery& query_;
  SeriesAnswer answer_;
  std::unordered_map<std::string, std::size_t> places_;
  std::string name_;
};

Result<SeriesAnswer> read_series(Connection& connection, const SeriesQuery& query) {
  Lines lines(query);
  for (const Part& part : parts_of(query))
    if (Status taken = lines.take(connection, part); !taken) return taken.error();
  return lines.finish();
}

}  // namespace

Task<Result<SeriesAnswer>> UsageSeries::read(SeriesQuery query) {
  const Status flushed = co_await database_.flush();
  (void)flushed;  // rows that cannot be written now are missed; the log tells why
  Database::Work<SeriesAnswer> work = [query](Transaction& transaction) { return read_series(transaction.telemetry(), query); };
  Result<SeriesAnswer> answer = co_await database_.read_aside(std::move(work));
  co_return answer;
}

}  // namespace omniroute::store
