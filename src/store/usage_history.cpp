#include "usage_history.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "usage_filter.hpp"
#include "usage_kinds.hpp"
#include "usage_rows.hpp"
#include "usage_slots.hpp"

namespace omniroute::store {
namespace {

constexpr std::int64_t minute_ms = 60'000;
constexpr std::size_t most_groups = 500;
constexpr std::int64_t forever_ms = std::int64_t{1} << 60;

/// One list of a history: where the sums have it, and which columns of a row or a kind name its members.
struct Grouping {
  Dimension dimension;
  int id;
  int provider;  // or -1
  std::vector<UsageGroup> UsageHistory::*list;
};
constexpr std::array<Grouping, 5> groupings{{{Dimension::provider, 0, 0, &UsageHistory::by_provider},
                                             {Dimension::model, 1, 0, &UsageHistory::by_model},
                                             {Dimension::account, 2, 0, &UsageHistory::by_account},
                                             {Dimension::key, 3, -1, &UsageHistory::by_key},
                                             {Dimension::dropped, 4, -1, &UsageHistory::by_dropped}}};
/// What takes() expects: the names above, when last, the sums.
constexpr std::string_view of_rows =
    "SELECT u.provider, u.upstream_model, u.account_id, u.key_id, u.dropped, u.time_ms, u.status <> 0, u.status >= 400, u.input_tokens, "
    "u.output_tokens, u.cache_read_tokens, u.cache_write_tokens, u.reasoning_tokens, u.cost_nano, u.cost_nano IS NULL AND u.status <> 0, "
    "u.latency_ms ";
constexpr std::string_view of_kinds =
    "SELECT k.provider, k.upstream_model, k.account_id, k.key_id, k.dropped, max(s.last_ms), sum(s.entries) * (k.status <> 0), "
    "sum(s.entries) * (k.status >= 400), sum(s.input_tokens), sum(s.output_tokens), sum(s.cache_read_tokens), sum(s.cache_write_tokens), "
    "sum(s.reasoning_tokens), sum(s.cost_nano), sum(s.unpriced), sum(s.latency_ms) ";

/// Rows and sums as they come, by the names in them.
class Gathering {
 public:
  /// The rows that are left of a statement.
  Status take(Statement& statement) {
    Result<bool> row = statement.step();
    for (; row && *row; row = statement.step()) {
      const std::int64_t last_ms = statement.integer(5);
      const UsageTotals totals = read_totals(statement, 6);
      totals_.add(totals);
      for (std::size_t n = 0; n < groupings.size(); ++n) {
        const Grouping& grouping = groupings[n];
        const std::string_view id = statement.text(grouping.id);
        if (grouping.dimension == Dimension::dropped && id.empty()) continue;
        add(groups_[n], id, grouping.provider < 0 ? std::string_view() : statement.text(grouping.provider), totals, last_ms);
      }
    }
    if (!row) return row.error();
    return {};
  }

  void add_to(UsageHistory& history) {
    history.totals.add(totals_);
    for (std::size_t n = 0; n < groupings.size(); ++n) {
      std::vector<UsageGroup>& list = history.*groupings[n].list;
      for (const UsageGroup& group : list) add(groups_[n], group.id, group.provider, group.totals, group.last_ms);
      list.clear();
      for (auto& [name, group] : groups_[n]) list.push_back(std::move(group));
      std::sort(list.begin(), list.end(), [](const UsageGroup& a, const UsageGroup& b) {
        return std::tie(b.totals.requests, a.id, a.provider) < std::tie(a.totals.requests, b.id, b.provider);
      });
      if (groupings[n].dimension != Dimension::dropped && list.size() > most_groups) list.resize(most_groups);
    }
  }

 private:
  using Groups = std::unordered_map<std::string, UsageGroup>;

  void add(Groups& groups, std::string_view id, std::string_view provider, const UsageTotals& totals, std::int64_t last_ms) {
    name_.assign(id).append(1, '\0').append(provider);
    const auto [place, is_new] = groups.try_emplace(name_);
    UsageGroup& group = place->second;
    if (is_new) {
      group.id = id;
      group.provider = provider;
    }
    group.totals.add(totals);
    group.last_ms = std::max(group.last_ms, last_ms);
  }

