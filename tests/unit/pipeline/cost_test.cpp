#include "cost.hpp"

#include <gtest/gtest.h>

namespace omniroute::pipeline {
namespace {

TEST(Cost, CountsEachTokenInOneClassAlone) {
  const domain::TokenPrice price{3, 15, 0.3, 3.75, 60};
  EXPECT_EQ(cost_of(price, {1000, 100, 600, 300, 40}), 1000 * (100 * 3 + 600 * 3 / 10 + 60 * 15 + 40 * 60) + 300 * 3750);
  EXPECT_EQ(cost_of(price, {1000, {}, {}, {}, {}}), 3'000'000);
  EXPECT_EQ(cost_of(price, {{}, 10, {}, {}, {}}), 150'000);
}

TEST(Cost, UnknownIsUnknownAndPartsAreNeverMoreThanTheWhole) {
  const domain::TokenPrice price{3, 15, 0.3, 3.75, 60};
  EXPECT_EQ(cost_of(price, {}), std::nullopt);
  EXPECT_EQ(cost_of(price, {0, 0, {}, {}, {}}), 0);
  EXPECT_EQ(cost_of(price, {10, 5, 50, 50, 50}), 10 * 300 + 5 * 60'000) << "a provider that counts nonsense";
}

}  // namespace
}  // namespace omniroute::pipeline
