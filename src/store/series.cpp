#include "omniroute/store/series.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "transaction.hpp"
#include "usage_rows.hpp"

namespace omniroute::store {
namespace {

Result<SeriesAnswer> read_series(Connection& connection, const SeriesQuery& query) {
  SeriesAnswer answer;
  answer.first_bucket = (query.first_slot + query.shift) / query.slots_a_bucket;
  answer.buckets = static_cast<std::size_t>((query.last_slot + query.shift) / query.slots_a_bucket - answer.first_bucket + 1);
  Result<Statement> statement = connection.prepare(
      "SELECT (slot + ?) / ?, id, provider, sum(requests), sum(errors), sum(input_tokens), sum(output_tokens), sum(cache_read_tokens), "
      "sum(cache_write_tokens), sum(reasoning_tokens), sum(cost_nano), sum(unpriced), sum(latency_ms) FROM usage_slots WHERE dimension = ? "
      "AND slot BETWEEN ? AND ? GROUP BY 1, 2, 3");
  if (!statement) return statement.error();
  statement->bind_all(query.shift, query.slots_a_bucket, static_cast<int>(query.split), query.first_slot, query.last_slot);
  std::map<std::pair<std::string, std::string>, Series> found;
  Result<bool> row = statement->step();
  for (; row && *row; row = statement->step()) {
    const auto bucket = static_cast<std::size_t>(statement->integer(0) - answer.first_bucket);
    if (bucket >= answer.buckets) continue;
    Series& series = found[{std::string(statement->text(1)), std::string(statement->text(2))}];
    if (series.buckets.empty()) series.buckets.resize(answer.buckets);
    const UsageTotals totals = read_totals(*statement, 3);
    series.buckets[bucket].add(totals);
    series.totals.add(totals);
  }
  if (!row) return row.error();
  for (auto& [name, series] : found) {
    series.id = name.first;
    series.provider = name.second;
    answer.series.push_back(std::move(series));
  }
  std::stable_sort(answer.series.begin(), answer.series.end(),
                   [](const Series& a, const Series& b) { return a.totals.requests > b.totals.requests; });
  return answer;
}

}  // namespace

Task<Result<SeriesAnswer>> UsageSeries::read(SeriesQuery query) {
  const Status flushed = co_await database_.flush();
  (void)flushed;  // rows that cannot be written now are missed; the log tells why
  Database::Work<SeriesAnswer> work = [query](Transaction& transaction) { return read_series(transaction.telemetry(), query); };
  Result<SeriesAnswer> answer = co_await database_.read(std::move(work));
  co_return answer;
}

}  // namespace omniroute::store
