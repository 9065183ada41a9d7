#include <gtest/gtest.h>

#include <map>

#include "omniroute/resilience/account_book.hpp"
#include "omniroute/resilience/affinity.hpp"
#include "omniroute/resilience/combo_book.hpp"
#include "omniroute/resilience/hedges.hpp"

namespace omniroute::resilience {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using State = Cooldown::State;

Verdict judged(int status, ErrorKind kind, std::optional<milliseconds> hint = {}, int level = 0, std::string_view message = "no") {
  return judge({Origin::provider, Phase::head, status, kind, message, "", "", "m"}, level, hint, apikey_profile, std::chrono::hours(1));
}

class BookTest : public testing::Test {
 protected:
  ManualClock clock;
  AccountBook book;
  [[nodiscard]] Tick now() const { return clock.now(); }
  std::vector<domain::WindowRule> rules;  // as the configuration has them
  [[nodiscard]] AccountReading read(std::string_view account = "a", std::string_view model = "m") const {
    AccountReading reading;
    const AccountBook::Ask ask{account, model, rules};
    book.read({&ask, 1}, Now::of(clock), {&reading, 1});
    return reading;
  }
  void fail(const Verdict& verdict, std::string_view account = "a", std::string_view model = "m") {
    AccountBook::Admission admission = book.admit(account, model, now());
    ASSERT_TRUE(admission.visit);
    admission.visit->fail(verdict, now());
  }
};

TEST_F(BookTest, CountsWhoIsUnderWay) {
  {
    const AccountBook::Admission first = book.admit("a", "m", now());
    const AccountBook::Admission second = book.admit("a", "n", now());
    EXPECT_EQ(read().in_flight, 2);
  }
  EXPECT_EQ(read().in_flight, 0);
}

TEST_F(BookTest, A429RestsTheAccountForEveryModel) {
  fail(judged(429, ErrorKind::rate_limited, seconds(20)));
  EXPECT_EQ(read("a", "other").account, State::cooling);
  const AccountBook::Admission refused = book.admit("a", "other", now());
  EXPECT_FALSE(refused.visit);
  EXPECT_EQ(refused.scope, Scope::account);
  EXPECT_EQ(refused.retry_at, now() + seconds(20));
  EXPECT_EQ(refused.reason, FailureClass::rate_limit);
  EXPECT_EQ(read("b").account, State::ready);
}

TEST_F(BookTest, AMissingModelRestsThatModelAlone) {
  fail(judged(404, ErrorKind::not_found));
  EXPECT_EQ(read().model, State::cooling);
  EXPECT_EQ(read("a", "other").model, State::ready);
  EXPECT_FALSE(book.admit("a", "m", now()).visit);
  EXPECT_TRUE(book.admit("a", "other", now()).visit);
}

TEST_F(BookTest, ARefusalByTheModelTakesNoProbeOfTheAccount) {
  fail(judged(404, ErrorKind::not_found));
  fail(judged(429, ErrorKind::rate_limited, seconds(5)), "a", "other");
  clock.advance(seconds(5));
  EXPECT_FALSE(book.admit("a", "m", now()).visit) << "the model still rests";
  EXPECT_TRUE(book.admit("a", "other", now()).visit) << "and the account's one probe is still to be had";
}

TEST_F(BookTest, TheProbeIsPassedOnWhenItsHolderLeaves) {
  fail(judged(429, ErrorKind::rate_limited, seconds(5)));
  clock.advance(seconds(5));
  {
    const AccountBook::Admission probe = book.admit("a", "m", now());
    ASSERT_TRUE(probe.visit);
    EXPECT_TRUE(probe.visit->probe());
    EXPECT_FALSE(book.admit("a", "m", now()).visit);
    EXPECT_EQ(read().account, State::probing);
  }
  AccountBook::Admission again = book.admit("a", "m", now());
  ASSERT_TRUE(again.visit);
  again.visit->succeed(milliseconds(300), now());
  EXPECT_TRUE(book.admit("a", "m", now()).visit);
  EXPECT_FLOAT_EQ(read().first_token_ms, 300);
}

TEST_F(BookTest, ServerErrorsMakeSuspectAndCountInARow) {
  fail(judged(500, ErrorKind::upstream_failed));
  fail(judged(500, ErrorKind::upstream_failed, {}, 1));
  EXPECT_EQ(read().model, State::suspect);
  EXPECT_EQ(read().failures, 2);
  AccountBook::Admission good = book.admit("a", "m", now());
  ASSERT_TRUE(good.visit);
  EXPECT_EQ(good.visit->level(), 2);
  good.visit->succeed(milliseconds(1), now());
  EXPECT_EQ(read().failures, 0);
  EXPECT_EQ(read().model, State::ready);
}

TEST_F(BookTest, TheOwnerMayClear) {
  fail(judged(429, ErrorKind::rate_limited, seconds(50)));
  fail(judged(404, ErrorKind::not_found), "b");
  EXPECT_EQ(book.rests().size(), 2U);
  EXPECT_TRUE(book.clear("a", ""));
  EXPECT_TRUE(book.clear("b", "m"));
  EXPECT_FALSE(book.clear("b", "m"));
  EXPECT_TRUE(book.rests().empty());
  EXPECT_TRUE(book.admit("a", "m", now()).visit);
}

std::vector<domain::WindowRule> five_requests() {
  domain::WindowRule rule;
  rule.name = "five_hour";
  rule.length = std::chrono::hours(5);
  rule.limit = 5;
  return {rule};
}

TEST_F(BookTest, CountsWindowsAndSaysWhichIsSpent) {
  rules = five_requests();
  for (int i = 0; i < 5; ++i) book.count("a", "m", rules, 100, clock.wall_now());
  const AccountReading reading = read();
  EXPECT_EQ(reading.spent, "five_hour");
  EXPECT_EQ(reading.spent_until, clock.wall_now() + std::chrono::hours(5));
  EXPECT_DOUBLE_EQ(reading.quota_used, 1);
  EXPECT_EQ(book.figures("a", rules, clock.wall_now()).size(), 1U);
  EXPECT_EQ(book.figures("unknown", rules, clock.wall_now()).size(), 1U) << "shown before its first use";
}

TEST_F(BookTest, AnEditedWindowCountsFromTheNextLook) {
  rules = five_requests();
  for (int i = 0; i < 5; ++i) book.count("a", "m", rules, 100, clock.wall_now());
  ASSERT_EQ(read().spent, "five_hour");
  rules[0].limit = 10;
  EXPECT_EQ(read().spent, "");
  EXPECT_DOUBLE_EQ(read().quota_used, 0.5);
  EXPECT_EQ(book.figures("a", rules, clock.wall_now())[0].limit, 10);
  rules[0].limit = 2;
  EXPECT_EQ(read().spent, "five_hour");
  rules[0].model = "other";
  EXPECT_EQ(read().spent, "");
  rules.clear();
  EXPECT_EQ(read().spent, "") << "the owner took it away";
  EXPECT_DOUBLE_EQ(read().quota_used, -1);
  EXPECT_TRUE(book.figures("a", rules, clock.wall_now()).empty());
}

TEST_F(BookTest, AProvidersWordOutlivesTheOwnersRule) {
  rules = five_requests();
  rules[0].model = "opus";
  QuotaReading reading;
  reading.window = "five_hour";
  reading.rejected = true;
  reading.resets_at = clock.wall_now() + seconds(60);
  book.correct("a", {&reading, 1}, rules, false, clock.wall_now());
  rules.clear();
  EXPECT_EQ(read("a", "opus-4").spent, "five_hour");
  EXPECT_EQ(read("a", "sonnet").spent, "") << "it was about other models";
  book.correct("a", {&reading, 1}, rules, false, clock.wall_now());
  EXPECT_EQ(read("a", "sonnet").spent, "");
  EXPECT_EQ(book.figures("a", rules, clock.wall_now()).size(), 1U);
}

TEST_F(BookTest, AWindowWithoutARuleLivesByTheProvidersWord) {
  QuotaReading reading;
  reading.window = "seven_day";
  reading.used = 1;
  reading.rejected = true;
  reading.resets_at = clock.wall_now() + seconds(60);
  book.correct("a", {&reading, 1}, {}, false, clock.wall_now());
  EXPECT_EQ(read().spent, "seven_day");
  clock.advance(seconds(60));
  EXPECT_EQ(read().spent, "");
}

TEST_F(BookTest, EverythingGoesOnAfterARestart) {
  fail(judged(429, ErrorKind::rate_limited, seconds(50)));
  fail(judged(404, ErrorKind::not_found), "b", "meta/llama 3");
  for (int i = 0; i < 5; ++i) book.count("c", "m", five_requests(), 100, clock.wall_now());
  AccountBook again;
  for (const AccountBook::Change& change : book.take_changes(Now::of(clock))) again.restore(change.key, change.record, Now::of(clock));
  EXPECT_TRUE(book.take_changes(Now::of(clock)).empty());
  EXPECT_FALSE(again.admit("a", "m", now()).visit);
  EXPECT_FALSE(again.admit("b", "meta/llama 3", now()).visit);
  AccountReading reading;
  const std::vector<domain::WindowRule> present = five_requests();
  const AccountBook::Ask ask{"c", "m", present};
  again.read({&ask, 1}, Now::of(clock), {&reading, 1});
  EXPECT_EQ(reading.spent, "five_hour");
}

TEST_F(BookTest, AnAccountThatIsGoneLeavesNothing) {
  fail(judged(429, ErrorKind::rate_limited, seconds(50)));
  static_cast<void>(book.take_changes(Now::of(clock)));
  book.forget("a");
  for (const AccountBook::Change& change : book.take_changes(Now::of(clock))) EXPECT_EQ(change.record, "") << change.key;
}

TEST_F(BookTest, ModelNamesFromRequestsCannotFillTheMemory) {
  for (int i = 0; i < 1000; ++i) {
    AccountBook::Admission admission = book.admit("a", "model-" + std::to_string(i), now());
    ASSERT_TRUE(admission.visit);
    admission.visit->succeed(milliseconds(5), now());
    clock.advance(milliseconds(1));
  }
  EXPECT_FLOAT_EQ(read("a", "model-999").first_token_ms, 5);
  EXPECT_FLOAT_EQ(read("a", "model-1").first_token_ms, 0);
}

TEST(Affinity, RemembersTheNewest) {
  Affinity affinity(2);
  affinity.note(1, {"p", "m", "a", 10, {}});
  affinity.note(2, {"p", "m", "b", 20, {}});
  affinity.note(1, {"p", "m", "c", 30, {}});
  affinity.note(3, {"p", "m", "d", 40, {}});
  EXPECT_EQ(affinity.size(), 2U);
  EXPECT_EQ(affinity.find(1)->account, "c");
  EXPECT_FALSE(affinity.find(2));
}

TEST(Affinity, GoesOnAfterARestartInItsOldOrder) {
  ManualClock clock;
  Affinity affinity(2);
  affinity.note(7, {"p", "meta/llama 3", "a", 10, clock.now()});
  clock.advance(seconds(1));
  affinity.note(3, {"p", "m", "b", 20, clock.now()});
  clock.advance(seconds(1));
  std::map<std::string, std::string> kept;
  const auto keep = [&kept](std::vector<Affinity::Change> changes) {
    for (Affinity::Change& change : changes) kept[change.key] = change.record;
    std::erase_if(kept, [](const auto& each) { return each.second.empty(); });
  };
  keep(affinity.take_changes(Now::of(clock)));
  EXPECT_TRUE(affinity.take_changes(Now::of(clock)).empty());
  ASSERT_EQ(kept.size(), 2U);
  clock.advance(seconds(5));
  Affinity again(2);
  for (const auto& [key, record] : kept) EXPECT_TRUE(again.restore(key, record, Now::of(clock)));
  EXPECT_FALSE(again.restore("turn x", "1", Now::of(clock)));
  const std::optional<Bond> bond = again.find(7);
  ASSERT_TRUE(bond);
  EXPECT_EQ(bond->provider + " " + bond->model + " " + bond->account, "p meta/llama 3 a");
  EXPECT_EQ(bond->cached_tokens, 10);
  EXPECT_EQ(bond->used, clock.now() - seconds(7));
  again.note(9, {"p", "m", "c", 30, clock.now()});
  EXPECT_FALSE(again.find(7)) << "the oldest went";
  EXPECT_TRUE(again.find(3));
  keep(again.take_changes(Now::of(clock)));
  EXPECT_EQ(kept.size(), 2U) << "its record, too";
  clock.advance(std::chrono::hours(25));
  Affinity late;
  for (const auto& [key, record] : kept) EXPECT_TRUE(late.restore(key, record, Now::of(clock)));
  EXPECT_EQ(late.size(), 0U);
  keep(late.take_changes(Now::of(clock)));
  EXPECT_TRUE(kept.empty());
}

TEST(ComboBook, TurnsAndCountsGoOnAfterARestart) {
  ComboBook book;
  const WallTime now{seconds(1'800'000'000)};
  EXPECT_EQ(book.take_turn("combo x"), 0U);
  EXPECT_EQ(book.take_turn("combo x"), 1U);
  book.note_attempt("my combo", "p/meta/llama 3", 500, false, milliseconds(10), now);
  book.note_attempt("my combo", "q/n", 200, true, milliseconds(30), now);
  book.note_request("my combo", 200, true, true, milliseconds(40), now);
  std::map<std::string, std::string> kept;
  const auto keep = [&kept](std::vector<ComboBook::Change> changes) {
    for (ComboBook::Change& change : changes) kept[change.key] = change.record;
    std::erase_if(kept, [](const auto& each) { return each.second.empty(); });
  };
  keep(book.take_changes());
  EXPECT_EQ(kept.size(), 4U);
  EXPECT_TRUE(book.take_changes().empty());
  ComboBook again;
  for (const auto& [key, record] : kept) EXPECT_TRUE(again.restore(key, record)) << key;
  EXPECT_FALSE(again.restore("account x", "1 2"));
  EXPECT_EQ(again.take_turn("combo x"), 2U);
  again.note_request("my combo", 503, false, false, milliseconds(2), now);
  const std::vector<ComboBook::View> views = again.all();
  ASSERT_EQ(views.size(), 1U);
  EXPECT_EQ(views[0].combo, "my combo");
  const ComboBook::Counts& totals = views[0].totals;
  EXPECT_EQ(totals.requests, 2U);
  EXPECT_EQ(totals.successes, 1U);
  EXPECT_EQ(totals.fallbacks, 1U);
  EXPECT_EQ(totals.latency_ms, 42U);
  ASSERT_EQ(views[0].targets.size(), 2U);
  EXPECT_EQ(views[0].targets[0].first, "p/meta/llama 3");
  EXPECT_EQ(views[0].targets[0].second.failures, 1U);
  EXPECT_EQ(views[0].targets[0].second.last_status, 500);
  EXPECT_EQ(views[0].targets[1].second.last_used, now);
  book.clear("my combo");
  keep(book.take_changes());
  EXPECT_EQ(kept.size(), 1U) << "cleared counts do not come back";
}

TEST(ComboBook, CountsAttemptsAndRequests) {
  ComboBook book;
  const WallTime now{seconds(1)};
  book.note_attempt("c", "p/m", 500, false, milliseconds(10), now);
  book.note_attempt("c", "q/n", 200, true, milliseconds(30), now);
  book.note_request("c", 200, true, true, milliseconds(40), now);
  const auto views = book.all();
  ASSERT_EQ(views.size(), 1U);
  EXPECT_EQ(views[0].totals.requests, 1U);
  EXPECT_EQ(views[0].totals.fallbacks, 1U);
  ASSERT_EQ(views[0].targets.size(), 2U);
  EXPECT_EQ(views[0].targets[0].second.failures, 1U);
  const std::string names[] = {"q/n", "p/m", "r/o"};
  std::uint64_t uses[3] = {};
  book.uses("c", names, uses);
  EXPECT_EQ(uses[0], 1U);
  EXPECT_EQ(uses[1], 0U);
  book.clear("c");
  EXPECT_TRUE(book.all().empty());
}

TEST(HedgeBudget, KeepsToItsShareOfTheLastMinutes) {
  HedgeBudget budget;
  ManualClock clock;
  int hedged = 0;
  for (int i = 0; i < 1000; ++i) {
    budget.note_request("c", clock.now());
    if (budget.take("c", 0.1, clock.now())) ++hedged;
    clock.advance(milliseconds(50));
  }
  EXPECT_NEAR(hedged, 100, 2);
  clock.advance(std::chrono::minutes(10));
  EXPECT_TRUE(budget.take("c", 0.1, clock.now())) << "a quiet combo may hedge its first request";
  EXPECT_FALSE(budget.take("c", 0.1, clock.now()));
}

}  // namespace
}  // namespace omniroute::resilience
