// A filter gives what a look at every row would, whatever the kinds, the order and the age of the rows.
#include <algorithm>
#include <array>
#include <map>

#include "connection.hpp"
#include "omniroute/store/retention.hpp"
#include "omniroute/store/usage.hpp"
#include "store_fixture.hpp"
#include "transaction.hpp"
#include "usage_filter.hpp"

namespace omniroute::store {
namespace {

constexpr std::int64_t day = 86'400'000;

class KindsTest : public testing::Test {
 protected:
  /// Rows over a hundred days, of some forty kinds; each tenth one began long before it ended.
  void fill(int count) {
    for (int i = 0; i < count; ++i) {
      domain::UsageRow row;
      row.request_id = "r" + std::to_string(i);
      row.time_ms = day * 100 * i / count - (i % 10 == 9 ? 3 * day / 2 : 0);
      row.time_ms = std::max<std::int64_t>(row.time_ms, 0);
      row.provider = i % 3 == 0 ? "groq" : "openai";
      row.upstream_model = "m" + std::to_string(i % 4);
      row.model_asked = i % 8 == 1 ? "fast" : row.upstream_model;
      row.account_id = row.provider + std::to_string(i % 2);
      row.key_id = i < 20 ? "old" : "k" + std::to_string(i % 5);
      row.status = i % 7 == 0 ? 502 : i % 31 == 0 ? 0 : 200;
      row.error_message = row.status == 502 ? "It Broke." : "";
      if (i % 11 == 0) row.dropped = i % 2 == 0 ? "stop, seed" : "seed";
      row.tokens.input = i;
      if (i % 2 == 0) row.cost_nano = 3 * i;
      row.latency_ms = i % 100;
      rows_.push_back(row);
      database_->append(std::move(row));
    }
    EXPECT_TRUE(test::run_task(database_->flush()));
  }

  static bool matches(const domain::UsageRow& row, const UsageFilter& f) {
    return (!f.since_ms || row.time_ms >= *f.since_ms) && (!f.until_ms || row.time_ms < *f.until_ms) &&
           (f.provider.empty() || row.provider == f.provider) &&
           (f.model.empty() || row.model_asked == f.model || row.upstream_model == f.model) &&
           (f.account_id.empty() || row.account_id == f.account_id) && (f.key_id.empty() || row.key_id == f.key_id) &&
           (!f.status || row.status == *f.status) && (!f.errors_only || row.status >= 400) && (!f.lossy_only || !row.dropped.empty());
  }

  static std::vector<UsageFilter> filters() {
    std::vector<UsageFilter> all(11);
    all[1].provider = "groq";
    all[2].model = "m3";
    all[3].model = "fast";
    all[4].account_id = "openai1";
    all[5].key_id = "k2";
    all[6].key_id = "old";
    all[7].status = 502;
    all[8].errors_only = true;
    all[9].lossy_only = true;
    all[10].key_id = "k3";
    all[10].provider = "openai";
    all[10].model = "m1";
    all[10].status = 200;
    const std::array<std::pair<std::int64_t, std::int64_t>, 6> times{{{0, day},
                                                                      {5 * day, 6 * day - 1},
                                                                      {day / 3, 90 * day + 7},
                                                                      {32 * day, 64 * day},
                                                                      {40 * day + 1, 40 * day + 9'000'000},
                                                                      {99 * day, 500 * day}}};
    std::vector<UsageFilter> timed = all;
    for (const UsageFilter& one : all)
      for (const auto& [since, until] : times) {
        timed.push_back(one);
        timed.back().since_ms = since;
        timed.back().until_ms = until;
      }
    return timed;
  }

  void expect_same(const UsageFilter& filter) {
    const Result<UsageHistory> history = test::run_task(Usage(*database_).history(filter, 0));
    ASSERT_TRUE(history) << history.error().detail;
    UsageTotals totals;
    std::map<std::string, std::int64_t> by_key;
    std::vector<std::string> newest;
    for (const domain::UsageRow& row : rows_) {
      if (!matches(row, filter)) continue;
      UsageTotals one{row.status != 0 ? 1 : 0, row.status >= 400 ? 1 : 0, *row.tokens.input};
      one.cost_nano = row.cost_nano.value_or(0);
      one.unpriced = row.cost_nano || row.status == 0 ? 0 : 1;
      one.latency_ms = row.latency_ms;
      totals.add(one);
      by_key[row.key_id] += one.requests;
      newest.insert(newest.begin(), row.request_id);
    }
    EXPECT_EQ(history->totals.requests, totals.requests);
    EXPECT_EQ(history->totals.errors, totals.errors);
    EXPECT_EQ(history->totals.input, totals.input);
    EXPECT_EQ(history->totals.cost_nano, totals.cost_nano);
    EXPECT_EQ(history->totals.unpriced, totals.unpriced);
    EXPECT_EQ(history->totals.latency_ms, totals.latency_ms);
    EXPECT_EQ(history->by_key.size(), by_key.size());
    for (const UsageGroup& group : history->by_key) EXPECT_EQ(group.totals.requests, by_key[group.id]) << group.id;
    EXPECT_EQ(all_pages(filter), newest);
  }

