#include "omniroute/access/spending.hpp"

#include <gtest/gtest.h>

namespace omniroute::access {
namespace {

constexpr std::int64_t dollar = config::nano_per_dollar;

class SpendingTest : public testing::Test {
 protected:
  SpendingTest() {
    key_.id = "k";
    key_.name = "test";
  }
  void build() {
    static const auto catalog = std::make_shared<const catalog::Catalog>(*catalog::Catalog::embedded());
    config::Rows rows;
    rows.keys.push_back(key_);
    rows.budgets = budgets_;
    config_ = std::make_unique<config::Snapshot>(catalog, std::move(rows));
  }
  Result<Booking> book(Estimate estimate = {}) { return spending_.book(*config_, config_->key_by_id("k"), "p", estimate); }
  void settle(Booking& booking, Estimate actual) { spending_.settle(booking, *config_, "p", actual); }

  ManualClock clock_;
  Spending spending_{clock_};
  domain::ApiKey key_;
  std::vector<domain::Budget> budgets_;
  std::unique_ptr<config::Snapshot> config_;
};

TEST_F(SpendingTest, AThousandAtOnceOverspendByNoMoreThanOneEstimate) {
  key_.daily_budget_nano = dollar;
  build();
  std::vector<Booking> passed;
  for (int i = 0; i < 1000; ++i) {
    Result<Booking> booking = book({100, dollar / 30});
    if (booking) {
      passed.push_back(*std::move(booking));
    } else {
      EXPECT_EQ(booking.error().kind, ErrorKind::payment_required);
      EXPECT_EQ(booking.error().code, "budget_exceeded");
    }
  }
  EXPECT_EQ(passed.size(), 31U) << "thirty fill the budget to the last nano but ten, one more may go";
  for (Booking& booking : passed) settle(booking, {100, dollar / 30});
  EXPECT_LE(spending_.standing("k", "").spent_today, dollar + dollar / 30);
  EXPECT_EQ(spending_.standing("k", "").reserved, 0);
  EXPECT_FALSE(book());
}

TEST_F(SpendingTest, WhatGoesUnsettledIsGivenBackAndWhatCostLessLeavesRoom) {
  key_.monthly_budget_nano = dollar;
  build();
  {
    const Result<Booking> gone = book({0, 5 * dollar});
    EXPECT_TRUE(gone);
  }
  EXPECT_EQ(spending_.standing("k", "").reserved, 0);
  Booking cheap = *book({0, 5 * dollar});
  EXPECT_FALSE(book());
  settle(cheap, {0, dollar / 2});
  EXPECT_TRUE(book());
  EXPECT_EQ(spending_.standing("", "p").spent_this_month, dollar / 2);
  EXPECT_EQ(spending_.standing("", "").spent_today, dollar / 2);
}

TEST_F(SpendingTest, ADayEndsADailyBudgetAndProvidersAndAllHaveTheirOwn) {
  for (const char* whose : {"", "p"}) {
    SCOPED_TRACE(whose);
    budgets_ = {{whose, dollar, 0}};
    build();
    Booking booking = *book({0, dollar});
    settle(booking, {0, 2 * dollar});
    const Result<Booking> refused = book();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::payment_required);
    clock_.advance(std::chrono::hours(24));
    EXPECT_TRUE(book());
    clock_.advance(std::chrono::hours(24));
  }
}

TEST_F(SpendingTest, WhatWasSpentBeforeTheStartCounts) {
  key_.daily_budget_nano = dollar;
  build();
  spending_.recall({{"k", "", dollar}}, {{"k", "", 3 * dollar}, {"", "", 4 * dollar}});
  EXPECT_FALSE(book());
  EXPECT_EQ(spending_.standing("k", "").spent_this_month, 3 * dollar);
  EXPECT_EQ(spending_.standing("", "").spent_this_month, 4 * dollar);
}

TEST_F(SpendingTest, RequestsAndTokensAMinuteAreKeptAndTheWaitIsTold) {
  key_.requests_per_minute = 3;
  build();
  for (int i = 0; i < 3; ++i) {
    const Result<Booking> booking = book();
    ASSERT_TRUE(booking);
    EXPECT_EQ(booking->requests_left, 2 - i);
  }
  clock_.advance(std::chrono::seconds(20));
  const Result<Booking> refused = book();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::rate_limited);
  EXPECT_EQ(refused.error().retry_after, std::chrono::seconds(40));
  clock_.advance(std::chrono::seconds(40));
  EXPECT_TRUE(book());

  key_.requests_per_minute = 0;
  key_.tokens_per_minute = 1000;
  build();
  clock_.advance(std::chrono::seconds(60));
  Booking booking = *book({5000, 0});
  EXPECT_FALSE(book()) << "what it may come to counts at once";
  settle(booking, {200, 0});
  EXPECT_TRUE(book()) << "and what it came to afterwards";
}

}  // namespace
}  // namespace omniroute::access
