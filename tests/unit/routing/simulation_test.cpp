// A day of traffic on a manual clock: the plans, the failure table and the tables of health against providers with outages,
// spent quotas, 429 storms and slow hosts.
#include <gtest/gtest.h>

#include <cstdio>
#include <map>

#include "house.hpp"

namespace omniroute::routing {
namespace {

using resilience::Cooldown;
using resilience::Now;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

/// What an upstream does at a moment of its day.
struct Answer {
  int status = 200;
  std::optional<milliseconds> hint;
  milliseconds took{400};
};

/// Five providers with three accounts each, and their troubles.
class World {
 public:
  Answer ask(const std::string& provider, const std::string& account, Tick::duration time) {
    const auto between = [time](auto from, auto to) { return time >= from && time < to; };
    // a: its subscription's accounts are good for 300 requests in five hours each.
    if (provider == "a") {
      Spent& spent = spent_[account];
      const auto window = time / hours(5);
      if (spent.window != window) spent = {window, 0};
      if (++spent.count > 300) return {429, std::chrono::duration_cast<milliseconds>((window + 1) * hours(5) - time), milliseconds(80)};
      return {};
    }
    // b: down from 6 to 8 o'clock, all of it.
    if (provider == "b" && between(hours(6), hours(8))) return {503, std::nullopt, milliseconds(50)};
    // c: storms of 429 for ten minutes of every hour, with a hint of two seconds.
    if (provider == "c" && time % hours(1) < minutes(10)) return {429, milliseconds(2'000), milliseconds(30)};
    // d: slow from noon on, and one request in twenty fails.
    if (provider == "d") {
      const bool fails = ++asked_of_d_ % 20 == 0;
      return {fails ? 500 : 200, std::nullopt, milliseconds(time >= hours(12) ? 9'000 : 500)};
    }
    return {};  // e: always well
  }

 private:
  struct Spent {
    std::int64_t window = -1;
    int count = 0;
  };
  std::map<std::string, Spent> spent_;
  int asked_of_d_ = 0;
};

struct Figures {
  int requests = 0;
  int answered = 0;
  int failed_with_targets_left = 0;
  int attempts = 0;
  int asked_while_resting = 0;
  int probes = 0;
  std::map<std::string, int> by_provider;
};

/// One request after the other, each as pipeline::Trial does it, without the sockets.
class Day {
 public:
  explicit Day(domain::Strategy strategy) : house_(5, 3) {
    house_.combo("day", {"a/m", "b/m", "c/m", "d/m", "e/m"}, strategy);
    config_ = house_.snapshot();
  }

  void run() {
    constexpr auto pace = seconds(15);
    for (auto time = Tick::duration::zero(); time < hours(24); time += pace, clock_.advance(pace)) one(time);
  }

  Figures figures;
  resilience::Tables tables;

 private:
  void one(Tick::duration time) {
    ++figures.requests;
    Facts facts;
    facts.model = "day";
    facts.seed = static_cast<std::uint64_t>(figures.requests);
    LiveHealth health(tables.accounts, tables.breakers, tables.combos, tables.affinity, false);
    const Result<Plan> plan = routing::plan({*config_, facts, body_, health, Now::of(clock_)});
    ASSERT_TRUE(plan) << plan.error().message;
    for (const std::uint16_t candidate : plan->order) {
      if (!attempt(plan->target(candidate), time)) continue;
      ++figures.answered;
      return;
    }
    if (!plan->order.empty()) ++figures.failed_with_targets_left;
  }

  bool attempt(const Target& target, Tick::duration time) {
    const std::string name = breaker_name(*target.provider, target.model);
    const Tick now = clock_.now();
    const Cooldown::Entry provider = tables.breakers.enter(target.provider->id, profile_, now);
    if (provider == Cooldown::Entry::refused) return false;
    const Cooldown::Entry model = tables.breakers.enter(name, profile_, now);
    if (model == Cooldown::Entry::refused) return false;
    resilience::AccountBook::Admission admission = tables.accounts.admit(target.account->id, target.model, now);
    if (!admission.visit) return false;
    if (const auto until = resting_.find(target.account->id); until != resting_.end() && now < until->second) ++figures.asked_while_resting;
    if (admission.visit->probe()) ++figures.probes;
    ++figures.attempts;
    const Answer answer = world_.ask(target.provider->alias, target.account->id, time);
    if (answer.status == 200) {
      admission.visit->succeed(answer.took, now + answer.took);
      tables.breakers.succeed(target.provider->id, provider == Cooldown::Entry::probe);
      tables.breakers.succeed(name, model == Cooldown::Entry::probe);
      ++figures.by_provider[target.provider->alias];
      return true;
    }
    const resilience::Failure failure{
        Origin::provider, resilience::Phase::head, answer.status, ErrorKind::upstream_failed, "no", "", "", "m"};
    const resilience::Verdict verdict = resilience::judge(failure, admission.visit->level(), answer.hint, profile_, hours(6));
    admission.visit->fail(verdict, now);
    if (!verdict.soft && verdict.cooldown.count() > 0) resting_[target.account->id] = now + verdict.cooldown;
    if (verdict.row->health) {
      tables.breakers.fail(target.provider->id, profile_, provider == Cooldown::Entry::probe, now);
      tables.breakers.fail(name, profile_, model == Cooldown::Entry::probe, now);
    } else {
      if (provider == Cooldown::Entry::probe) tables.breakers.let_go(target.provider->id);
      if (model == Cooldown::Entry::probe) tables.breakers.let_go(name);
    }
    return false;
  }

  House house_;
  std::shared_ptr<const config::Snapshot> config_;
  ManualClock clock_;
  World world_;
  GivenBody body_;
  const resilience::Profile profile_ = resilience::apikey_profile;
  std::map<std::string, Tick> resting_;
};

void print(domain::Strategy strategy, const Day& day) {
  const Figures& f = day.figures;
  std::printf("%-14s %5d requests, %5d answered, %5d attempts, %d asked while resting, %d probes, %llu breaker openings;",
              std::string(domain::to_string(strategy)).c_str(), f.requests, f.answered, f.attempts, f.asked_while_resting, f.probes,
              static_cast<unsigned long long>(day.tables.breakers.openings()));
  for (const auto& [provider, count] : f.by_provider) std::printf(" %s %d", provider.c_str(), count);
  std::printf("\n");
}

TEST(Simulation, ADayWithOutagesStormsAndSpentQuotasFailsNoRequest) {
  using domain::Strategy;
  for (const Strategy strategy : {Strategy::fill_first, Strategy::round_robin, Strategy::p2c, Strategy::random, Strategy::least_used}) {
    Day day(strategy);
    day.run();
    print(strategy, day);
    const Figures& f = day.figures;
    EXPECT_EQ(f.answered, f.requests) << domain::to_string(strategy);
    EXPECT_EQ(f.failed_with_targets_left, 0);
    EXPECT_EQ(f.asked_while_resting, 0) << "an account was asked during its cooldown";
    // b is down for 7200 s; its breakers wait 30 s between probes: each of the two may open 240 times, and d's rare failures none.
    EXPECT_LE(day.tables.breakers.openings(), 2U * 240U + 2U);
    EXPECT_LE(f.attempts, f.requests * 5 / 4) << "failures cost too many attempts";
  }
}

TEST(Simulation, TenThousandClientsThatLeaveChangeNothing) {
  resilience::Tables tables;
  ManualClock clock;
  const Error left(ErrorKind::cancelled, "The client went away.");
  for (int i = 0; i < 10'000; ++i) {
    ASSERT_NE(tables.breakers.enter("p", resilience::apikey_profile, clock.now()), Cooldown::Entry::refused);
    resilience::AccountBook::Admission admission = tables.accounts.admit("account", "m", clock.now());
    ASSERT_TRUE(admission.visit);
    const resilience::Verdict verdict = resilience::judge(resilience::failure_of(left, resilience::Phase::head, "m"), 0, std::nullopt,
                                                          resilience::apikey_profile, hours(1));
    EXPECT_EQ(verdict.scope, resilience::Scope::none);
    EXPECT_FALSE(verdict.row->health);
    admission.visit->end();
    clock.advance(milliseconds(1));
  }
  EXPECT_EQ(tables.breakers.openings(), 0U);
  EXPECT_TRUE(tables.breakers.all().empty());
  EXPECT_TRUE(tables.accounts.rests().empty());
}

}  // namespace
}  // namespace omniroute::routing
