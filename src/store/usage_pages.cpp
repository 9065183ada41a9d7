#include "usage_pages.hpp"

#include <algorithm>
#include <map>
#include <queue>
#include <string>
#include <utility>

#include "body_search.hpp"
#include "usage_filter.hpp"
#include "usage_rows.hpp"

namespace omniroute::store {
namespace {

/// Words are looked for in the error texts of so many of the newest rows; kinds, request ids and bodies have an index.
constexpr std::int64_t searched_rows = 100'000;
/// Of so many bodies with the words the rows are looked at for one page; the next page goes on from there.
constexpr int bodies_a_page = 10'000;
/// Bodies and rows of one moment may lie in another order.
constexpr int bodies_out_of_order = 256;

bool is_blank(std::string_view text) { return text.find_first_not_of(' ') == std::string_view::npos; }

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

/// The page under way: the newest rows found so far, one more than it takes, so that it is known whether there is a next page.
class PageReader {
 public:
  PageReader(Connection& connection, const UsageFilter& filter, std::size_t most, IdRange ids)
      : connection_(connection), filter_(filter), most_(most), ids_(ids) {}

  Result<UsagePage> read() {
    if (Status done = walk(); !done) return done.error();
    UsagePage page;
    for (auto& [id, row] : rows_) {
      if (id < not_below_) break;
      if (page.rows.size() == most_) {
        page.next = last_id_;
        return page;
      }
      last_id_ = id;
      page.rows.push_back(std::move(row));
    }
    if (not_below_ > 0) page.next = not_below_;
    return page;
  }

 private:
  Status walk() {
    if (is_blank(filter_.search)) return asks_for_kinds(filter_) ? walk_kinds("") : walk_rows("", "", {});
    const std::string words = lower(filter_.search);
    if (Status done = walk_rows("INDEXED BY usage_by_request", " AND u.request_id = ?", filter_.search); !done) return done;
    if (Status done = walk_kinds(words); !done) return done;
    if (Status done = walk_errors(words); !done) return done;
    return filter_.search_bodies ? walk_bodies() : Status();
  }

  /// Rows by their number, by that index or as they lie, with one more condition that takes a text.
  Status walk_rows(std::string_view index, std::string_view condition, std::string_view text) {
    Result<Statement> statement = connection_.prepare(row_sql(index, condition) + " ORDER BY u.id DESC LIMIT ?");
    if (!statement) return statement.error();
    bind_row(*statement);
    if (!condition.empty()) statement->bind(text);
    statement->bind(static_cast<std::int64_t>(most_ + 1));
    return take(*statement);
  }

  /// Rows of the kinds that match, of all kinds the newest first. `words`: what the name of the model holds, if anything.
  Status walk_kinds(const std::string& words) {
    Result<Statement> heads = connection_.prepare(
        "SELECT k.id, (SELECT s.id FROM usage_kinds s WHERE s.kind = k.id AND s.id BETWEEN ? AND ? ORDER BY s.id DESC LIMIT 1) FROM kinds "
        "k "
        "WHERE 1" +
        kinds_sql(filter_, "k") + (words.empty() ? "" : " AND (instr(lower(k.model_asked), ?) OR instr(lower(k.upstream_model), ?))"));
    if (!heads) return heads.error();
    heads->bind_all(ids_.first, ids_.last);
    bind_kinds(*heads, filter_);
    if (!words.empty()) heads->bind_all(std::string_view(words), std::string_view(words));
    std::priority_queue<std::pair<std::int64_t, std::int64_t>> newest;  // of row and kind
    Result<bool> row = heads->step();
    for (; row && *row; row = heads->step())
      if (!heads->is_null(1)) newest.emplace(heads->integer(1), heads->integer(0));
    if (!row) return row.error();
    return merge(newest);
  }

  Status merge(std::priority_queue<std::pair<std::int64_t, std::int64_t>>& newest) {
    Result<Statement> before =
        connection_.prepare("SELECT id FROM usage_kinds WHERE kind = ? AND id BETWEEN ? AND ? ORDER BY id DESC LIMIT 1");
    if (!before) return before.error();
    Result<Statement> one =
        connection_.prepare("SELECT u.id, " + std::string(usage_columns) + " FROM usage u WHERE u.id = ?" + times_sql(filter_));
    if (!one) return one.error();
    for (std::size_t found = 0; found <= most_ && !newest.empty();) {
      const auto [id, kind] = newest.top();
      newest.pop();
      one->bind(id);
      bind_times(*one, filter_);
      const std::size_t had = rows_.size();
      if (Status taken = take(*one); !taken) return taken;
      found += rows_.size() - had;
      Result<bool> earlier = before->bind_all(kind, ids_.first, id - 1).step();
      if (!earlier) return earlier.error();
      if (*earlier) newest.emplace(before->integer(0), kind);
      if (Status reset = before->run(); !reset) return reset;
    }
    return {};
  }

