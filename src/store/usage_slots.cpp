#include "usage_slots.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

namespace omniroute::store {
namespace {

using Key = std::tuple<int, std::int64_t, std::string_view, std::string_view>;

struct Sums {
  std::array<std::int64_t, 10> values{};  // in the order of the columns
  std::int64_t last_ms = 0;
};

void add(Sums& sums, const domain::UsageRow& row) {
  const domain::Tokens& t = row.tokens;
  const std::array<std::int64_t, 10> more{row.status != 0 ? 1 : 0, row.status >= 400 ? 1 : 0, t.input.value_or(0),
                                          t.output.value_or(0),    t.cache_read.value_or(0),  t.cache_write.value_or(0),
                                          t.reasoning.value_or(0), row.cost_nano.value_or(0), row.cost_nano || row.status == 0 ? 0 : 1,
                                          row.latency_ms};
  for (std::size_t i = 0; i < more.size(); ++i) sums.values[i] += more[i];
  sums.last_ms = std::max(sums.last_ms, row.time_ms);
}

void add(Sums& sums, const Sums& more) {
  for (std::size_t i = 0; i < more.values.size(); ++i) sums.values[i] += more.values[i];
  sums.last_ms = std::max(sums.last_ms, more.last_ms);
}

}  // namespace

Status add_to_slots(Connection& telemetry, const std::vector<domain::UsageRow>& rows) {
  std::map<Key, Sums> all;
  for (const domain::UsageRow& row : rows) {
    const std::int64_t slot = row.time_ms / slot_ms;
    const std::string_view provider = row.provider;
    const auto add_to = [&](Dimension dimension, std::string_view id, std::string_view its_provider) {
      add(all[{static_cast<int>(dimension), slot, id, its_provider}], row);
    };
    add_to(Dimension::all, "", "");
    add_to(Dimension::provider, provider, provider);
    add_to(Dimension::model, row.upstream_model, provider);
    add_to(Dimension::account, row.account_id, provider);
    add_to(Dimension::key, row.key_id, "");
    if (!row.dropped.empty()) add_to(Dimension::dropped, row.dropped, "");
  }
  const std::map<Key, Sums> half_hours = all;
  for (const auto& [key, sums] : half_hours) {
    const auto& [dimension, slot, id, provider] = key;
    add(all[{dimension + by_days, slot / slots_a_day, id, provider}], sums);
  }
  Result<Statement> statement = telemetry.prepare(
      "INSERT INTO usage_slots (dimension, slot, id, provider, requests, errors, input_tokens, output_tokens, cache_read_tokens, "
      "cache_write_tokens, reasoning_tokens, cost_nano, unpriced, latency_ms, last_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
      "?) "
      "ON CONFLICT DO UPDATE SET requests = requests + excluded.requests, errors = errors + excluded.errors, "
      "input_tokens = input_tokens + excluded.input_tokens, output_tokens = output_tokens + excluded.output_tokens, "
      "cache_read_tokens = cache_read_tokens + excluded.cache_read_tokens, "
      "cache_write_tokens = cache_write_tokens + excluded.cache_write_tokens, "
      "reasoning_tokens = reasoning_tokens + excluded.reasoning_tokens, cost_nano = cost_nano + excluded.cost_nano, "
      "unpriced = unpriced + excluded.unpriced, latency_ms = latency_ms + excluded.latency_ms, last_ms = max(last_ms, excluded.last_ms)");
  if (!statement) return statement.error();
  for (const auto& [key, sums] : all) {
    statement->bind_all(std::get<0>(key), std::get<1>(key), std::get<2>(key), std::get<3>(key));
    for (const std::int64_t value : sums.values) statement->bind(value);
    if (Status done = statement->bind(sums.last_ms).run(); !done) return done;
  }
  return {};
}

}  // namespace omniroute::store
