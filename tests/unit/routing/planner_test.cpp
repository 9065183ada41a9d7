#include "omniroute/routing/planner.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <sstream>

#include "house.hpp"
#include "omniroute/routing/replay.hpp"
#include "omniroute/routing/trace.hpp"

namespace omniroute::routing {
namespace {

using resilience::FailureClass;
using resilience::Now;
using std::chrono::milliseconds;
using std::chrono::seconds;

class PlannerTest : public testing::Test {
 protected:
  Result<Plan> ask(const House& house, std::string_view model) {
    config = house.snapshot();
    facts = Facts();
    facts.model = model;
    facts.body_bytes = body_bytes;
    facts.key_id = key;
    facts.preference = preference;
    facts.fallbacks = fallbacks;
    facts.seed = seed;
    LiveHealth health(tables.accounts, tables.breakers, tables.combos, tables.affinity, false);
    return plan({*config, facts, body, health, Now::of(clock)});
  }
  std::string order(const House& house, std::string_view model) {
    const Result<Plan> made = ask(house, model);
    return made ? order_text(*made) : "error: " + made.error().message;
  }
  void rest(std::string_view account, std::string_view model, int status, std::optional<std::chrono::milliseconds> hint) {
    resilience::AccountBook::Admission admission = tables.accounts.admit(account, model, clock.now());
    ASSERT_TRUE(admission.visit);
    const resilience::Failure failure{Origin::provider, resilience::Phase::head, status, ErrorKind::upstream_failed, "no", "", "", model};
    admission.visit->fail(resilience::judge(failure, 0, hint, resilience::apikey_profile, std::chrono::hours(1)), clock.now());
  }

