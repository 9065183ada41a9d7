#include "omniroute/routing/strategy.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace omniroute::routing {
namespace {

using domain::Strategy;
using Order = std::vector<std::size_t>;

std::vector<Choice> choices(std::size_t count) {
  std::vector<Choice> made(count);
  for (std::size_t i = 0; i < count; ++i) made[i].slot = i;
  return made;
}

Order order_of(Strategy strategy, const std::vector<Choice>& list, std::uint64_t seed = 1, std::uint64_t turn = 0, std::size_t slots = 0) {
  Dice dice(seed);
  Order order;
  ordering_of(strategy).order({list, slots == 0 ? list.size() : slots, turn, dice}, order);
  return order;
}

bool complete(Order order, std::size_t count) {
  std::sort(order.begin(), order.end());
  for (std::size_t i = 0; i < count; ++i)
    if (i >= order.size() || order[i] != i) return false;
  return order.size() == count;
}

/// How often each choice came first over many seeds.
std::map<std::size_t, int> firsts(Strategy strategy, const std::vector<Choice>& list, int draws) {
  std::map<std::size_t, int> counts;
  for (int i = 0; i < draws; ++i) ++counts[order_of(strategy, list, static_cast<std::uint64_t>(i)).front()];
  return counts;
}

constexpr Strategy all[] = {Strategy::fill_first, Strategy::weighted,   Strategy::round_robin,   Strategy::p2c,
                            Strategy::random,     Strategy::least_used, Strategy::cost_optimized};

TEST(Strategies, NameThemselvesAsTheDomainDoes) {
  for (const Strategy strategy : all) EXPECT_EQ(ordering_of(strategy).name(), domain::to_string(strategy));
  EXPECT_EQ(domain::parse_strategy("priority"), Strategy::fill_first);
}

TEST(Strategies, GiveEveryChoiceOnce) {
  for (const Strategy strategy : all) {
    for (std::size_t count = 0; count < 9; ++count)
      for (std::uint64_t seed = 0; seed < 20; ++seed)
        EXPECT_TRUE(complete(order_of(strategy, choices(count), seed, seed), count)) << domain::to_string(strategy) << " " << count;
  }
}

TEST(Strategies, TheSameSeedGivesTheSameOrder) {
  for (const Strategy strategy : all) EXPECT_EQ(order_of(strategy, choices(8), 77, 3), order_of(strategy, choices(8), 77, 3));
}

TEST(FillFirst, IsAsWritten) { EXPECT_EQ(order_of(Strategy::fill_first, choices(4)), (Order{0, 1, 2, 3})); }

TEST(Weighted, DrawsTheFirstByWeightAndFallsThroughByWeight) {
  auto list = choices(3);
  list[0].weight = 10;
  list[1].weight = 60;
  list[2].weight = 30;
  constexpr int draws = 30'000;
  auto counts = firsts(Strategy::weighted, list, draws);
  EXPECT_NEAR(counts[0], draws * 0.1, draws * 0.01);
  EXPECT_NEAR(counts[1], draws * 0.6, draws * 0.015);
  EXPECT_NEAR(counts[2], draws * 0.3, draws * 0.015);
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const Order order = order_of(Strategy::weighted, list, seed);
    EXPECT_GE(list[order[1]].weight, list[order[2]].weight);
  }
}

TEST(Weighted, WithoutWeightsDrawsEvenlyAndAZeroNeverComesFirstBesideOthers) {
  constexpr int draws = 20'000;
  for (const auto& [index, count] : firsts(Strategy::weighted, choices(4), draws)) EXPECT_NEAR(count, draws / 4, draws * 0.02) << index;
  auto list = choices(2);
  list[0].weight = 0;
  list[1].weight = 5;
  EXPECT_EQ(firsts(Strategy::weighted, list, 1000)[0], 0);
}

TEST(RoundRobin, GoesRoundTheRing) {
  EXPECT_EQ(order_of(Strategy::round_robin, choices(3), 1, 0), (Order{0, 1, 2}));
  EXPECT_EQ(order_of(Strategy::round_robin, choices(3), 1, 1), (Order{1, 2, 0}));
  EXPECT_EQ(order_of(Strategy::round_robin, choices(3), 1, 5), (Order{2, 0, 1}));
}

TEST(RoundRobin, KeepsTheTurnsOfTheOthersWhenOneIsLeftOut) {
  std::vector<Choice> left{Choice{.slot = 0}, Choice{.slot = 2}, Choice{.slot = 3}};  // 1 of 4 is resting
  std::map<std::size_t, int> counts;
  for (std::uint64_t turn = 0; turn < 400; ++turn) ++counts[left[order_of(Strategy::round_robin, left, 1, turn, 4).front()].slot];
  EXPECT_EQ(counts[0], 100);
  EXPECT_EQ(counts[2], 200) << "it takes the turns of the one before it";
  EXPECT_EQ(counts[3], 100);
}

TEST(PowerOfTwo, PrefersTheLessBusyOfTwoAndSpreadsEvenlyAmongEquals) {
  constexpr int draws = 20'000;
  for (const auto& [index, count] : firsts(Strategy::p2c, choices(4), draws)) EXPECT_NEAR(count, draws / 4, draws * 0.02) << index;
  auto list = choices(3);
  list[1].in_flight = 5;
  EXPECT_EQ(firsts(Strategy::p2c, list, 1000)[1], 0) << "the busiest of three never wins a pair";
  list[1].in_flight = 0;
  list[2].failures = 3;
  EXPECT_EQ(firsts(Strategy::p2c, list, 1000)[2], 0);
}

TEST(PowerOfTwo, LeavesTheRestAsWritten) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    Order order = order_of(Strategy::p2c, choices(5), seed);
    order.erase(order.begin());
    EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
  }
}

TEST(Random, IsEvenInEveryPlace) {
  constexpr int draws = 24'000;
  std::map<Order, int> counts;
  for (int i = 0; i < draws; ++i) ++counts[order_of(Strategy::random, choices(3), static_cast<std::uint64_t>(i))];
  EXPECT_EQ(counts.size(), 6U);
  for (const auto& [order, count] : counts) EXPECT_NEAR(count, draws / 6, draws * 0.01);
}

TEST(LeastUsed, CountsAnswersThenTheLongestPause) {
  auto list = choices(3);
  list[0].uses = 5;
  list[1].uses = 2;
  list[2].uses = 2;
  list[1].last_used = Tick(std::chrono::seconds(9));
  list[2].last_used = Tick(std::chrono::seconds(4));
  EXPECT_EQ(order_of(Strategy::least_used, list), (Order{2, 1, 0}));
}

TEST(CostOptimized, PutsUnknownPricesLast) {
  auto list = choices(4);
  list[1].price = 3;
  list[2].price = 0.6;
  list[3].price = 3;
  EXPECT_EQ(order_of(Strategy::cost_optimized, list), (Order{2, 1, 3, 0}));
}

TEST(Fastest, PutsUnknownLast) {
  auto list = choices(3);
  list[1].first_token_ms = 900;
  list[2].first_token_ms = 300;
  Dice dice(1);
  Order order;
  fastest_first().order({list, 3, 0, dice}, order);
  EXPECT_EQ(order, (Order{2, 1, 0}));
}

TEST(Dice, AreEven) {
  Dice dice(42);
  std::array<int, 10> counts{};
  for (int i = 0; i < 100'000; ++i) ++counts[dice.below(10)];
  for (const int count : counts) EXPECT_NEAR(count, 10'000, 500);
}

}  // namespace
}  // namespace omniroute::routing