  UsageTotals totals_;
  std::array<Groups, groupings.size()> groups_;
  std::string name_;
};

/// A stretch of time, the end not in it.
struct Stretch {
  std::int64_t since = 0;
  std::int64_t until = 0;
};

UsageFilter within(UsageFilter filter, const Stretch& stretch) {
  filter.since_ms = stretch.since;
  filter.until_ms = stretch.until;
  return filter;
}

/// Row by row, by their time: for short stretches.
Status take_rows(Connection& connection, const Stretch& stretch, Gathering& into) {
  if (stretch.since >= stretch.until) return {};
  Result<Statement> statement = connection.prepare(std::string(of_rows) + "FROM usage u WHERE u.time_ms >= ? AND u.time_ms < ?");
  if (!statement) return statement.error();
  statement->bind_all(stretch.since, stretch.until);
  return into.take(*statement);
}

/// Row by row, but only those of the kinds.
Status take_rows_of_kinds(Connection& connection, const UsageFilter& whole, const Stretch& stretch, Gathering& into) {
  if (stretch.since >= stretch.until) return {};
  const UsageFilter filter = within(whole, stretch);
  Result<IdRange> ids = ids_of_times(connection, filter);
  if (!ids) return ids.error();
  if (ids->empty()) return {};
  Result<Statement> statement = connection.prepare(
      std::string(of_rows) +
      "FROM kinds k CROSS JOIN usage_kinds s ON s.kind = k.id AND s.id BETWEEN ? AND ? CROSS JOIN usage u ON u.id = s.id "
      "WHERE 1" +
      kinds_sql(filter, "k") + times_sql(filter));
  if (!statement) return statement.error();
  statement->bind_all(ids->first, ids->last);
  bind_kinds(*statement, filter);
  bind_times(*statement, filter);
  return into.take(*statement);
}

/// Sums of the kinds over spans from the first to the one before `behind`.
Status take_spans(Connection& connection, const UsageFilter& filter, std::string_view table, std::int64_t first, std::int64_t behind,
                  Gathering& into) {
  if (first >= behind) return {};
  Result<Statement> statement =
      connection.prepare(std::string(of_kinds) + "FROM kinds k CROSS JOIN " + std::string(table) +
                         " s ON s.kind = k.id AND s.span BETWEEN ? AND ? WHERE 1" + kinds_sql(filter, "k") + " GROUP BY k.id");
  if (!statement) return statement.error();
  statement->bind_all(first, behind - 1);
  bind_kinds(*statement, filter);
  return into.take(*statement);
}

/// The whole spans of a stretch: the first one, and the one behind the last.
Stretch whole_spans(const Stretch& stretch, std::int64_t length) {
  const std::int64_t first = (stretch.since + length - 1) / length;
  return {first, std::max(first, stretch.until / length)};
}

Status take_kinds(Connection& connection, const UsageFilter& filter, const Stretch& all, Gathering& into) {
  const Stretch days = whole_spans(all, day_ms);
  const Stretch months = whole_spans(days, days_a_month);
  if (Status took = take_spans(connection, filter, "kind_months", months.since, months.until, into); !took) return took;
  const bool some = months.since < months.until;
  const Stretch before{days.since, some ? months.since * days_a_month : days.until};
  const Stretch after{some ? months.until * days_a_month : days.until, days.until};
  if (Status took = take_spans(connection, filter, "kind_days", before.since, before.until, into); !took) return took;
  if (Status took = take_spans(connection, filter, "kind_days", after.since, after.until, into); !took) return took;
  const std::int64_t first_day = std::min(days.since * day_ms, all.until);
  if (Status took = take_rows_of_kinds(connection, filter, {all.since, first_day}, into); !took) return took;
  return take_rows_of_kinds(connection, filter, {std::max(first_day, days.until * day_ms), all.until}, into);
}

Status take_time(Connection& connection, const Stretch& all, UsageHistory& history, Gathering& edges) {
  const Stretch slots = whole_spans(all, slot_ms);
  if (slots.since >= slots.until) return take_rows(connection, all, edges);
  std::vector<UsageGroup> whole;
  if (Status read = slot_groups(connection, Dimension::all, slots.since, slots.until - 1, whole); !read) return read;
  for (const UsageGroup& group : whole) history.totals.add(group.totals);
  for (const Grouping& grouping : groupings)
    if (Status read = slot_groups(connection, grouping.dimension, slots.since, slots.until - 1, history.*grouping.list); !read) return read;
  if (Status took = take_rows(connection, {all.since, slots.since * slot_ms}, edges); !took) return took;
  return take_rows(connection, {slots.until * slot_ms, all.until}, edges);
}

Status fill_minutes(Connection& connection, const UsageFilter& whole, std::int64_t now_ms, std::array<UsageMinute, 10>& minutes) {
  const std::int64_t last = now_ms / minute_ms;
  const std::int64_t first = last - static_cast<std::int64_t>(minutes.size()) + 1;
  for (std::size_t i = 0; i < minutes.size(); ++i) minutes[i].start_ms = (first + static_cast<std::int64_t>(i)) * minute_ms;
  Result<Statement> statement =
      connection.prepare(std::string(of_rows) + "FROM usage u WHERE u.time_ms >= ? AND u.time_ms < ?" + kinds_sql(whole, "u"));
  if (!statement) return statement.error();
  statement->bind_all(first * minute_ms, (last + 1) * minute_ms);
  bind_kinds(*statement, whole);
  Result<bool> row = statement->step();
  for (; row && *row; row = statement->step()) {
    const auto place = static_cast<std::size_t>(statement->integer(5) / minute_ms - first);
    if (place < minutes.size()) minutes[place].totals.add(read_totals(*statement, 6));
  }
  if (!row) return row.error();
  return {};
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

}  // namespace

Result<UsageHistory> read_history(Connection& telemetry, const UsageFilter& filter, std::int64_t now_ms) {
  UsageHistory history;
  Gathering gathering;
  const Stretch all{std::clamp<std::int64_t>(filter.since_ms.value_or(0), 0, forever_ms),
                    std::clamp<std::int64_t>(filter.until_ms.value_or(forever_ms), 0, forever_ms)};
  Status took = asks_for_kinds(filter) ? take_kinds(telemetry, filter, all, gathering) : take_time(telemetry, all, history, gathering);
  if (!took) return took.error();
  gathering.add_to(history);
  history.by_dropped = by_field(history.by_dropped);
  if (Status filled = fill_minutes(telemetry, filter, now_ms, history.last_minutes); !filled) return filled.error();
  return history;
}

}  // namespace omniroute::store
