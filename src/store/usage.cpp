#include "omniroute/store/usage.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "transaction.hpp"
#include "usage_rows.hpp"
#include "usage_slots.hpp"

namespace omniroute::store {
namespace {

constexpr std::int64_t minute_ms = 60'000;
constexpr int most_rows_a_page = 500;
constexpr std::string_view most_groups = "500";
/// Words are looked for in so many of the newest rows; request ids and bodies have an index.
constexpr std::string_view searched_rows = "100000";

constexpr std::string_view sums =
    "coalesce(sum(status <> 0), 0), coalesce(sum(status >= 400), 0), coalesce(sum(input_tokens), 0), coalesce(sum(output_tokens), 0), "
    "coalesce(sum(cache_read_tokens), 0), coalesce(sum(cache_write_tokens), 0), coalesce(sum(reasoning_tokens), 0), "
    "coalesce(sum(cost_nano), 0), coalesce(sum(cost_nano IS NULL AND status <> 0), 0), coalesce(sum(latency_ms), 0)";

/// The filter as SQL: fixed fragments, values bound by bind_filter in the same order.
std::string where(const UsageFilter& filter, std::string_view also) {
  std::string sql = " WHERE 1";
  if (filter.since_ms) sql += " AND time_ms >= ?";
  if (filter.until_ms) sql += " AND time_ms < ?";
  if (!filter.provider.empty()) sql += " AND provider = ?";
  if (!filter.model.empty()) sql += " AND (model_asked = ? OR upstream_model = ?)";
  if (!filter.account_id.empty()) sql += " AND account_id = ?";
  if (!filter.key_id.empty()) sql += " AND key_id = ?";
  if (filter.status) sql += " AND status = ?";
  if (filter.errors_only) sql += " AND status >= 400";
  if (filter.lossy_only) sql += " AND dropped <> ''";
  sql += also;
  return sql;
}

void bind_filter(Statement& statement, const UsageFilter& filter) {
  if (filter.since_ms) statement.bind(*filter.since_ms);
  if (filter.until_ms) statement.bind(*filter.until_ms);
  if (!filter.provider.empty()) statement.bind(std::string_view(filter.provider));
  if (!filter.model.empty()) statement.bind(std::string_view(filter.model)).bind(std::string_view(filter.model));
  if (!filter.account_id.empty()) statement.bind(std::string_view(filter.account_id));
  if (!filter.key_id.empty()) statement.bind(std::string_view(filter.key_id));
  if (filter.status) statement.bind(*filter.status);
}

/// Sums by one column, with the provider beside it where that matters.
Result<std::vector<UsageGroup>> groups(Connection& connection, const UsageFilter& filter, std::string_view column,
                                       std::string_view provider) {
  std::string sql = "SELECT " + std::string(column) + ", " + std::string(provider) + ", max(time_ms), " + std::string(sums) +
                    " FROM usage" + where(filter, "") + " GROUP BY 1, 2 ORDER BY 4 DESC, 1 LIMIT " + std::string(most_groups);
  Result<Statement> statement = connection.prepare(sql);
  if (!statement) return statement.error();
  bind_filter(*statement, filter);
  std::vector<UsageGroup> groups;
  if (Status read = read_groups(*statement, groups); !read) return read.error();
  return groups;
}

/// Rows name all their fields in one text: sums by text become sums by field.
std::vector<UsageGroup> by_field(const std::vector<UsageGroup>& by_text) {
  std::vector<UsageGroup> fields;
  for (const UsageGroup& group : by_text) {
    for (std::size_t at = 0; at < group.id.size();) {
      const std::size_t end = std::min(group.id.find(", ", at), group.id.size());
      const std::string field = group.id.substr(at, end - at);
      at = end + 2;
      auto found = std::find_if(fields.begin(), fields.end(), [&field](const UsageGroup& each) { return each.id == field; });
      if (found == fields.end()) found = fields.insert(fields.end(), {field, {}, {}, 0});
      found->totals.add(group.totals);
      found->last_ms = std::max(found->last_ms, group.last_ms);
    }
  }
  std::stable_sort(fields.begin(), fields.end(),
                   [](const UsageGroup& a, const UsageGroup& b) { return a.totals.requests > b.totals.requests; });
  return fields;
}

Status fill_minutes(Connection& connection, UsageFilter filter, std::int64_t now_ms, std::array<UsageMinute, 10>& minutes) {
  const std::int64_t last = now_ms / minute_ms;
  const std::int64_t first = last - static_cast<std::int64_t>(minutes.size()) + 1;
  for (std::size_t i = 0; i < minutes.size(); ++i) minutes[i].start_ms = (first + static_cast<std::int64_t>(i)) * minute_ms;
  filter.since_ms = first * minute_ms;
  filter.until_ms = (last + 1) * minute_ms;
  Result<Statement> statement =
      connection.prepare("SELECT time_ms / 60000, " + std::string(sums) + " FROM usage" + where(filter, "") + " GROUP BY 1");
  if (!statement) return statement.error();
  bind_filter(*statement, filter);
  Result<bool> row = statement->step();
  for (; row && *row; row = statement->step()) {
    const auto place = static_cast<std::size_t>(statement->integer(0) - first);
    if (place < minutes.size()) minutes[place].totals = read_totals(*statement, 1);
  }
  if (!row) return row.error();
  return {};
}

/// One list of a history: where the rows say it, and where the sums do.
struct Grouping {
  std::string_view column;
  std::string_view provider;
  Dimension dimension;
  std::vector<UsageGroup> UsageHistory::*list;
};
constexpr std::array<Grouping, 4> groupings{{{"provider", "provider", Dimension::provider, &UsageHistory::by_provider},
                                             {"upstream_model", "provider", Dimension::model, &UsageHistory::by_model},
                                             {"account_id", "provider", Dimension::account, &UsageHistory::by_account},
                                             {"key_id", "''", Dimension::key, &UsageHistory::by_key}}};

void merge(std::vector<UsageGroup>& into, std::vector<UsageGroup> more) {
  for (UsageGroup& group : more) {
    const auto same = [&group](const UsageGroup& each) { return each.id == group.id && each.provider == group.provider; };
    const auto found = std::find_if(into.begin(), into.end(), same);
    if (found == into.end()) {
      into.push_back(std::move(group));
    } else {
      found->totals.add(group.totals);
      found->last_ms = std::max(found->last_ms, group.last_ms);
    }
  }
  std::stable_sort(into.begin(), into.end(),
                   [](const UsageGroup& a, const UsageGroup& b) { return a.totals.requests > b.totals.requests; });
}

/// What the rows say of it; `by_dropped` by whole texts.
Status add_rows(Connection& connection, const UsageFilter& filter, UsageHistory& history) {
  Result<Statement> statement = connection.prepare("SELECT " + std::string(sums) + " FROM usage" + where(filter, ""));
  if (!statement) return statement.error();
  bind_filter(*statement, filter);
  Result<bool> row = statement->step();
  if (!row) return row.error();
  if (*row) history.totals.add(read_totals(*statement, 0));
  for (const Grouping& grouping : groupings) {
    Result<std::vector<UsageGroup>> found = groups(connection, filter, grouping.column, grouping.provider);
    if (!found) return found.error();
    merge(history.*grouping.list, *std::move(found));
  }
  UsageFilter lossy = filter;
  lossy.lossy_only = true;
  Result<std::vector<UsageGroup>> dropped = groups(connection, lossy, "dropped", "''");
  if (!dropped) return dropped.error();
  merge(history.by_dropped, *std::move(dropped));
  return {};
}

Status add_slots(Connection& connection, std::int64_t first, std::int64_t last, UsageHistory& history) {
  std::vector<UsageGroup> all;
  if (Status read = slot_groups(connection, Dimension::all, first, last, all); !read) return read;
  for (const UsageGroup& group : all) history.totals.add(group.totals);
  for (const Grouping& grouping : groupings)
    if (Status read = slot_groups(connection, grouping.dimension, first, last, history.*grouping.list); !read) return read;
  return slot_groups(connection, Dimension::dropped, first, last, history.by_dropped);
}

/// Nothing but a time is asked for: then the sums by half hours know it.
bool is_time_alone(const UsageFilter& filter) {
  return filter.provider.empty() && filter.model.empty() && filter.account_id.empty() && filter.key_id.empty() && !filter.status &&
         !filter.errors_only && !filter.lossy_only;
}

/// From the sums, and from the rows where the time begins or ends within a half hour.
Status add_time(Connection& connection, const UsageFilter& filter, UsageHistory& history) {
  constexpr std::int64_t forever = std::int64_t{1} << 40;
  const std::int64_t since = std::max<std::int64_t>(0, filter.since_ms.value_or(0));
  const std::int64_t first = (since + slot_ms - 1) / slot_ms;
  const std::int64_t behind = filter.until_ms ? std::max<std::int64_t>(0, *filter.until_ms) / slot_ms : forever;
  if (first >= behind) return add_rows(connection, filter, history);
  if (Status added = add_slots(connection, first, behind - 1, history); !added) return added;
  UsageFilter edge;
  edge.since_ms = since;
  edge.until_ms = first * slot_ms;
  if (since < first * slot_ms)
    if (Status added = add_rows(connection, edge, history); !added) return added;
  if (!filter.until_ms || *filter.until_ms % slot_ms == 0) return {};
  edge.since_ms = behind * slot_ms;
  edge.until_ms = filter.until_ms;
  return add_rows(connection, edge, history);
}

Result<UsageHistory> read_history(Connection& connection, const UsageFilter& filter, std::int64_t now_ms) {
  UsageHistory history;
  Status added = is_time_alone(filter) ? add_time(connection, filter, history) : add_rows(connection, filter, history);
  if (!added) return added.error();
  history.by_dropped = by_field(history.by_dropped);
  if (Status filled = fill_minutes(connection, filter, now_ms, history.last_minutes); !filled) return filled.error();
  return history;
}

bool is_blank(std::string_view text) { return text.find_first_not_of(' ') == std::string_view::npos; }

/// Each word as a text of its own, so that nothing of it is syntax; the last one may be a beginning.
std::string full_text_query(std::string_view words) {
  std::string query;
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    const std::string_view word = words.substr(0, end);
    words.remove_prefix(std::min(end + 1, words.size()));
    if (word.empty()) continue;
    if (!query.empty()) query += ' ';
    query += '"';
    for (const char c : word) query.append(c == '"' ? 2 : 1, c);
    query += '"';
  }
  return query.empty() ? query : query + "*";
}

std::string search_sql(const UsageFilter& filter) {
  if (is_blank(filter.search)) return {};
  std::string sql =
      " AND id IN (SELECT id FROM usage WHERE request_id = ? UNION SELECT id FROM usage WHERE id > (SELECT max(id) FROM usage) - " +
      std::string(searched_rows) +
      " AND (instr(lower(error_message), ?) OR instr(lower(model_asked), ?) OR instr(lower(upstream_model), ?))";
  if (filter.search_bodies)
    sql +=
        " UNION SELECT u.id FROM usage u JOIN bodies b ON b.request_id = u.request_id WHERE b.id IN (SELECT rowid FROM bodies_text WHERE "
        "bodies_text MATCH ?)";
  return sql + ")";
}

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

void bind_search(Statement& statement, const UsageFilter& filter) {
  if (is_blank(filter.search)) return;
  const std::string words = lower(filter.search);
  statement.bind(std::string_view(filter.search));
  for (int column = 0; column < 3; ++column) statement.bind(std::string_view(words));
  if (filter.search_bodies) statement.bind(std::string_view(full_text_query(filter.search)));
}

Result<UsagePage> read_page(Connection& connection, const UsageFilter& filter, int limit, std::optional<std::int64_t> cursor) {
  const std::string sql = "SELECT id, " + std::string(usage_columns) + " FROM usage" +
                          where(filter, search_sql(filter) + (cursor ? " AND id < ?" : "")) + " ORDER BY id DESC LIMIT ?";
  Result<Statement> statement = connection.prepare(sql);
  if (!statement) return statement.error();
  bind_filter(*statement, filter);
  bind_search(*statement, filter);
  if (cursor) statement->bind(*cursor);
  statement->bind(limit + 1);  // one more tells whether there is a next page
  UsagePage page;
  std::int64_t last_id = 0;
  Result<bool> row = statement->step();
  for (; row && *row; row = statement->step()) {
    if (page.rows.size() == static_cast<std::size_t>(limit)) {
      page.next = last_id;
      break;
    }
    last_id = statement->integer(0);
    page.rows.push_back(read_usage(*statement, 1));
  }
  if (!row) return row.error();
  return page;
}

Result<std::optional<domain::UsageRow>> read_one(Connection& connection, std::string_view request_id) {
  Result<Statement> statement =
      connection.prepare("SELECT " + std::string(usage_columns) + " FROM usage WHERE request_id = ? ORDER BY id DESC LIMIT 1");
  if (!statement) return statement.error();
  Result<bool> row = statement->bind(request_id).step();
  if (!row) return row.error();
  if (!*row) return std::optional<domain::UsageRow>();
  return std::optional<domain::UsageRow>(read_usage(*statement, 0));
}

/// Rows that cannot be written now are missed by the answer; the log tells why, and they are not lost.
template <class T>
Task<Result<T>> after_flush(Database& database, Database::Work<T> work) {
  const Status flushed = co_await database.flush();
  (void)flushed;
  Result<T> result = co_await database.read<T>(std::move(work));
  co_return result;
}

}  // namespace

