#include "omniroute/store/series.hpp"

#include <algorithm>

#include "store_fixture.hpp"

namespace omniroute::store {
namespace {

constexpr std::int64_t slot_ms = 1'800'000;
constexpr std::int64_t slots_a_day = 48;
constexpr std::int64_t last_slot = 20'000 * slots_a_day + 31;

/// Two rows an hour over the newest hundred days, of two models.
class SeriesTest : public testing::Test {
 protected:
  void SetUp() override {
    for (std::int64_t slot = last_slot - 100 * slots_a_day; slot <= last_slot; ++slot) {
      domain::UsageRow row;
      row.time_ms = slot * slot_ms + 7;
      row.provider = "openai";
      row.upstream_model = slot % 3 == 0 ? "rare" : "usual";
      row.status = 200;
      row.tokens.input = slot % 10;
      database_->append(std::move(row));
    }
    ASSERT_TRUE(test::run_task(database_->flush()));
  }
  SeriesAnswer read(Dimension split, std::int64_t days, std::int64_t shift) {
    SeriesQuery query;
    query.split = split;
    query.slots_a_bucket = slots_a_day;
    query.shift = shift;
    query.last_slot = last_slot;
    query.first_slot = ((last_slot + shift) / slots_a_day - days + 1) * slots_a_day - shift;
    first_slot_ = query.first_slot;
    return *test::run_task(UsageSeries(*database_).read(query));
  }
  /// Requests of a model on the viewer's day so many days ago.
  [[nodiscard]] static std::int64_t requests(bool rare, std::int64_t ago, std::int64_t shift) {
    std::int64_t count = 0;
    for (std::int64_t slot = last_slot - 100 * slots_a_day; slot <= last_slot; ++slot)
      if ((slot + shift) / slots_a_day == (last_slot + shift) / slots_a_day - ago && (slot % 3 == 0) == rare) ++count;
    return count;
  }

  ManualClock clock_;
  std::unique_ptr<Database> database_ = *Database::open_in_memory(clock_);
  std::int64_t first_slot_ = 0;
};

TEST_F(SeriesTest, DaysAreTheViewersWhereTheTimeIsShortOrNothingIsSplit) {
  for (const std::int64_t shift : {0, 16, -10, 28, -28}) {
    SCOPED_TRACE(shift);
    const SeriesAnswer month = read(Dimension::model, 30, shift);
    ASSERT_EQ(month.buckets, 30U);
    ASSERT_EQ(month.series.size(), 2U);
    EXPECT_EQ(month.series[0].id, "usual");
    const SeriesAnswer quarter = read(Dimension::all, 90, shift);
    for (std::size_t ago = 0; ago < 30; ++ago) {
      const auto days = static_cast<std::int64_t>(ago);
      EXPECT_EQ(month.series[0].buckets[29 - ago].requests, requests(false, days, shift));
      EXPECT_EQ(month.series[1].buckets[29 - ago].requests, requests(true, days, shift));
      EXPECT_EQ(quarter.series.at(0).buckets[89 - ago].requests, requests(false, days, shift) + requests(true, days, shift));
    }
  }
}

TEST_F(SeriesTest, LongTimesAreSplitByDaysOfUtcAndNothingIsLostOrCountedTwice) {
  for (const std::int64_t shift : {0, 16, -10, 28, -28}) {
    SCOPED_TRACE(shift);
    const SeriesAnswer quarter = read(Dimension::model, 90, shift);
    ASSERT_EQ(quarter.buckets, 90U);
    std::int64_t sum = 0;
    for (const Series& series : quarter.series) {
      sum += series.totals.requests;
      std::int64_t of_buckets = 0;
      for (const UsageTotals& bucket : series.buckets) of_buckets += bucket.requests;
      EXPECT_EQ(of_buckets, series.totals.requests);
    }
    EXPECT_EQ(sum, last_slot - first_slot_ + 1);
    if (shift == 0) {
      EXPECT_EQ(quarter.series[1].buckets[40].requests, requests(true, 49, 0));
    }
    EXPECT_GT(quarter.series[0].buckets.back().requests, 0) << "today begins with the viewer's midnight";
  }
}

}  // namespace
}  // namespace omniroute::store