  ManualClock clock;
  resilience::Tables tables;
  std::shared_ptr<const config::Snapshot> config;
  Facts facts;
  GivenBody body;
  std::int64_t body_bytes = 100;
  std::uint64_t seed = 7;
  std::string key;
  Preference preference;
  std::vector<std::string> fallbacks;
};

TEST_F(PlannerTest, APlainNameGoesThroughItsProvidersAccountsInOrder) {
  const House house(1, 3);
  EXPECT_EQ(order(house, "a/m"), "a/m#a0 a/m#a1 a/m#a2");
  body.looks = 0;
  EXPECT_EQ(order(House(1, 1), "a/m"), "a/m#a0");
  EXPECT_EQ(body.looks, 0) << "nothing in the body matters where there is no choice";
}

TEST_F(PlannerTest, ACombosTargetsComeInItsOrder) {
  House house(3, 1);
  house.combo("stack", {"c/x", "a/y", "b/z"});
  EXPECT_EQ(order(house, "stack"), "c/x#c0 a/y#a0 b/z#b0");
}

TEST_F(PlannerTest, AnInnerComboStandsInItsPlace) {
  House house(3, 1);
  house.combo("inner", {"b/i", "c/i"}, domain::Strategy::random);
  house.combo("outer", {"a/o", "inner", "a/last"});
  EXPECT_EQ(order(house, "outer"), "a/o#a0 b/i#b0 c/i#c0 a/last#a0");
}

TEST_F(PlannerTest, RoundRobinTakesTurnsAndADryRunDoesNot) {
  House house(3, 1);
  house.combo("ring", {"a/m", "b/m", "c/m"}, domain::Strategy::round_robin);
  EXPECT_EQ(order(house, "ring").substr(0, 3), "a/m");
  EXPECT_EQ(order(house, "ring").substr(0, 3), "b/m");
  LiveHealth dry(tables.accounts, tables.breakers, tables.combos, tables.affinity, true);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(order_text(*plan({*config, facts, body, dry, Now::of(clock)})).substr(0, 3), "c/m");
  EXPECT_EQ(order(house, "ring").substr(0, 3), "c/m");
}

TEST_F(PlannerTest, WhatRestsIsLeftOutUntilItsTime) {
  House house(2, 1);
  house.combo("stack", {"a/m", "b/m"});
  rest("a0", "m", 429, seconds(20));
  const Result<Plan> made = ask(house, "stack");
  ASSERT_TRUE(made);
  EXPECT_EQ(order_text(*made), "b/m#b0");
  EXPECT_EQ(made->candidates[0].filter, Filter::account_cooling);
  EXPECT_EQ(made->candidates[0].retry_at, clock.now() + seconds(20));
  clock.advance(seconds(20));
  EXPECT_EQ(order(house, "stack"), "a/m#a0 b/m#b0");
}

TEST_F(PlannerTest, WhoFailedWithoutAHintIsAskedLast) {
  House house(2, 2);
  house.combo("stack", {"a/m", "b/m"});
  rest("a0", "m", 500, std::nullopt);
  EXPECT_EQ(order(house, "stack"), "a/m#a1 b/m#b0 b/m#b1 a/m#a0");
}

TEST_F(PlannerTest, ARefusalSaysWhatRulesEachOneOutAndTheEarliestReturn) {
  House house(2, 1);
  house.combo("stack", {"a/m", "b/m"});
  rest("a0", "m", 429, seconds(90));
  rest("b0", "m", 429, seconds(30));
  const Result<Plan> made = ask(house, "stack");
  ASSERT_TRUE(made);
  ASSERT_TRUE(made->empty());
  const Error error = refusal(*made, Now::of(clock));
  EXPECT_EQ(error.kind, ErrorKind::rate_limited);
  EXPECT_EQ(error.retry_after, seconds(30));
  EXPECT_NE(error.message.find("a/m #1: resting after rate_limit, back in 1m 30s"), std::string::npos) << error.message;
  EXPECT_NE(error.message.find("b/m #1: resting after rate_limit, back in 30s"), std::string::npos) << error.message;
}

TEST_F(PlannerTest, NothingIsSpentOnWhatCannotTakeTheRequest) {
  House house(2, 1);
  house.combo("stack", {"a/small", "b/m"});
  domain::CustomModel small;
  small.provider = "node-a";
  small.id = "small";
  small.context = 128'000;
  small.images = false;
  house.rows.routing.custom_models.push_back(small);
  EXPECT_EQ(order(house, "stack"), "a/small#a0 b/m#b0");
  EXPECT_EQ(body.looks, 1) << "a short body is not looked through for its length";
  body_bytes = 1'200'000;
  body.tokens_in_it = 300'000;
  const Result<Plan> made = ask(house, "stack");
  ASSERT_TRUE(made);
  EXPECT_EQ(order_text(*made), "b/m#b0");
  EXPECT_EQ(made->entries[0].filter, Filter::context_too_small);
  EXPECT_EQ(made->entries[0].seen, 300'000);
  EXPECT_EQ(made->entries[0].bound, 128'000);
  body.tokens_in_it = 10;
  body.media_in_it.images = true;
  EXPECT_EQ(order(house, "stack"), "b/m#b0");
  const Result<Plan> alone = ask(house, "a/small");
  ASSERT_TRUE(alone && alone->empty());
  EXPECT_EQ(refusal(*alone, Now::of(clock)).kind, ErrorKind::bad_request);
}

TEST_F(PlannerTest, AKeyIsKeptToItsModels) {
  House house(2, 1);
  house.combo("stack", {"a/m", "b/m"});
  domain::ApiKey narrow;
  narrow.id = "narrow";
  narrow.allowed_models = {"b/*"};
  house.rows.keys.push_back(narrow);
  key = "narrow";
  EXPECT_EQ(order(house, "stack"), "b/m#b0");
  const Result<Plan> made = ask(house, "a/m");
  ASSERT_TRUE(made && made->empty());
  EXPECT_EQ(refusal(*made, Now::of(clock)).kind, ErrorKind::forbidden);
}

TEST_F(PlannerTest, TheCallersWishesCount) {
  House house(3, 1);
  house.combo("stack", {"a/m", "b/m", "c/m"});
  preference.order = {"c"};
  EXPECT_EQ(order(house, "stack"), "c/m#c0 a/m#a0 b/m#b0");
  preference.ignore = {"c"};
  EXPECT_EQ(order(house, "stack"), "a/m#a0 b/m#b0");
  preference = Preference();
  fallbacks = {"c/f"};
  EXPECT_EQ(order(house, "a/m"), "a/m#a0 c/f#c0");
}

TEST_F(PlannerTest, AConversationStaysWhereItsCacheIsWhileThatIsWell) {
  House house(2, 2);
  house.combo("ring", {"a/m", "b/m"}, domain::Strategy::round_robin);
  body.affinity_of_it = {AffinitySource::prompt_cache_key, 42, true};
  tables.affinity.note(42, {"node-b", "m", "b1", 9'000, clock.now()});
  for (int i = 0; i < 4; ++i) EXPECT_EQ(order(house, "ring").substr(0, 6), "b/m#b1");
  rest("b1", "m", 429, seconds(60));
  const Result<Plan> made = ask(house, "ring");
  ASSERT_TRUE(made);
  EXPECT_EQ(made->bond_outcome.kind, BondOutcome::Kind::left);
  EXPECT_EQ(made->bond_outcome.cached_tokens, 9'000);
}

/// A key of the cascade with five values, one a level, all unlike what is built in.
struct CascadeKey {
  const char* name;
  std::array<const char*, 5> values;
  std::function<std::string(const domain::EffectiveConfig&)> read;
};

template <class T>
std::string text_of(const T& value) {
  if constexpr (std::is_same_v<T, domain::Strategy>) {
    return "\"" + std::string(domain::to_string(value)) + "\"";
  } else if constexpr (std::is_same_v<T, bool>) {
    return value ? "true" : "false";
  } else if constexpr (std::is_same_v<T, milliseconds>) {
    return std::to_string(value.count());
  } else if constexpr (std::is_same_v<T, double>) {
    std::ostringstream text;
    text << value;
    return text.str();
  } else {
    return std::to_string(value);
  }
}

template <class T>
CascadeKey cascade_key(const char* name, std::array<const char*, 5> values, T domain::EffectiveConfig::*member) {
  return {name, values, [member](const domain::EffectiveConfig& config) { return text_of(config.*member); }};
}

std::vector<CascadeKey> cascade_keys() {
  using E = domain::EffectiveConfig;
  return {
      cascade_key("strategy", {"\"weighted\"", "\"random\"", "\"p2c\"", "\"least-used\"", "\"round-robin\""}, &E::strategy),
      cascade_key("maxRetries", {"2", "3", "4", "5", "6"}, &E::max_retries),
      cascade_key("retryDelayMs", {"20", "30", "40", "50", "60"}, &E::retry_delay),
      cascade_key("concurrencyPerModel", {"20", "30", "40", "50", "60"}, &E::concurrency_per_model),
      cascade_key("queueTimeoutMs", {"20", "30", "40", "50", "60"}, &E::queue_timeout),
      cascade_key("maxComboDepth", {"1", "2", "1", "2", "1"}, &E::max_depth),
      cascade_key("timeoutMs", {"2000", "3000", "4000", "5000", "6000"}, &E::timeout),
      cascade_key("healthCheckEnabled", {"false", "true", "false", "true", "false"}, &E::health_check),
      cascade_key("healthCheckTimeoutMs", {"200", "300", "400", "500", "600"}, &E::health_check_timeout),
      cascade_key("trackMetrics", {"false", "true", "false", "true", "false"}, &E::track_metrics),
      cascade_key("sessionAffinity", {"false", "true", "false", "true", "false"}, &E::affinity),
      cascade_key("contentFilterFallback", {"true", "false", "true", "false", "true"}, &E::filter_fallback),
      cascade_key("maxInputPrice", {"20", "30", "40", "50", "60"}, &E::max_price),
      cascade_key("hedgeAfterMs", {"20", "30", "40", "50", "60"}, &E::hedge_after),
      cascade_key("hedgeShare", {"0.2", "0.3", "0.4", "0.5", "0.6"}, &E::hedge_share),
  };
}

domain::ComboConfig config_of(const char* key, const char* value) {
  json::Document document;
  const std::string text = std::string("{\"") + key + "\":" + value + "}";
  EXPECT_TRUE(document.parse(text));
  Result<domain::ComboConfig> config = config::read_combo_config(json::At(document.root()));
  EXPECT_TRUE(config) << text;
  return config ? *config : domain::ComboConfig();
}

TEST_F(PlannerTest, EachKeyOfTheCascadeIsTheWordOfTheHighestLevelThatSaysOne) {
  const domain::ComboConfig whole;
  const auto& [k1, k2, k3, k4, k5, k6, k7, k8, k9, k10, k11, k12, k13, k14, k15] = whole;  // another key asks for another row
  static_cast<void>(k15);
  EXPECT_EQ(cascade_keys().size(), 15U);
  for (const CascadeKey& row : cascade_keys()) {
    House house(1, 1);
    house.combo("stack", {"inner", "a/n"});
    house.combo("inner", {"a/m"});
    for (domain::Combo& combo : house.rows.routing.combos) combo.config.strategy.reset();
    config::RoutingRows& rows = house.rows.routing;
    const std::string built_in = row.read(domain::EffectiveConfig());
    const auto of = [&](const char* name, std::size_t entry) { return row.read(ask(house, name)->entries[entry].config); };
    EXPECT_EQ(of("stack", 0), built_in) << row.name;
    rows.defaults = config_of(row.name, row.values[0]);
    EXPECT_EQ(row.read(ask(house, "stack")->config), row.values[0]) << row.name;
    EXPECT_EQ(of("a/m", 0), row.values[0]) << row.name << " of a plain model";
    rows.provider_overrides["node-a"] = config_of(row.name, row.values[1]);
    EXPECT_EQ(of("a/m", 0), row.values[1]) << row.name << " of a plain model's provider";
    if (row.name == std::string("maxComboDepth")) continue;  // see below
    EXPECT_EQ(of("stack", 0), row.values[1]) << row.name;
    rows.combos[1].config = config_of(row.name, row.values[0]);
    EXPECT_EQ(of("stack", 0), row.values[1]) << row.name << ": an inner combo lends its targets alone";
    rows.combos[0].config = config_of(row.name, row.values[2]);
    EXPECT_EQ(of("stack", 0), row.values[2]) << row.name;
    rows.combos[0].targets[0].config = config_of(row.name, row.values[3]);
    EXPECT_EQ(of("stack", 0), row.values[3]) << row.name << " of a rung that is a combo";
    rows.combos[1].targets[0].config = config_of(row.name, row.values[4]);
    EXPECT_EQ(of("stack", 0), row.values[4]) << row.name << " of that combo's rung";
    EXPECT_EQ(of("stack", 1), row.values[2]) << row.name << " is not another rung's";
    rows.combos[0].config = config_of(row.name, "null");
    EXPECT_EQ(of("stack", 1), row.values[1]) << row.name << ": null is no word";
  }
}

TEST_F(PlannerTest, TheDepthOfNestingIsTheDefaultsTheCombosAndTheRungs) {
  House house(1, 1);
  house.combo("top", {"middle", "a/x"});
  house.combo("middle", {"bottom", "a/y"});
  house.combo("bottom", {"a/z"});
  config::RoutingRows& rows = house.rows.routing;
  EXPECT_EQ(order(house, "top"), "a/z#a0 a/y#a0 a/x#a0");
  rows.defaults.max_depth = 1;
  EXPECT_EQ(order(house, "top"), "a/x#a0");
  rows.combos[0].config.max_depth = 2;
  EXPECT_EQ(order(house, "top"), "a/y#a0 a/x#a0");
  rows.combos[0].targets[0].config.max_depth = 1;
  EXPECT_EQ(order(house, "top"), "a/x#a0");
}

TEST_F(PlannerTest, AccountsAreOrderedByTheRungElseTheProviderElseTheSettings) {
  House house(1, 3);
  house.combo("stack", {"a/m"});
  house.rows.settings.fallback_strategy = domain::Strategy::fill_first;
  const auto firsts = [&] {
    std::set<std::string> seen;
    for (seed = 0; seed < 30; ++seed) seen.insert(order(house, "stack").substr(0, 6));
    return seen.size();
  };
  EXPECT_EQ(firsts(), 1U);
  house.rows.routing.provider_overrides["node-a"].strategy = domain::Strategy::random;
  EXPECT_EQ(firsts(), 3U);
  house.rows.routing.combos[0].targets[0].config.strategy = domain::Strategy::fill_first;
  EXPECT_EQ(firsts(), 1U);
}

TEST_F(PlannerTest, AutoGoesBySheerTier) {
  House house(1, 1);
  domain::Account free;
  free.id = "q";
  free.provider = "qwen";
  free.api_key = Secret("k");
  domain::Account cheap = free;
  cheap.id = "g";
  cheap.provider = "glm";
  domain::Account key_account = free;
  key_account.id = "d";
  key_account.provider = "deepseek";
  house.rows.accounts = {free, cheap, key_account};
  const Result<Plan> made = ask(house, "auto");
  ASSERT_TRUE(made) << made.error().message;
  std::vector<catalog::Tier> tiers;
  for (const std::uint16_t each : made->order) tiers.push_back(made->target(each).provider->tier);
  EXPECT_TRUE(std::is_sorted(tiers.begin(), tiers.end()));
  ASSERT_GE(tiers.size(), 2U);
  EXPECT_EQ(tiers.front(), catalog::Tier::api_key);
}

TEST_F(PlannerTest, ATraceTellsTheDecisionAndTakesItAgain) {
  House house(3, 2);
  house.combo("ring", {"a/m", "b/m", "c/m"}, domain::Strategy::p2c);
  rest("b0", "m", 429, seconds(60));
  const Result<Plan> made = ask(house, "ring");
  ASSERT_TRUE(made);
  AttemptRecord attempt;
  attempt.candidate = made->order.front();
  attempt.ok = true;
  attempt.status = 200;
  const std::string bytes = encode_trace(*made, facts, 3, Now::of(clock), {attempt});
  EXPECT_LT(bytes.size(), 600U);
  const Result<Trace> trace = decode_trace(bytes);
  ASSERT_TRUE(trace);
  EXPECT_EQ(trace->combo, "ring");
  EXPECT_EQ(trace->candidates.size(), made->candidates.size());
  const Replayed same = replay(*trace, *config);
  EXPECT_EQ(same.before, same.after);
  EXPECT_FALSE(same.order_changed);
  House other(3, 2);
  other.combo("ring", {"c/m"});
  EXPECT_EQ(replay(*trace, *other.snapshot()).after, "node-c/m");
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) EXPECT_FALSE(decode_trace(std::string_view(bytes).substr(0, cut)).ok() && cut < 10);
}

}  // namespace
}  // namespace omniroute::routing
