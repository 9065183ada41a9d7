#include "omniroute/store/retention.hpp"

#include "omniroute/store/analytics.hpp"
#include "omniroute/store/usage.hpp"
#include "store_fixture.hpp"

namespace omniroute::store {
namespace {

class RetentionTest : public testing::Test {
 protected:
  void add(std::int64_t time_ms, int count, std::optional<std::int64_t> cost_nano = 5) {
    for (int i = 0; i < count; ++i) {
      domain::UsageRow row;
      row.request_id = "r" + std::to_string(time_ms) + "-" + std::to_string(i);
      row.time_ms = time_ms;
      row.status = 200;
      row.provider = "p";
      row.upstream_model = "m";
      row.account_id = "a";
      row.key_id = "k";
      row.error_message = std::string(200, 'x');
      row.cost_nano = cost_nano;
      database_->append(row);
    }
    EXPECT_TRUE(test::run_task(database_->flush()));
  }
  Result<bool> trim_once(TrimRules rules) {
    Database::Work<bool> work = [rules](Transaction& transaction) { return trim(transaction, rules); };
    return test::run_task(database_->write<bool>(std::move(work)));
  }
  /// Of the rows: sums by half hours know nothing of one key's times.
  std::int64_t rows() {
    UsageFilter filter;
    filter.key_id = "k";
    return test::run_task(Usage(*database_).history(std::move(filter), 0))->totals.requests;
  }

  ManualClock clock_;
  std::unique_ptr<Database> database_ = *Database::open_in_memory(clock_);
};

TEST_F(RetentionTest, RowsBeforeTheirTimeGoAndTheirSumsStay) {
  add(1'000, 3);
  add(5'000'000, 2);
  const Result<bool> more = trim_once({5'000'000, 0, 1LL << 40});
  ASSERT_TRUE(more);
  EXPECT_FALSE(*more);
  EXPECT_EQ(rows(), 2);
  const auto all = test::run_task(UsageSlots(*database_).analytics(0, 10'000'000, 0));
  ASSERT_TRUE(all);
  EXPECT_EQ(all->totals.requests, 5);
  EXPECT_EQ(all->totals.cost_nano, 25);
  EXPECT_EQ(all->by_key.at(0).id, "k");
}

TEST_F(RetentionTest, TheOldestRowsGoWhileThereIsTooMuch) {
  add(1'000, 3'000);
  add(2'000, 100);
  const Result<bool> more = trim_once({0, 0, 1});
  ASSERT_TRUE(more);
  EXPECT_TRUE(*more);
  EXPECT_EQ(rows(), 1'100);
}

TEST_F(RetentionTest, WhatWasSpentAndWhatIsNotKnownIsToldByKeyProviderAndInAll) {
  add(1'000, 3);
  add(20'000'000, 2);
  add(20'000'000, 4, std::nullopt);
  const auto spent = test::run_task(UsageSlots(*database_).spent_since(10'000'000));
  ASSERT_TRUE(spent);
  ASSERT_EQ(spent->size(), 3U);
  for (const Spent& each : *spent) {
    EXPECT_EQ(each.nano, 10);
    EXPECT_EQ(each.unpriced, 4);
  }
}

TEST_F(RetentionTest, DaysAreThoseOfTheViewer) {
  add(23 * 3'600'000LL, 1);  // 23:00 of the first day in UTC
  const auto days = [&](int offset) { return test::run_task(UsageSlots(*database_).analytics(0, 200'000'000, offset))->by_day.at(0).day; };
  EXPECT_EQ(days(0), 0);
  EXPECT_EQ(days(120), 1);
}

}  // namespace
}  // namespace omniroute::store
