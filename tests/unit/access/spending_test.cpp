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
  Result<Booking> book(std::int64_t tokens = 0) { return spending_.book(*config_, config_->key_by_id("k"), tokens); }
  Result<Reservation> reserve(std::int64_t nano = 0, const char* provider = "p") {
    return spending_.reserve(*config_, config_->key_by_id("k"), provider, nano);
  }
  void settle(Reservation& reservation, std::int64_t nano) { spending_.settle(booking_, reservation, *config_, "p", {0, nano}); }

  ManualClock clock_;
  Spending spending_{clock_};
  const Booking booking_ = [] {
    Booking booking;
    booking.key_id = "k";
    return booking;
  }();
  domain::ApiKey key_;
  std::vector<domain::Budget> budgets_;
  std::unique_ptr<config::Snapshot> config_;
};

TEST_F(SpendingTest, AThousandAtOnceOverspendByNoMoreThanOneEstimate) {
  key_.daily_budget_nano = dollar;
  build();
  std::vector<Reservation> passed;
  for (int i = 0; i < 1000; ++i) {
    Result<Reservation> held = reserve(dollar / 30);
    if (held) {
      passed.push_back(*std::move(held));
    } else {
      EXPECT_EQ(held.error().kind, ErrorKind::payment_required);
      EXPECT_EQ(held.error().code, "budget_exceeded");
    }
  }
  EXPECT_EQ(passed.size(), 31U) << "thirty fill the budget to the last nano but ten, one more may go";
  for (Reservation& held : passed) settle(held, dollar / 30);
  EXPECT_LE(spending_.standing("k", "").spent_today, dollar + dollar / 30);
  EXPECT_EQ(spending_.standing("k", "").reserved, 0);
  EXPECT_FALSE(book()) << "what is spent keeps a request out before it is planned";
  EXPECT_FALSE(reserve());
}

TEST_F(SpendingTest, WhatGoesUnsettledIsGivenBackAndWhatCostLessLeavesRoom) {
  key_.monthly_budget_nano = dollar;
  build();
  {
    const Result<Reservation> gone = reserve(5 * dollar);
    EXPECT_TRUE(gone);
  }
  EXPECT_EQ(spending_.standing("k", "").reserved, 0);
  Reservation cheap = *reserve(5 * dollar);
  EXPECT_FALSE(book());
  settle(cheap, dollar / 2);
  EXPECT_TRUE(book());
  EXPECT_EQ(spending_.standing("", "p").spent_this_month, dollar / 2);
  EXPECT_EQ(spending_.standing("", "").spent_today, dollar / 2);
}

TEST_F(SpendingTest, ADayEndsADailyBudgetAndProvidersAndAllHaveTheirOwn) {
  for (const char* whose : {"", "p"}) {
    SCOPED_TRACE(whose);
    budgets_ = {{whose, dollar, 0}};
    build();
    Reservation held = *reserve(dollar);
    settle(held, 2 * dollar);
    const Result<Reservation> refused = reserve();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::payment_required);
    EXPECT_EQ(reserve(0, "q").ok(), *whose != 0) << "another provider has its own";
    EXPECT_EQ(book().ok(), *whose != 0) << "a provider's budget keeps no request out: others may serve it";
    clock_.advance(std::chrono::hours(24));
    EXPECT_TRUE(reserve());
    clock_.advance(std::chrono::hours(24));
  }
}

TEST_F(SpendingTest, AProvidersOverdraftTellsWhatIsSpentAndHeld) {
  budgets_ = {{"p", 2 * dollar, 0}};
  build();
  EXPECT_FALSE(spending_.overdraft(*config_, "p"));
  Reservation held = *reserve(dollar);
  settle(held, dollar);
  EXPECT_FALSE(spending_.overdraft(*config_, "p"));
  const Reservation under_way = *reserve(dollar);
  const std::optional<Overdraft> over = spending_.overdraft(*config_, "p");
  ASSERT_TRUE(over);
  EXPECT_DOUBLE_EQ(over->spent, 2);
  EXPECT_DOUBLE_EQ(over->limit, 2);
  EXPECT_FALSE(spending_.overdraft(*config_, "q"));
}

TEST_F(SpendingTest, WhatWasSpentBeforeTheStartCounts) {
  key_.daily_budget_nano = dollar;
  build();
  spending_.recall({{"k", "", dollar}}, {{"k", "", 3 * dollar}, {"", "", 4 * dollar}});
  EXPECT_FALSE(book());
  EXPECT_EQ(spending_.standing("k", "").spent_this_month, 3 * dollar);
  EXPECT_EQ(spending_.standing("", "").spent_this_month, 4 * dollar);
}

TEST_F(SpendingTest, RequestsOfUnknownCostAreCountedByDayAndMonth) {
  build();
  spending_.recall({{"k", "", dollar, 2}}, {{"k", "", 3 * dollar, 5}, {"", "", 4 * dollar, 6}});
  Reservation held = *reserve();
  spending_.settle(booking_, held, *config_, "p", {10, 0, true});
  EXPECT_EQ(spending_.standing("k", "").unpriced_today, 3);
  EXPECT_EQ(spending_.standing("k", "").unpriced_this_month, 6);
  EXPECT_EQ(spending_.standing("", "").unpriced_this_month, 7);
  EXPECT_EQ(spending_.standing("", "p").unpriced_today, 1);
  Reservation free = *reserve();
  settle(free, 0);
  EXPECT_EQ(spending_.standing("", "p").unpriced_today, 1) << "what is known to cost nothing is not unknown";
  clock_.advance(std::chrono::hours(24));
  EXPECT_EQ(spending_.standing("k", "").unpriced_today, 0);
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
  const Booking booking = *book(5000);
  EXPECT_FALSE(book()) << "what it may come to counts at once";
  Reservation none;
  spending_.settle(booking, none, *config_, "p", {200, 0});
  EXPECT_TRUE(book()) << "and what it came to afterwards";
}

}  // namespace
}  // namespace omniroute::access
