#include "omniroute/store/usage.hpp"

#include "store_fixture.hpp"

namespace omniroute::store {
namespace {

class UsageTest : public StoreTest {
 protected:
  UsageTest() : database_(*Database::open_in_memory(clock_)) {}
  void append(std::string id, std::int64_t time_ms, std::string provider, std::string model, int status,
              std::optional<std::int64_t> input) {
    domain::UsageRow row;
    row.request_id = std::move(id);
    row.time_ms = time_ms;
    row.provider = std::move(provider);
    row.model_asked = "alias/" + model;
    row.upstream_model = std::move(model);
    row.account_id = "account of " + row.provider;
    row.key_id = "key-1";
    row.status = status;
    row.tokens.input = input;
    row.tokens.output = 10;
    database_->append(std::move(row));
  }
  UsageHistory history(UsageFilter filter, std::int64_t now_ms = 0) {
    auto result = test::run_task(Usage(*database_).history(std::move(filter), now_ms));
    EXPECT_TRUE(result) << (result ? "" : result.error().message);
    return result ? *std::move(result) : UsageHistory();
  }
  std::unique_ptr<Database> database_;
};

TEST_F(UsageTest, ARowComesBackAsItWent) {
  domain::UsageRow sent;
  sent.request_id = "req-1";
  sent.time_ms = 123;
  sent.client_format = domain::Format::anthropic;
  sent.endpoint = "/v1/messages";
  sent.model_asked = "cc/claude";
  sent.provider = "claude";
  sent.upstream_model = "claude-opus";
  sent.account_id = "acc";
  sent.key_id = "key";
  sent.status = 502;
  sent.streamed = true;
  sent.tokens = {1, 2, std::nullopt, 4, std::nullopt};
  sent.estimated = true;
  sent.latency_ms = 77;
  sent.first_token_ms = 7;
  sent.overhead_us = 42;
  sent.attempts = 3;
  sent.error_kind = "upstream_failed";
  sent.error_message = "gone";
  sent.dropped = "stop, logit_bias";
  database_->append(sent);
  const auto found = test::run_task(Usage(*database_).find("req-1"));
  ASSERT_TRUE(found && *found);
  const domain::UsageRow& got = **found;
  EXPECT_EQ(got.time_ms, sent.time_ms);
  EXPECT_EQ(got.overhead_us, sent.overhead_us);
  EXPECT_EQ(got.client_format, sent.client_format);
  EXPECT_EQ(got.endpoint, sent.endpoint);
  EXPECT_EQ(got.dropped, sent.dropped);
  EXPECT_EQ(got.model_asked, sent.model_asked);
  EXPECT_EQ(got.provider, sent.provider);
  EXPECT_EQ(got.upstream_model, sent.upstream_model);
  EXPECT_EQ(got.account_id, sent.account_id);
  EXPECT_EQ(got.key_id, sent.key_id);
  EXPECT_EQ(got.status, sent.status);
  EXPECT_EQ(got.streamed, sent.streamed);
  EXPECT_EQ(got.tokens.input, sent.tokens.input);
  EXPECT_EQ(got.tokens.output, sent.tokens.output);
  EXPECT_EQ(got.tokens.cache_read, sent.tokens.cache_read);
  EXPECT_EQ(got.tokens.cache_write, sent.tokens.cache_write);
  EXPECT_EQ(got.tokens.reasoning, sent.tokens.reasoning);
  EXPECT_EQ(got.estimated, sent.estimated);
  EXPECT_EQ(got.latency_ms, sent.latency_ms);
  EXPECT_EQ(got.first_token_ms, sent.first_token_ms);
  EXPECT_EQ(got.attempts, sent.attempts);
  EXPECT_EQ(got.error_kind, sent.error_kind);
  EXPECT_EQ(got.error_message, sent.error_message);
  EXPECT_FALSE(test::run_task(Usage(*database_).find("nobody"))->has_value());
}

TEST_F(UsageTest, HistorySumsByProviderModelAccountAndKey) {
  append("1", 1000, "openai", "gpt", 200, 5);
  append("2", 2000, "openai", "gpt", 500, std::nullopt);
  append("3", 3000, "groq", "gpt", 200, 7);
  const UsageHistory all = history({});
  EXPECT_EQ(all.totals.requests, 3);
  EXPECT_EQ(all.totals.errors, 1);
  EXPECT_EQ(all.totals.input, 12);
  EXPECT_EQ(all.totals.output, 30);
  ASSERT_EQ(all.by_provider.size(), 2U);
  EXPECT_EQ(all.by_provider[0].id, "openai");
  EXPECT_EQ(all.by_provider[0].totals.requests, 2);
  EXPECT_EQ(all.by_provider[0].last_ms, 2000);
  ASSERT_EQ(all.by_model.size(), 2U) << "one model of two providers is two";
  EXPECT_EQ(all.by_model[1].provider, "groq");
  ASSERT_EQ(all.by_account.size(), 2U);
  ASSERT_EQ(all.by_key.size(), 1U);
  EXPECT_EQ(all.by_key[0].totals.requests, 3);
  EXPECT_EQ(all.by_key[0].provider, "");
}

TEST_F(UsageTest, HistoryOfATimeIsExactWhereverItBeginsAndEnds) {
  constexpr std::int64_t half_hour = 1'800'000;
  for (std::int64_t i = 0; i < 40; ++i)
    append(std::to_string(i), 1 + i * 450'000, i % 3 == 0 ? "groq" : "openai", "gpt", i % 5 == 0 ? 500 : 200, i);
  for (const std::int64_t since : {std::int64_t{0}, std::int64_t{2}, half_hour, half_hour + 1, 5 * half_hour - 1})
    for (const std::int64_t until : {std::int64_t{3}, half_hour + 2, 5 * half_hour, 6 * half_hour + 7, 100 * half_hour}) {
      UsageFilter filter;
      filter.since_ms = since;
      filter.until_ms = until;
      const UsageHistory by_time = history(filter);
      UsageTotals openai;
      for (const UsageGroup& group : by_time.by_provider)
        if (group.id == "openai") openai = group.totals;
      UsageFilter also = filter;
      also.provider = "openai";  // asks the rows
      const UsageHistory by_rows = history(also);
      EXPECT_EQ(openai.requests, by_rows.totals.requests) << since << " " << until;
      EXPECT_EQ(openai.input, by_rows.totals.input) << since << " " << until;
      std::int64_t requests = 0;
      for (std::int64_t i = 0; i < 40; ++i) requests += 1 + i * 450'000 >= since && 1 + i * 450'000 < until ? 1 : 0;
      EXPECT_EQ(by_time.totals.requests, requests) << since << " " << until;
      std::int64_t by_key = 0;
      for (const UsageGroup& group : by_time.by_key) by_key += group.totals.requests;
      EXPECT_EQ(by_key, requests);
    }
}

TEST_F(UsageTest, AnAttemptBesideAnotherCostsAndIsNoRequest) {
  append("1", 1000, "openai", "gpt", 200, 5);
  append("1", 1000, "groq", "gpt", 0, 7);
  const UsageHistory all = history({});
  EXPECT_EQ(all.totals.requests, 1);
  EXPECT_EQ(all.totals.unpriced, 1);
  EXPECT_EQ(all.totals.input, 12);
  EXPECT_EQ(all.by_provider[1].id, "groq");
  EXPECT_EQ(all.by_provider[1].totals.requests, 0);
  EXPECT_EQ(all.by_provider[1].totals.input, 7);
}

TEST_F(UsageTest, HistoryOfNothingIsAllZero) {
  const UsageHistory all = history({}, 600'000);
  EXPECT_EQ(all.totals.requests, 0);
  EXPECT_EQ(all.totals.input, 0);
  EXPECT_TRUE(all.by_provider.empty());
  EXPECT_EQ(all.last_minutes[9].start_ms, 600'000);
}

TEST_F(UsageTest, FiltersNarrowTheHistory) {
  append("1", 1000, "openai", "gpt", 200, 5);
  append("2", 2000, "openai", "o1", 404, 5);
  append("3", 3000, "groq", "llama", 200, 7);
  const auto count = [&](auto&& set) {
    UsageFilter filter;
    set(filter);
    return history(filter).totals.requests;
  };
  EXPECT_EQ(count([](UsageFilter& f) { f.since_ms = 2000; }), 2);
  EXPECT_EQ(count([](UsageFilter& f) { f.until_ms = 2000; }), 1);
  EXPECT_EQ(count([](UsageFilter& f) { f.provider = "openai"; }), 2);
  EXPECT_EQ(count([](UsageFilter& f) { f.model = "o1"; }), 1);
  EXPECT_EQ(count([](UsageFilter& f) { f.model = "alias/o1"; }), 1);
  EXPECT_EQ(count([](UsageFilter& f) { f.account_id = "account of groq"; }), 1);
  EXPECT_EQ(count([](UsageFilter& f) { f.key_id = "key-2"; }), 0);
  EXPECT_EQ(count([](UsageFilter& f) { f.status = 404; }), 1);
  EXPECT_EQ(count([](UsageFilter& f) { f.errors_only = true; }), 1);
  EXPECT_EQ(count([](UsageFilter& f) { f.provider = "' OR 1=1 --"; }), 0);
  EXPECT_EQ(count([](UsageFilter& f) {
              f.provider = "openai";
              f.status = 200;
              f.since_ms = 0;
              f.until_ms = 5000;
            }),
            1);
}

TEST_F(UsageTest, TheLastTenMinutesHaveABucketEach) {
  constexpr std::int64_t minute = 60'000;
  const std::int64_t now = 100 * minute + 30'000;
  append("now", now, "a", "m", 200, 1);
  append("now too", now - 20'000, "a", "m", 500, 1);
  append("nine ago", 91 * minute, "a", "m", 200, 1);
  append("too old", 91 * minute - 1, "a", "m", 200, 1);
  const UsageHistory all = history({}, now);
  EXPECT_EQ(all.last_minutes[9].start_ms, 100 * minute);
  EXPECT_EQ(all.last_minutes[9].totals.requests, 2);
  EXPECT_EQ(all.last_minutes[9].totals.errors, 1);
  EXPECT_EQ(all.last_minutes[0].start_ms, 91 * minute);
  EXPECT_EQ(all.last_minutes[0].totals.requests, 1);
  for (std::size_t i = 1; i < 9; ++i) EXPECT_EQ(all.last_minutes[i].totals.requests, 0);
  EXPECT_EQ(all.totals.requests, 4);
}

TEST_F(UsageTest, PagesGoBackwardsWithoutGapOrRepetition) {
  for (int i = 0; i < 25; ++i) append(std::to_string(i), i, i % 2 == 0 ? "even" : "odd", "m", 200, 1);
  std::string seen;
  std::optional<std::int64_t> cursor;
  int pages = 0;
  do {
    const auto page = test::run_task(Usage(*database_).recent({}, 10, cursor));
    ASSERT_TRUE(page);
    for (const auto& row : page->rows) seen += row.request_id + " ";
    cursor = page->next;
    ++pages;
  } while (cursor);
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(seen, "24 23 22 21 20 19 18 17 16 15 14 13 12 11 10 9 8 7 6 5 4 3 2 1 0 ");
  UsageFilter odd;
  odd.provider = "odd";
  const auto page = test::run_task(Usage(*database_).recent(odd, 12, std::nullopt));
  EXPECT_EQ(page->rows.size(), 12U);
  EXPECT_FALSE(page->next) << "the page ends exactly at the end";
  EXPECT_EQ(test::run_task(Usage(*database_).recent({}, 0, std::nullopt))->rows.size(), 1U);
}

TEST_F(UsageTest, FieldsThatWereDroppedAreCountedOneByOne) {
  for (const std::string_view dropped : {"seed, logit_bias", "seed", "", "seed"}) {
    domain::UsageRow row;
    row.time_ms = 5;
    row.status = 200;
    row.tokens.output = 10;
    row.dropped = dropped;
    database_->append(std::move(row));
  }
  const UsageHistory all = history({});
  ASSERT_EQ(all.by_dropped.size(), 2U);
  EXPECT_EQ(all.by_dropped[0].id, "seed");
  EXPECT_EQ(all.by_dropped[0].totals.requests, 3);
  EXPECT_EQ(all.by_dropped[0].totals.output, 30);
  EXPECT_EQ(all.by_dropped[1].id, "logit_bias");
  EXPECT_EQ(all.by_dropped[1].totals.requests, 1);
  EXPECT_EQ(all.by_dropped[1].last_ms, 5);
  UsageFilter lossy;
  lossy.lossy_only = true;
  EXPECT_EQ(history(lossy).totals.requests, 3);
}

}  // namespace
}  // namespace omniroute::store
