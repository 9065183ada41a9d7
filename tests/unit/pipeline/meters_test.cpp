#include "omniroute/pipeline/meters.hpp"

#include <gtest/gtest.h>

#include <string>

namespace omniroute::pipeline {
namespace {

using std::chrono::microseconds;

TEST(Histogram, NothingHasNoPercentile) {
  const Histogram histogram;
  EXPECT_FALSE(histogram.read().percentile(50));
  EXPECT_EQ(histogram.read().up_to(31), 0U);
}

TEST(Histogram, PercentilesAreRightToA32ndPart) {
  Histogram histogram;
  for (std::int64_t value = 1; value <= 100'000; ++value) histogram.note(value);
  const Histogram::Reading reading = histogram.read();
  EXPECT_EQ(reading.count(), 100'000U);
  EXPECT_EQ(reading.sum(), 5'000'050'000U);
  for (const unsigned percent : {1U, 50U, 95U, 99U, 100U}) {
    const double exact = 1000.0 * percent;
    const std::optional<std::int64_t> told = reading.percentile(percent);
    ASSERT_TRUE(told);
    EXPECT_GE(static_cast<double>(*told), exact) << percent;
    EXPECT_LE(static_cast<double>(*told), exact * 33 / 32 + 1) << percent;
  }
}

TEST(Histogram, SumsUpToPowersOfTwoAreExact) {
  Histogram histogram;
  for (std::int64_t value = 0; value <= 5000; ++value) histogram.note(value);
  const Histogram::Reading reading = histogram.read();
  for (const unsigned power : {0U, 3U, 4U, 5U, 6U, 10U, 12U}) EXPECT_EQ(reading.up_to(power), (1U << power) + 1U) << power;
  EXPECT_EQ(reading.up_to(13), 5001U);
}

TEST(Histogram, WhatIsBeyondItsBoundsCountsAsTheBound) {
  Histogram histogram;
  histogram.note(-5);
  histogram.note(std::int64_t{1} << 40U);
  const Histogram::Reading reading = histogram.read();
  EXPECT_EQ(reading.up_to(0), 1U);
  EXPECT_EQ(reading.up_to(30), 1U);
  EXPECT_EQ(reading.up_to(31), 2U);
  EXPECT_EQ(reading.percentile(99), std::int64_t{1} << 31U);
}

TEST(Histogram, ReadingsAddUp) {
  Histogram fast;
  Histogram slow;
  for (int i = 0; i < 90; ++i) fast.note(100);
  for (int i = 0; i < 10; ++i) slow.note(1'000'000);
  Histogram::Reading both;
  both.add(fast.read());
  both.add(slow.read());
  EXPECT_EQ(both.count(), 100U);
  EXPECT_LE(both.percentile(90), 104);
  EXPECT_GE(both.percentile(91), 1'000'000);
}

TEST(Meters, KeepProvidersApartAndTheirNumberWithinBounds) {
  Meters meters;
  meters.note("", {microseconds(10), std::nullopt, microseconds(10)});
  for (int i = 0; i < 200; ++i) meters.note("provider-" + std::to_string(i), {microseconds(5000), microseconds(2000), microseconds(40)});
  const std::vector<Meters::Reading> readings = meters.read();
  EXPECT_EQ(readings.size(), Meters::most_providers + 1);
  std::uint64_t requests = 0;
  std::uint64_t others = 0;
  for (const Meters::Reading& reading : readings) {
    requests += reading.total.count();
    if (reading.provider == "other") others = reading.own.count();
    EXPECT_EQ(reading.first_token.count(), reading.provider.empty() ? 0U : reading.total.count());
  }
  EXPECT_EQ(requests, 201U);
  EXPECT_EQ(others, 201U - Meters::most_providers);
}

}  // namespace
}  // namespace omniroute::pipeline