  Status walk_errors(const std::string& words) {
    Result<std::int64_t> newest = connection_.number("SELECT max(id) FROM usage");
    if (!newest) return newest.error();
    const IdRange all = std::exchange(ids_, {std::max(ids_.first, *newest - searched_rows + 1), ids_.last});
    Status walked = walk_rows("INDEXED BY usage_with_error", " AND u.error_message <> '' AND instr(lower(u.error_message), ?)", words);
    ids_ = all;
    return walked;
  }

  Status walk_bodies() {
    const bool from_the_newest = ids_.last == IdRange().last;
    Result<BodySearch> bodies = BodySearch::begin(connection_, filter_.search, from_the_newest ? std::nullopt : std::optional(ids_.last));
    if (!bodies) return bodies.error();
    Result<Statement> statement =
        connection_.prepare("SELECT u.id BETWEEN ? AND ?" + kinds_sql(filter_, "u") + times_sql(filter_) + ", u.id, " +
                            std::string(usage_columns) + " FROM usage u WHERE u.request_id = (SELECT request_id FROM bodies WHERE id = ?)");
    if (!statement) return statement.error();
    std::size_t found = 0;
    int beyond = 0;
    for (int looked = 0; looked < bodies_a_page && beyond < bodies_out_of_order;) {
      Result<std::optional<std::int64_t>> body = bodies->next();
      if (!body) return body.error();
      if (!*body) {
        not_below_ = 0;
        return {};
      }
      bind_row(*statement);
      Result<Seen> seen = take_of_body(statement->bind(**body));
      if (!seen) return seen.error();
      const bool above = seen->any && seen->lowest > ids_.last;
      if (!above) ++looked;
      if (above || !seen->any) continue;
      found += seen->found;
      not_below_ = not_below_ == 0 ? seen->lowest : std::min(not_below_, seen->lowest);
      if (found > most_ || seen->lowest < ids_.first) ++beyond;
    }
    if (beyond == bodies_out_of_order) not_below_ = 0;
    return {};
  }

  struct Seen {
    bool any = false;
    std::size_t found = 0;
    std::int64_t lowest = IdRange().last;
  };
  /// The rows of one body's request; those that the filter asks for are taken.
  Result<Seen> take_of_body(Statement& statement) {
    Seen seen;
    Result<bool> row = statement.step();
    for (; row && *row; row = statement.step()) {
      const std::int64_t id = statement.integer(1);
      seen.any = true;
      seen.lowest = std::min(seen.lowest, id);
      if (statement.integer(0) != 0 && rows_.try_emplace(id, read_usage(statement, 2)).second) ++seen.found;
    }
    if (!row) return row.error();
    if (Status reset = statement.run(); !reset) return reset.error();
    return seen;
  }

  [[nodiscard]] std::string row_sql(std::string_view index, std::string_view condition) const {
    std::string sql = "SELECT u.id, ";
    return sql.append(usage_columns)
        .append(" FROM usage u ")
        .append(index)
        .append(" WHERE u.id BETWEEN ? AND ?")
        .append(kinds_sql(filter_, "u"))
        .append(times_sql(filter_))
        .append(condition);
  }
  void bind_row(Statement& statement) const {
    statement.bind_all(ids_.first, ids_.last);
    bind_kinds(statement, filter_);
    bind_times(statement, filter_);
  }
  Status take(Statement& statement) {
    Result<bool> row = statement.step();
    for (; row && *row; row = statement.step()) rows_.try_emplace(statement.integer(0), read_usage(statement, 1));
    if (!row) return row.error();
    return statement.run();
  }

  Connection& connection_;
  const UsageFilter& filter_;
  const std::size_t most_;
  IdRange ids_;
  std::map<std::int64_t, domain::UsageRow, std::greater<>> rows_;
  std::int64_t last_id_ = 0;
  std::int64_t not_below_ = 0;  ///< above 0: bodies of earlier rows were not looked at
};

}  // namespace

Result<UsagePage> read_page(Connection& telemetry, const UsageFilter& filter, int limit, std::optional<std::int64_t> cursor) {
  Result<IdRange> ids = ids_of_times(telemetry, filter);
  if (!ids) return ids.error();
  if (cursor) ids->last = std::min(ids->last, *cursor - 1);
  if (ids->empty()) return UsagePage();
  return PageReader(telemetry, filter, static_cast<std::size_t>(limit), *ids).read();
}

}  // namespace omniroute::store
