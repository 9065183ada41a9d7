#include "usage_kinds.hpp"

#include <algorithm>
#include <functional>
#include <set>

#include "usage_rows.hpp"
#include "usage_slots.hpp"

namespace omniroute::store {
namespace {

using Text = Statement::Lasting;
/// Sums kept in memory while all rows are gone through.
constexpr std::size_t most_spans = 100'000;

Statement& bind_kind_of(Statement& statement, const domain::UsageRow& row) {
  return statement.bind_all(Text{row.key_id}, Text{row.model_asked}, Text{row.provider}, Text{row.upstream_model}, Text{row.account_id},
                            row.status, Text{row.dropped});
}

/// All of it or nothing.
Status together(Connection& connection, const std::function<Status()>& work) {
  if (Status begun = connection.execute("SAVEPOINT usage_rows"); !begun) return begun;
  Status done = work();
  if (!done)
    if (Status undone = connection.execute("ROLLBACK TO usage_rows"); !undone) return undone;
  if (Status released = connection.execute("RELEASE usage_rows"); !released) return released;
  return done;
}

Status run_for_each(Connection& connection, std::string_view sql, const std::vector<std::int64_t>& ids) {
  Result<Statement> statement = connection.prepare(sql);
  if (!statement) return statement.error();
  for (const std::int64_t id : ids)
    if (Status done = statement->bind(id).run(); !done) return done;
  return {};
}

}  // namespace

void KindWriter::Sums::add(const Sums& more, int sign) {
  for (std::size_t i = 0; i < values.size(); ++i) values[i] += sign * more.values[i];
  last_ms = std::max(last_ms, more.last_ms);
}

KindWriter::Sums KindWriter::sums_of(const domain::UsageRow& row) {
  const domain::Tokens& t = row.tokens;
  return {{1, t.input.value_or(0), t.output.value_or(0), t.cache_read.value_or(0), t.cache_write.value_or(0), t.reasoning.value_or(0),
           row.cost_nano.value_or(0), row.cost_nano || row.status == 0 ? 0 : 1, row.latency_ms},
          row.time_ms};
}

Result<Statement*> KindWriter::prepared(std::optional<Statement>& statement, std::string_view sql) {
  if (!statement) {
    Result<Statement> made = telemetry_.prepare(sql);
    if (!made) return made.error();
    statement.emplace(std::move(*made));
  }
  return &*statement;
}

Result<std::optional<std::int64_t>> KindWriter::find_kind(const domain::UsageRow& row) {
  Result<Statement*> find =
      prepared(find_,
               "SELECT id FROM kinds WHERE key_id = ? AND model_asked = ? AND provider = ? AND upstream_model = ? AND "
               "account_id = ? AND status = ? AND dropped = ?");
  if (!find) return find.error();
  std::optional<std::int64_t> kind;
  Result<bool> found = bind_kind_of(**find, row).step();
  if (found && *found) kind = (*find)->integer(0);
  if (Status ended = (*find)->run(); !ended || !found) return found ? ended.error() : found.error();
  return kind;
}

Result<std::int64_t> KindWriter::make_kind(const domain::UsageRow& row) {
  Result<Statement*> insert = prepared(
      insert_,
      "INSERT INTO kinds (key_id, model_asked, provider, upstream_model, account_id, status, dropped) VALUES (?, ?, ?, ?, ?, ?, ?)");
  if (!insert) return insert.error();
  if (Status done = bind_kind_of(**insert, row).run(); !done) return done.error();
  return telemetry_.last_id();
}

Result<std::optional<std::int64_t>> KindWriter::kind_of(const domain::UsageRow& row, bool make) {
  name_.clear();
  for (const std::string* part : {&row.key_id, &row.model_asked, &row.provider, &row.upstream_model, &row.account_id, &row.dropped})
    name_.append(*part).append(1, '\0');
  name_ += std::to_string(row.status);
  const auto [place, is_new] = known_.try_emplace(name_);
  if (!is_new) return place->second;
  Result<std::optional<std::int64_t>> found = find_kind(row);
  if (!found) return found.error();
  place->second = *found;
  if (place->second || !make) return place->second;
  Result<std::int64_t> made = make_kind(row);
  if (!made) return made.error();
  place->second = *made;
  return place->second;
}

Status KindWriter::note(const domain::UsageRow& row, std::int64_t id) {
  const Result<std::optional<std::int64_t>> kind = kind_of(row, true);
  if (!kind) return kind.error();
  Result<Statement*> link = prepared(link_, "INSERT INTO usage_kinds (kind, id) VALUES (?, ?)");
  if (!link) return link.error();
  if (Status done = (*link)->bind_all(**kind, id).run(); !done) return done;
  days_[{**kind, row.time_ms / day_ms}].add(sums_of(row), 1);
  Ids& between = times_.try_emplace(row.time_ms / slot_ms, Ids{id, id}).first->second;
  between.first = std::min(between.first, id);
  between.last = std::max(between.last, id);
  return {};
}

Status KindWriter::write_spans(std::optional<Statement>& statement, std::string_view table, const Spans& spans) {
  const std::string sql =
      "INSERT INTO " + std::string(table) +
      " (kind, span, entries, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, reasoning_tokens, cost_nano, unpriced, "
      "latency_ms, last_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET entries = entries + excluded.entries, "
      "input_tokens = input_tokens + excluded.input_tokens, output_tokens = output_tokens + excluded.output_tokens, "
      "cache_read_tokens = cache_read_tokens + excluded.cache_read_tokens, "
      "cache_write_tokens = cache_write_tokens + excluded.cache_write_tokens, "
      "reasoning_tokens = reasoning_tokens + excluded.reasoning_tokens, cost_nano = cost_nano + excluded.cost_nano, "
      "unpriced = unpriced + excluded.unpriced, latency_ms = latency_ms + excluded.latency_ms, last_ms = max(last_ms, excluded.last_ms)";
  Result<Statement*> upsert = prepared(statement, sql);
  if (!upsert) return upsert.error();
  for (const auto& [place, sums] : spans) {
    (*upsert)->bind_all(place.first, place.second);
    for (const std::int64_t value : sums.values) (*upsert)->bind(value);
    if (Status done = (*upsert)->bind(sums.last_ms).run(); !done) return done;
  }
  return {};
}

Status KindWriter::write_times() {
  Result<Statement*> upsert =
      prepared(upsert_times_,
               "INSERT INTO usage_times (slot, first_id, last_id) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET first_id "
               "= min(first_id, excluded.first_id), last_id = max(last_id, excluded.last_id)");
  if (!upsert) return upsert.error();
  for (const auto& [slot, between] : times_)
    if (Status done = (*upsert)->bind_all(slot, between.first, between.last).run(); !done) return done;
  times_.clear();
  return {};
}

Status KindWriter::write_noted() {
  Spans months;
  for (const auto& [place, sums] : days_) months[{place.first, place.second / days_a_month}].add(sums, 1);
  if (Status done = write_spans(upsert_days_, "kind_days", days_); !done) return done;
  if (Status done = write_spans(upsert_months_, "kind_months", months); !done) return done;
  days_.clear();
  return write_times();
}

void KindWriter::forget() {
  known_.clear();
  days_.clear();
  times_.clear();
}

Status KindWriter::add(const std::vector<domain::UsageRow>& rows, const std::vector<std::int64_t>& ids) {
  forget();
  for (std::size_t n = 0; n < rows.size(); ++n)
    if (Status noted = note(rows[n], ids[n]); !noted) return noted;
  return write_noted();
}

Status KindWriter::fill() {
  forget();
  // The columns of that time: a later step of the schema may add others.
  Result<Statement> all = telemetry_.prepare(
      "SELECT id, key_id, model_asked, provider, upstream_model, account_id, dropped, status, time_ms, input_tokens, output_tokens, "
      "cache_read_tokens, cache_write_tokens, reasoning_tokens, cost_nano, latency_ms FROM usage ORDER BY id");
  if (!all) return all.error();
  domain::UsageRow usage;
  Result<bool> row = all->step();
  for (; row && *row; row = all->step()) {
    int column = 1;
    for (std::string* text : {&usage.key_id, &usage.model_asked, &usage.provider, &usage.upstream_model, &usage.account_id, &usage.dropped})
      *text = all->text(column++);
    usage.status = static_cast<int>(all->integer(column++));
    usage.time_ms = all->integer(column++);
    domain::Tokens& t = usage.tokens;
    for (std::optional<std::int64_t>* count : {&t.input, &t.output, &t.cache_read, &t.cache_write, &t.reasoning, &usage.cost_nano})
      *count = all->optional_integer(column++);
    usage.latency_ms = all->integer(column);
    if (Status noted = note(usage, all->integer(0)); !noted) return noted;
    if (days_.size() < most_spans) continue;
    if (Status written = write_noted(); !written) return written;
  }
  if (!row) return row.error();
  return write_noted();
}

Status KindWriter::drop_empty(std::string_view table, const Spans& spans) {
  Result<Statement> statement = telemetry_.prepare("DELETE FROM " + std::string(table) + " WHERE kind = ? AND span = ? AND entries <= 0");
  if (!statement) return statement.error();
  for (const auto& [place, sums] : spans)
    if (Status done = statement->bind_all(place.first, place.second).run(); !done) return done;
  return {};
}

Status KindWriter::remove(const std::vector<domain::UsageRow>& rows, const std::vector<std::int64_t>& ids) {
  forget();
  Result<Statement*> unlink = prepared(unlink_, "DELETE FROM usage_kinds WHERE kind = ? AND id = ?");
  if (!unlink) return unlink.error();
  std::set<std::int64_t> touched;
  Spans months;
  for (std::size_t n = 0; n < rows.size(); ++n) {
    Result<std::optional<std::int64_t>> kind = kind_of(rows[n], false);
    if (!kind) return kind.error();
    if (!*kind) continue;
    touched.insert(**kind);
    if (Status done = (*unlink)->bind_all(**kind, ids[n]).run(); !done) return done;
    const Sums sums = sums_of(rows[n]);
    days_[{**kind, rows[n].time_ms / day_ms}].add(sums, -1);
    months[{**kind, rows[n].time_ms / day_ms / days_a_month}].add(sums, -1);
  }
  if (Status done = write_spans(upsert_days_, "kind_days", days_); !done) return done;
  if (Status done = write_spans(upsert_months_, "kind_months", months); !done) return done;
  if (Status done = drop_empty("kind_days", days_); !done) return done;
  if (Status done = drop_empty("kind_months", months); !done) return done;
  return run_for_each(telemetry_, "DELETE FROM kinds WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM usage_kinds WHERE kind = ?1)",
                      {touched.begin(), touched.end()});
}

Result<std::int64_t> remove_usage(Connection& telemetry, std::optional<std::int64_t> before_ms, int most) {
  Result<Statement> oldest = telemetry.prepare("SELECT id, " + std::string(usage_columns) + " FROM usage " +
                                               (before_ms ? "WHERE time_ms < ? ORDER BY time_ms" : "ORDER BY id") + " LIMIT ?");
  if (!oldest) return oldest.error();
  if (before_ms) oldest->bind(*before_ms);
  std::vector<domain::UsageRow> rows;
  std::vector<std::int64_t> ids;
  Result<bool> row = oldest->bind(most).step();
  for (; row && *row; row = oldest->step()) {
    ids.push_back(oldest->integer(0));
    rows.push_back(read_usage(*oldest, 1));
  }
  if (!row) return row.error();
  const Status removed = together(telemetry, [&]() -> Status {
    if (Status done = KindWriter(telemetry).remove(rows, ids); !done) return done;
    if (Status done = run_for_each(telemetry, "DELETE FROM usage WHERE id = ?", ids); !done) return done;
    if (!before_ms || ids.size() == static_cast<std::size_t>(most)) return {};
    return run_for_each(telemetry, "DELETE FROM usage_times WHERE slot < ?", {*before_ms / slot_ms});
  });
  if (!removed) return removed.error();
  return static_cast<std::int64_t>(ids.size());
}

}  // namespace omniroute::store