void UsageTotals::add(const UsageTotals& more) noexcept {
  requests += more.requests;
  errors += more.errors;
  input += more.input;
  output += more.output;
  cache_read += more.cache_read;
  cache_write += more.cache_write;
  reasoning += more.reasoning;
  cost_nano += more.cost_nano;
  unpriced += more.unpriced;
  latency_ms += more.latency_ms;
}

Task<Result<UsageHistory>> Usage::history(UsageFilter filter, std::int64_t now_ms) {
  Database::Work<UsageHistory> work = [filter = std::move(filter), now_ms](Transaction& transaction) {
    return read_history(transaction.telemetry(), filter, now_ms);
  };
  return after_flush(database_, std::move(work));
}

Task<Result<UsagePage>> Usage::recent(UsageFilter filter, int limit, std::optional<std::int64_t> cursor) {
  Database::Work<UsagePage> work = [filter = std::move(filter), limit = std::clamp(limit, 1, most_rows_a_page),
                                    cursor](Transaction& transaction) { return read_page(transaction.telemetry(), filter, limit, cursor); };
  return after_flush(database_, std::move(work));
}

Task<Result<std::optional<domain::UsageRow>>> Usage::find(std::string request_id) {
  Database::Work<std::optional<domain::UsageRow>> work = [request_id = std::move(request_id)](Transaction& transaction) {
    return read_one(transaction.telemetry(), request_id);
  };
  return after_flush(database_, std::move(work));
}

}  // namespace omniroute::store
