// A day of traffic on a manual clock: the plans, the failure table and the tables of health against providers with outages,
// spent quotas, 429 storms and slow hosts.
#include <gtest/gtest.h>

#include <cstdio>
#include <functional>
#include <map>
#include <set>

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

constexpr milliseconds patience{5'000};  // of one attempt
constexpr int quota = 300;               // of each of a's accounts, in five hours
constexpr auto blackout_begins = hours(20);
constexpr auto blackout_ends = blackout_begins + minutes(5);

/// Five providers with three accounts each, and their troubles.
class World {
 public:
  Answer ask(const std::string& provider, const std::string& account, Tick::duration time) {
    const auto between = [time](auto from, auto to) { return time >= from && time < to; };
    if (between(blackout_begins, blackout_ends)) return {503, std::nullopt, milliseconds(20)};
    // a: its subscription's accounts are good for so many requests in five hours each.
    if (provider == "a") {
      Spent& spent = spent_[account];
      const auto window = time / hours(5);
      if (spent.window != window) spent = {window, 0};
      if (++spent.count > quota) return {429, std::chrono::duration_cast<milliseconds>((window + 1) * hours(5) - time), milliseconds(80)};
      return {};
    }
    // b: down from 6 to 8 o'clock, all of it.
    if (provider == "b" && between(hours(6), hours(8))) return {503, std::nullopt, milliseconds(50)};
    // c: storms of 429 for ten minutes of every hour, with a hint of two seconds.
    if (provider == "c" && time % hours(1) < minutes(10)) return {429, milliseconds(2'000), milliseconds(30)};
    // d: too slow from 12 to 14 o'clock, and one request in twenty fails.
    if (provider == "d") {
      const bool fails = ++asked_of_d_ % 20 == 0;
      return {fails ? 500 : 200, std::nullopt, milliseconds(between(hours(12), hours(14)) ? 9'000 : 500)};
    }
    return {};  // e: always well, but for the blackout
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
  int failed = 0;
  int failed_outside_blackout = 0;
  int failed_untried = 0;  ///< though somebody could still have been asked
  int attempts = 0;
  int asked_while_resting = 0;
  int beside_a_probe = 0;
  int probes = 0;
  int most_at_once = 0;
  std::map<std::string, int> by_provider;
  std::map<std::string, std::uint64_t> openings;  ///< by breaker
};

/// Requests in bursts that overlap, each as pipeline::Trial does it, without the sockets. It keeps a record of its own of who rests.
class Day {
 public:
  explicit Day(domain::Strategy strategy) : house_(5, 3) {
    house_.combo("day", {"a/m", "b/m", "c/m", "d/m", "e/m"}, strategy);
    config_ = house_.snapshot();
  }

  void run() {
    constexpr auto pace = seconds(45);
    constexpr int burst = 3;
    for (auto time = Tick::duration::zero(); time < hours(24); time += pace)
      for (int i = 0; i < burst; ++i) at(begin_ + time + milliseconds(i), [this] { arrive(); });
    while (!agenda_.empty()) {
      auto next = agenda_.extract(agenda_.begin());
      clock_.advance(next.key() - clock_.now());
      next.mapped()();
    }
  }

  Figures figures;
  resilience::Tables tables;

 private:
  struct Request {
    Plan plan;
    std::size_t next = 0;
    std::set<std::uint16_t> tried;
  };
  /// One attempt under way.
  struct Try {
    std::shared_ptr<Request> request;
    Target target;
    std::string breaker;
    Cooldown::Entry provider;
    Cooldown::Entry model;
    resilience::Visit visit;
    Answer answer;
    bool alone = false;  ///< its account has to prove itself first
  };
  struct Account {
    Tick rests_until{};
    bool unproven = false;  ///< it rested, and nobody has been answered since
    int under_way = 0;
  };

  void at(Tick when, std::function<void()> what) { agenda_.emplace(when, std::move(what)); }
  [[nodiscard]] Tick::duration time() const { return clock_.now() - begin_; }

  void arrive() {
    ++figures.requests;
    const auto request = std::make_shared<Request>();
    Facts facts;
    facts.model = "day";
    facts.seed = static_cast<std::uint64_t>(figures.requests);
    LiveHealth health(tables.accounts, tables.breakers, tables.combos, tables.affinity, false);
    Result<Plan> plan = routing::plan({*config_, facts, body_, health, Now::of(clock_)});
    ASSERT_TRUE(plan) << plan.error().message;
    request->plan = *std::move(plan);
    go_on(request);
  }

  void go_on(const std::shared_ptr<Request>& request) {
    while (request->next < request->plan.order.size()) {
      const std::uint16_t candidate = request->plan.order[request->next++];
      if (begin_attempt(request, request->plan.target(candidate))) {
        request->tried.insert(candidate);
        return;
      }
    }
    ++figures.failed;
    if (time() < blackout_begins || time() > blackout_ends + minutes(1)) ++figures.failed_outside_blackout;
    for (const std::uint16_t candidate : request->plan.order) {
      if (request->tried.contains(candidate)) continue;
      const Target target = request->plan.target(candidate);
      const bool open = tables.breakers.view(target.provider->id, profile_, clock_.now()).state == resilience::Breaker::State::closed &&
                        tables.breakers.view(breaker_name(*target.provider, target.model), profile_, clock_.now()).state ==
                            resilience::Breaker::State::closed;
      const Account& account = accounts_[target.account->id];
      if (open && !account.unproven && clock_.now() >= account.rests_until) ++figures.failed_untried;
    }
  }

  bool begin_attempt(const std::shared_ptr<Request>& request, const Target& target) {
    const Tick now = clock_.now();
    auto attempt = std::make_shared<Try>();
    attempt->request = request;
    attempt->target = target;
    attempt->breaker = breaker_name(*target.provider, target.model);
    attempt->provider = tables.breakers.enter(target.provider->id, profile_, now);
    if (attempt->provider == Cooldown::Entry::refused) return false;
    attempt->model = tables.breakers.enter(attempt->breaker, profile_, now);
    resilience::AccountBook::Admission admission;
    if (attempt->model != Cooldown::Entry::refused) admission = tables.accounts.admit(target.account->id, target.model, now);
    if (!admission.visit) {
      if (attempt->provider == Cooldown::Entry::probe) tables.breakers.let_go(target.provider->id);
      if (attempt->model == Cooldown::Entry::probe) tables.breakers.let_go(attempt->breaker);
      return false;
    }
    attempt->visit = std::move(*admission.visit);
    Account& account = accounts_[target.account->id];
    if (now < account.rests_until) ++figures.asked_while_resting;
    if (account.unproven && account.under_way > 0) ++figures.beside_a_probe;
    attempt->alone = account.unproven;
    if (attempt->alone) ++account.under_way;
    if (attempt->visit.probe()) ++figures.probes;
    ++figures.attempts;
    attempt->answer = world_.ask(target.provider->alias, target.account->id, time());
    figures.most_at_once = std::max(figures.most_at_once, ++under_way_);
    at(now + std::min(attempt->answer.took, patience), [this, attempt] { end_attempt(*attempt); });
    return true;
  }

  void end_attempt(Try& attempt) {
    --under_way_;
    const Tick now = clock_.now();
    const Target& target = attempt.target;
    Account& account = accounts_[target.account->id];
    if (attempt.alone) --account.under_way;
    const bool late = attempt.answer.took > patience;
    if (attempt.answer.status == 200 && !late) {
      attempt.visit.succeed(attempt.answer.took, now);
      attempt.visit.end();
      tables.breakers.succeed(target.provider->id, attempt.provider == Cooldown::Entry::probe);
      tables.breakers.succeed(attempt.breaker, attempt.model == Cooldown::Entry::probe);
      if (attempt.alone) account.unproven = false;
      ++figures.by_provider[target.provider->alias];
      ++figures.answered;
      return;
    }
    Error error(late ? ErrorKind::upstream_timeout : ErrorKind::upstream_failed, "no");
    error.upstream_status = late ? 0 : attempt.answer.status;
    const resilience::Failure failure = resilience::failure_of(error, resilience::Phase::head, "m");
    const resilience::Verdict verdict = resilience::judge(failure, attempt.visit.level(), attempt.answer.hint, profile_, hours(6));
    attempt.visit.fail(verdict, now);
    attempt.visit.end();
    if (!verdict.soft && verdict.cooldown.count() > 0) {
      account.rests_until = std::max(account.rests_until, now + verdict.cooldown);
      account.unproven = true;
    }
    settle_breakers(attempt, verdict.row->health);
    go_on(attempt.request);
  }

  void settle_breakers(const Try& attempt, bool provider_at_fault) {
    settle_breaker(attempt.target.provider->id, attempt.provider, provider_at_fault);
    settle_breaker(attempt.breaker, attempt.model, provider_at_fault);
  }

  void settle_breaker(const std::string& name, Cooldown::Entry entry, bool provider_at_fault) {
    const bool probe = entry == Cooldown::Entry::probe;
    if (provider_at_fault) {
      if (tables.breakers.fail(name, profile_, probe, clock_.now())) ++figures.openings[name];
    } else if (probe) {
      tables.breakers.let_go(name);
    }
  }

  House house_;
  std::shared_ptr<const config::Snapshot> config_;
  ManualClock clock_;
  const Tick begin_ = clock_.now();
  std::multimap<Tick, std::function<void()>> agenda_;
  World world_;
  GivenBody body_;
  const resilience::Profile profile_ = resilience::apikey_profile;
  std::map<std::string, Account> accounts_;
  int under_way_ = 0;
};

void print(domain::Strategy strategy, const Day& day) {
  const Figures& f = day.figures;
  std::printf(
      "%-14s %5d requests, %5d answered, %3d in the blackout not, %5d attempts, %d at once, %d while resting, %d probes, %llu openings;",
      std::string(domain::to_string(strategy)).c_str(), f.requests, f.answered, f.failed, f.attempts, f.most_at_once, f.asked_while_resting,
      f.probes, static_cast<unsigned long long>(day.tables.breakers.openings()));
  for (const auto& [provider, count] : f.by_provider) std::printf(" %s %d", provider.c_str(), count);
  std::printf("\n");
}

/// An outage of so long can open a breaker so often: at its begin, and after each failed probe.
std::uint64_t openings_within(Tick::duration outage) {
  return static_cast<std::uint64_t>(outage / resilience::apikey_profile.breaker_reset) + 1;
}

TEST(Simulation, ADayWithOutagesStormsAndSpentQuotasFailsOnlyTheRequestsThatNobodyCouldAnswer) {
  using domain::Strategy;
  for (const Strategy strategy : {Strategy::fill_first, Strategy::round_robin, Strategy::p2c, Strategy::random, Strategy::least_used}) {
    Day day(strategy);
    day.run();
    print(strategy, day);
    const Figures& f = day.figures;
    EXPECT_EQ(f.answered + f.failed, f.requests) << domain::to_string(strategy);
    EXPECT_EQ(f.failed_outside_blackout, 0) << "while e was well, nothing may fail";
    EXPECT_EQ(f.failed_untried, 0) << "somebody could still have been asked";
    EXPECT_GT(f.failed, 0) << "in the blackout nobody can answer";
    EXPECT_EQ(f.asked_while_resting, 0) << "an account was asked during its cooldown";
    EXPECT_EQ(f.beside_a_probe, 0) << "after a cooldown exactly one may ask";
    EXPECT_GT(f.probes, 10);
    EXPECT_GT(f.most_at_once, 2);
    EXPECT_GT(f.openings.size(), 1U);
    EXPECT_LE(f.attempts, f.requests * 5 / 4) << "failures cost too many attempts";
    const std::uint64_t blackout = openings_within(blackout_ends - blackout_begins);
    const std::map<std::string, std::uint64_t> allowed{{"a", blackout},
                                                       {"b", blackout + openings_within(hours(2))},
                                                       {"c", blackout},
                                                       {"d", blackout + openings_within(hours(2))},
                                                       {"e", blackout}};
    for (const auto& [name, openings] : f.openings) EXPECT_LE(openings, allowed.at(name.substr(5, 1))) << name;
    if (strategy == Strategy::fill_first) {
      EXPECT_EQ(f.by_provider.at("a"), 5 * 3 * quota) << "a quota is used up, and used again when it is back";
    }
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
