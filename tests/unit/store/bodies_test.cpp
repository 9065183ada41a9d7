#include "omniroute/store/bodies.hpp"

#include "connection.hpp"
#include "omniroute/store/retention.hpp"
#include "omniroute/store/usage.hpp"
#include "store_fixture.hpp"
#include "transaction.hpp"

namespace omniroute::store {
namespace {

class BodiesTest : public testing::Test {
 protected:
  void add(const std::string& id, std::int64_t time_ms, const std::string& said) {
    domain::UsageRow row;
    row.request_id = id;
    row.time_ms = time_ms;
    row.model_asked = "Model-" + id;
    database_->append(row);
    domain::BodyRecord record;
    record.request_id = id;
    record.time_ms = time_ms;
    record.path = "/v1/x";
    record.received_headers = {{"a", "b"}};
    record.received = {said, 10'000, true};
    record.attempts.push_back(
        {"p", "m", "acc", "http://h/x", {{"c", "d"}}, {"sent", 4, false}, 200, {{"e", "f"}}, {"answered\xff", 900, false}});
    record.status = 200;
    record.returned = {"returned", 8, false};
    bodies_.keep(std::move(record), [](domain::BodyRecord& kept) { kept.path += "!"; });
  }
  std::optional<domain::BodyRecord> find(const std::string& id) { return *test::run_task(bodies_.find(id)); }
  std::vector<std::string> search(const std::string& words, bool bodies = true) {
    UsageFilter filter;
    filter.search = words;
    filter.search_bodies = bodies;
    const Result<UsagePage> page = test::run_task(Usage(*database_).recent(filter, 10, std::nullopt));
    EXPECT_TRUE(page) << page.error().detail;
    std::vector<std::string> ids;
    if (page)
      for (const domain::UsageRow& row : page->rows) ids.push_back(row.request_id);
    return ids;
  }
  bool trim_once(TrimRules rules) {
    EXPECT_TRUE(test::run_task(database_->flush()));
    Database::Work<bool> work = [rules](Transaction& transaction) { return trim(transaction, rules); };
    const Result<bool> more = test::run_task(database_->write<bool>(std::move(work)));
    EXPECT_TRUE(more) << more.error().detail;
    return more && *more;
  }

  using Ids = std::vector<std::string>;
  ManualClock clock_;
  std::unique_ptr<Database> database_ = *Database::open_in_memory(clock_);
  Bodies bodies_{*database_};
};

TEST_F(BodiesTest, ARecordComesBackAsTheCleanerLeftIt) {
  add("r1", 5, "received");
  const std::optional<domain::BodyRecord> record = find("r1");
  ASSERT_TRUE(record);
  EXPECT_EQ(record->path, "/v1/x!");
  EXPECT_EQ(record->received.text, "received");
  EXPECT_EQ(record->received.bytes, 10'000);
  EXPECT_TRUE(record->received.cut);
  EXPECT_FALSE(record->attempts.at(0).answered.cut) << "it is shorter than it was, yet nothing was left out";
  EXPECT_EQ(record->received_headers, (domain::HeaderList{{"a", "b"}}));
  ASSERT_EQ(record->attempts.size(), 1U);
  EXPECT_EQ(record->attempts[0].url, "http://h/x");
  EXPECT_EQ(record->attempts[0].sent.text, "sent");
  EXPECT_EQ(record->attempts[0].answered.text, "answered\xEF\xBF\xBD") << "bytes that are no text are replaced";
  EXPECT_EQ(record->attempts[0].status, 200);
  EXPECT_EQ(record->returned.text, "returned");
  EXPECT_FALSE(find("r2"));
}

TEST_F(BodiesTest, RecordsOfEarlierVersionsAreCutWhereTheyAreShorter) {
  add("r1", 5, "received");
  ASSERT_TRUE(test::run_task(database_->flush()));
  Database::StatusWork forget = [](Transaction& transaction) {
    return transaction.telemetry().execute("UPDATE bodies SET heads = json_remove(heads, '$.receivedCut', '$.returnedCut')");
  };
  ASSERT_TRUE(test::run_task(database_->write(std::move(forget))));
  const std::optional<domain::BodyRecord> record = find("r1");
  ASSERT_TRUE(record);
  EXPECT_TRUE(record->received.cut);
  EXPECT_FALSE(record->returned.cut);
}

TEST_F(BodiesTest, WordsAreFoundInBodiesByWhoMayReadThem) {
  add("r1", 5, R"({"content":"the quick brown fox"})");
  add("r2", 6, "a \"slow\" snail");
  EXPECT_EQ(search("quick bro"), Ids{"r1"}) << "the last word may be a beginning";
  EXPECT_EQ(search("quick fo"), Ids{}) << "if it has three letters";
  EXPECT_EQ(search("\"slow\""), Ids{"r2"});
  EXPECT_EQ(search("answered"), (Ids{"r2", "r1"}));
  EXPECT_EQ(search("fox snail"), Ids{});
  EXPECT_EQ(search("fox", false), Ids{});
  EXPECT_EQ(search("r2", false), Ids{"r2"});
  EXPECT_EQ(search("model-r1", false), Ids{"r1"});
  for (const char* odd : {" ", "*", "\"", "a AND", "NEAR(", "col:x", "-", "..."}) search(odd);
}

TEST_F(BodiesTest, PagesOfACommonWordGoBackwardsWithoutGapOrRepetition) {
  constexpr int all = 1'100;
  for (int i = 0; i < all; ++i) {
    add("r" + std::to_string(i), 1'000 + 500 * i, i % 2 == 0 ? "an even content" : "some odd contents");
    if (i % 500 == 0) {
      ASSERT_TRUE(test::run_task(database_->flush()));
    }
  }
  EXPECT_EQ(search("conte").size(), 10U) << "words that begin so";
  UsageFilter filter;
  filter.search_bodies = true;
  for (const bool every : {true, false}) {
    filter.search = every ? "returned" : "odd";
    int expected = all - 1;
    std::optional<std::int64_t> cursor;
    do {
      const Result<UsagePage> page = test::run_task(Usage(*database_).recent(filter, 100, cursor));
      ASSERT_TRUE(page);
      for (const domain::UsageRow& row : page->rows) {
        ASSERT_EQ(row.request_id, "r" + std::to_string(expected));
        expected -= every ? 1 : 2;
      }
      cursor = page->next;
    } while (cursor);
    EXPECT_EQ(expected, -1);
  }
  filter.since_ms = 1'000 + 500 * 100;
  filter.until_ms = 1'000 + 500 * 104;
  const Result<UsagePage> page = test::run_task(Usage(*database_).recent(filter, 100, std::nullopt));
  ASSERT_TRUE(page);
  ASSERT_EQ(page->rows.size(), 2U);
  EXPECT_EQ(page->rows[0].request_id, "r103");
}

TEST_F(BodiesTest, OldOnesGoAndAllGoBeforeOneRowWhenThereIsTooMuch) {
  add("r1", 1'000, "ancient words");
  add("r2", 2'000, "newer words");
  TrimRules rules;
  rules.most_bytes = 1LL << 40;
  rules.bodies_before_ms = 1'500;
  EXPECT_FALSE(trim_once(rules));
  EXPECT_FALSE(find("r1"));
  EXPECT_TRUE(find("r2"));
  EXPECT_EQ(search("words"), Ids{"r2"});
  rules.most_bytes = 1;
  EXPECT_TRUE(trim_once(rules));
  EXPECT_FALSE(find("r2"));
  EXPECT_EQ(search("words"), Ids{});
  EXPECT_EQ(search("r1").size(), 1U) << "a row went before the bodies";
}

TEST_F(BodiesTest, AllAreForgottenAtOnceAndTheIndexGoesOn) {
  add("r1", 1'000, "words");
  ASSERT_TRUE(test::run_task(bodies_.clear()));
  EXPECT_FALSE(find("r1"));
  EXPECT_EQ(search("words"), Ids{});
  add("r2", 2'000, "words");
  EXPECT_EQ(search("words"), Ids{"r2"});
}

TEST_F(BodiesTest, TooMuchAtOnceIsLeftOutAndRowsAreNot) {
  const std::string large(20u << 20, 'x');
  add("r1", 1, large);
  add("r2", 2, large);
  ASSERT_TRUE(test::run_task(database_->flush()));
  EXPECT_EQ(search("model-r", false).size(), 2U);
  EXPECT_LE(database_->counters().works_lost, 1U);
  add("r3", 3, "small");
  EXPECT_TRUE(find("r3")) << "what was written makes room";
}

}  // namespace
}  // namespace omniroute::store
