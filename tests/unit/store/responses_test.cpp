#include "omniroute/store/responses.hpp"

#include <gtest/gtest.h>

#include "run_task.hpp"

namespace omniroute::store {
namespace {

domain::StoredResponse response(std::string id, std::string previous, std::string key = "k1") {
  domain::StoredResponse made;
  made.id = std::move(id);
  made.previous_id = std::move(previous);
  made.key_id = std::move(key);
  made.account_id = "a1";
  made.created_ms = 1'800'000'000'000;
  made.input = Secret("[{\"role\":\"user\"}]");
  made.response = Secret("{\"id\":\"" + made.id + "\"}");
  return made;
}

class ResponsesTest : public testing::Test {
 protected:
  ManualClock clock;
  std::unique_ptr<Database> database = *Database::open_in_memory(clock);
  Responses responses{*database};
};

TEST_F(ResponsesTest, FindsWhatWasSavedForItsOwnKeyOnly) {
  responses.save(response("resp_1", ""));
  const auto found = test::run_task(responses.find("resp_1", "k1"));
  ASSERT_TRUE(found);
  ASSERT_TRUE(found->has_value());
  EXPECT_EQ((*found)->response.reveal(), R"({"id":"resp_1"})");
  EXPECT_EQ((*found)->account_id, "a1");
  const auto foreign = test::run_task(responses.find("resp_1", "k2"));
  ASSERT_TRUE(foreign);
  EXPECT_FALSE(foreign->has_value());
}

TEST_F(ResponsesTest, GivesAChainOldestFirstAndNothingOfABrokenOne) {
  responses.save(response("resp_1", ""));
  responses.save(response("resp_2", "resp_1"));
  responses.save(response("resp_3", "resp_2"));
  const auto chain = test::run_task(responses.chain("resp_3", "k1"));
  ASSERT_TRUE(chain);
  ASSERT_EQ(chain->size(), 3u);
  EXPECT_EQ(chain->front().id, "resp_1");
  EXPECT_EQ(chain->back().id, "resp_3");
  responses.save(response("resp_9", "resp_lost"));
  const auto broken = test::run_task(responses.chain("resp_9", "k1"));
  ASSERT_TRUE(broken);
  EXPECT_TRUE(broken->empty());
}

TEST_F(ResponsesTest, AnIdThatComesAgainReplacesOnlyWhatItsOwnKeyKeeps) {
  responses.save(response("resp_1", ""));
  domain::StoredResponse other = response("resp_1", "", "k2");
  other.account_id = "a2";
  responses.save(other);
  const auto found = test::run_task(responses.find("resp_1", "k1"));
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->account_id, "a1");
  other.key_id = "k1";
  responses.save(other);
  const auto replaced = test::run_task(responses.find("resp_1", "k1"));
  ASSERT_TRUE(replaced && *replaced);
  EXPECT_EQ((*replaced)->account_id, "a2");
}

TEST_F(ResponsesTest, AChainThatGoesInACircleIsNone) {
  responses.save(response("resp_1", "resp_2"));
  responses.save(response("resp_2", "resp_1"));
  const auto chain = test::run_task(responses.chain("resp_2", "k1"));
  ASSERT_TRUE(chain);
  EXPECT_TRUE(chain->empty());
}

TEST_F(ResponsesTest, RemovesOnce) {
  responses.save(response("resp_1", ""));
  const auto removed = test::run_task(responses.remove("resp_1", "k1"));
  ASSERT_TRUE(removed);
  EXPECT_TRUE(*removed);
  const auto again = test::run_task(responses.remove("resp_1", "k1"));
  ASSERT_TRUE(again);
  EXPECT_FALSE(*again);
}

TEST_F(ResponsesTest, ForgetsAfterThirtyDays) {
  responses.save(response("resp_old", ""));
  auto later = response("resp_new", "");
  later.created_ms += std::int64_t{31} * 24 * 3600 * 1000;
  responses.save(std::move(later));
  const auto old = test::run_task(responses.find("resp_old", "k1"));
  ASSERT_TRUE(old);
  EXPECT_FALSE(old->has_value());
}

}  // namespace
}  // namespace omniroute::store