  std::vector<std::string> all_pages(const UsageFilter& filter) {
    std::vector<std::string> ids;
    std::optional<std::int64_t> cursor;
    do {
      const Result<UsagePage> page = test::run_task(Usage(*database_).recent(filter, 37, cursor));
      EXPECT_TRUE(page) << page.error().detail;
      if (!page) return ids;
      for (const domain::UsageRow& row : page->rows) ids.push_back(row.request_id);
      cursor = page->next;
    } while (cursor);
    return ids;
  }

  std::int64_t number(const std::string& sql) {
    Database::Work<std::int64_t> work = [sql](Transaction& transaction) { return transaction.telemetry().number(sql); };
    return *test::run_task(database_->read<std::int64_t>(std::move(work)));
  }

  bool trim_once(const TrimRules& rules) {
    Database::Work<bool> work = [rules](Transaction& transaction) { return trim(transaction, rules); };
    const Result<bool> more = test::run_task(database_->write<bool>(std::move(work)));
    EXPECT_TRUE(more) << more.error().detail;
    return more && *more;
  }

  ManualClock clock_;
  std::unique_ptr<Database> database_ = *Database::open_in_memory(clock_);
  std::vector<domain::UsageRow> rows_;
};

TEST_F(KindsTest, EachFilterGivesWhatALookAtEveryRowWould) {
  fill(800);
  for (const UsageFilter& filter : filters()) expect_same(filter);
}

TEST_F(KindsTest, TheyShrinkWithTheRowsAndGoWithTheLastOne) {
  fill(800);
  const std::int64_t before = 50 * day + 12'345;
  ASSERT_FALSE(trim_once({before, 0, 1LL << 40}));
  rows_.erase(std::remove_if(rows_.begin(), rows_.end(), [before](const domain::UsageRow& row) { return row.time_ms < before; }),
              rows_.end());
  for (const UsageFilter& filter : filters())
    if (asks_for_kinds(filter)) expect_same(filter);
  EXPECT_EQ(number("SELECT count(*) FROM kinds WHERE key_id = 'old'"), 0) << "no row is of those kinds any more";
  EXPECT_EQ(number("SELECT count(*) FROM usage_kinds"), static_cast<std::int64_t>(rows_.size()));
  EXPECT_EQ(number("SELECT sum(entries) FROM kind_days"), static_cast<std::int64_t>(rows_.size()));
  EXPECT_EQ(number("SELECT sum(entries) FROM kind_months"), static_cast<std::int64_t>(rows_.size()));
  EXPECT_EQ(number("SELECT count(*) FROM usage_times WHERE slot < " + std::to_string(before / 1'800'000)), 0);
  ASSERT_TRUE(trim_once({0, 0, 1}));
  for (const char* table : {"usage", "kinds", "usage_kinds", "kind_days", "kind_months"})
    EXPECT_EQ(number("SELECT count(*) FROM " + std::string(table)), 0) << table;
  rows_.clear();
  fill(50);
  for (const UsageFilter& filter : filters())
    if (asks_for_kinds(filter)) expect_same(filter);
}

TEST_F(KindsTest, WordsAreFoundInModelsOfAnyAgeAndInErrors) {
  fill(300);
  UsageFilter filter;
  filter.search = "FAST";
  EXPECT_EQ(all_pages(filter).size(), 38U);
  EXPECT_EQ(all_pages(filter).back(), "r1");
  filter.provider = "groq";
  const std::vector<std::string> fast = all_pages(filter);
  EXPECT_EQ(fast.size(), 13U);
  filter.search = "it broke";
  filter.provider = "openai";
  filter.since_ms = 10 * day;
  const auto wanted =
      std::count_if(rows_.begin(), rows_.end(), [&](const domain::UsageRow& row) { return matches(row, filter) && row.status == 502; });
  EXPECT_EQ(all_pages(filter).size(), static_cast<std::size_t>(wanted));
  filter.search = "r5";
  filter.provider.clear();
  filter.since_ms.reset();
  EXPECT_EQ(all_pages(filter), std::vector<std::string>{"r5"});
}

}  // namespace
}  // namespace omniroute::store
