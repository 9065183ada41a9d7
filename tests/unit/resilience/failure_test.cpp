#include "omniroute/resilience/failure.hpp"

#include <gtest/gtest.h>

#include <set>

namespace omniroute::resilience {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct Case {
  std::string_view row;
  Failure failure;
};

Failure upstream(int status, ErrorKind kind, std::string_view message, Phase phase = Phase::head, std::string_view code = {},
                 std::string_view type = {}) {
  return {Origin::provider, phase, status, kind, message, code, type, "gpt-5-mini"};
}
Failure from(Origin origin, ErrorKind kind, Phase phase = Phase::prepare) { return {origin, phase, 0, kind, "", "", "", "m"}; }

// At least one failure for each row of the table, in its order.
const Case cases[] = {
    {"client_gone", from(Origin::client, ErrorKind::cancelled, Phase::content)},
    {"asked_wrongly", from(Origin::client, ErrorKind::bad_request)},
    {"cannot_be_said", from(Origin::gateway, ErrorKind::unsupported)},
    {"budget", from(Origin::gateway, ErrorKind::payment_required)},
    {"queue", from(Origin::gateway, ErrorKind::overloaded, Phase::queue)},
    {"gateway", from(Origin::gateway, ErrorKind::internal)},
    {"network", from(Origin::network, ErrorKind::upstream_failed, Phase::connect)},
    {"context_length", upstream(400, ErrorKind::upstream_rejected, "too long", Phase::head, "context_length_exceeded")},
    {"context_length", upstream(400, ErrorKind::upstream_rejected, "prompt is too long: 210000 tokens > 200000 maximum")},
    {"context_length", upstream(0, ErrorKind::upstream_rejected, "Your input exceeds the context window of this model.", Phase::content)},
    {"content_filter", upstream(400, ErrorKind::upstream_rejected, "The response was filtered", Phase::head, "content_filter")},
    {"payment_text", upstream(400, ErrorKind::upstream_rejected, "Your credit balance is too low to access the API.")},
    {"payment_text", upstream(402, ErrorKind::payment_required, "Insufficient Balance")},
    {"quota_text", upstream(429, ErrorKind::quota_exhausted, "You exceeded your current quota.", Phase::head, "insufficient_quota")},
    {"quota_text", upstream(0, ErrorKind::upstream_failed, "You have hit your ChatGPT usage limit.", Phase::content)},
    {"quota_text", upstream(403, ErrorKind::forbidden, "Weekly limit reached")},
    {"no_credentials_text", upstream(400, ErrorKind::upstream_rejected, "No credentials for this")},
    {"not_allowed_text", upstream(400, ErrorKind::upstream_rejected, "Request not allowed")},
    {"rate_text", upstream(500, ErrorKind::upstream_failed, "Too many requests, please slow down")},
    {"rate_text", upstream(429, ErrorKind::rate_limited, "", Phase::head, "rate_limit_exceeded")},
    {"capacity_text", upstream(529, ErrorKind::overloaded, "Overloaded", Phase::head, "", "overloaded_error")},
    {"capacity_text", upstream(0, ErrorKind::overloaded, "Overloaded", Phase::content, "", "overloaded_error")},
    {"state_missing",
     upstream(404, ErrorKind::not_found, "Previous response with id 'resp_1' not found.", Phase::head, "previous_response_not_found")},
    {"model_text", upstream(400, ErrorKind::upstream_rejected, "The model `x` is not there", Phase::head, "model_not_found")},
    {"key_refused", upstream(400, ErrorKind::unauthorized, "API key not valid.")},
    {"401", upstream(401, ErrorKind::upstream_rejected, "who are you")},
    {"402", upstream(402, ErrorKind::payment_required, "pay first")},
    {"403", upstream(403, ErrorKind::forbidden, "not for you")},
    {"404", upstream(404, ErrorKind::not_found, "nothing here")},
    {"413", upstream(413, ErrorKind::too_large, "big")},
    {"429", upstream(429, ErrorKind::rate_limited, "later")},
    {"400", upstream(400, ErrorKind::upstream_rejected, "messages.0.role: must be a word")},
    {"503", upstream(503, ErrorKind::upstream_failed, "no")},
    {"529", upstream(529, ErrorKind::upstream_failed, "no")},
    {"5xx", upstream(500, ErrorKind::upstream_failed, "boom")},
    {"5xx", upstream(502, ErrorKind::upstream_failed, "")},
    {"5xx", upstream(504, ErrorKind::upstream_timeout, "")},
    {"5xx", upstream(524, ErrorKind::upstream_timeout, "")},
    {"408", upstream(408, ErrorKind::upstream_timeout, "")},
    {"408", upstream(406, ErrorKind::upstream_rejected, "")},
    {"4xx", upstream(422, ErrorKind::upstream_rejected, "unprocessable")},
    {"empty_answer", upstream(0, ErrorKind::upstream_failed, "X answered with nothing.", Phase::content, "empty_answer")},
    {"connect_timeout", upstream(0, ErrorKind::upstream_timeout, "No connection", Phase::connect)},
    {"connect_failed", upstream(0, ErrorKind::upstream_failed, "refused", Phase::connect)},
    {"timeout", upstream(0, ErrorKind::upstream_timeout, "first byte clock", Phase::head)},
    {"protocol", upstream(0, ErrorKind::upstream_protocol, "not JSON", Phase::content)},
    {"stream_payment", upstream(0, ErrorKind::payment_required, "no", Phase::content)},
    {"stream_quota", upstream(0, ErrorKind::quota_exhausted, "no", Phase::content)},
    {"stream_rate", upstream(0, ErrorKind::rate_limited, "no", Phase::content)},
    {"stream_capacity", upstream(0, ErrorKind::overloaded, "no", Phase::content)},
    {"stream_forbidden", upstream(0, ErrorKind::forbidden, "no", Phase::content)},
    {"stream_missing", upstream(0, ErrorKind::not_found, "no", Phase::content)},
    {"stream_refused", upstream(0, ErrorKind::upstream_rejected, "no", Phase::content)},
    {"stream_error", upstream(0, ErrorKind::upstream_failed, "", Phase::content, "", "api_error")},
    {"cut", upstream(0, ErrorKind::upstream_failed, "the body ended early", Phase::content)},
    {"other", upstream(302, ErrorKind::upstream_failed, "elsewhere")},
};

TEST(FailureTable, EachRowIsMetByItsFailure) {
  for (const Case& each : cases) EXPECT_EQ(classify(each.failure).name, each.row) << each.failure.message << " / " << each.failure.status;
}

TEST(FailureTable, NoRowIsWithoutACase) {
  std::set<std::string_view> met;
  for (const Case& each : cases) met.insert(each.row);
  for (const FailureRow& row : failure_table()) EXPECT_TRUE(met.contains(row.name)) << row.name;
}

TEST(FailureTable, OnlyProvidersAndTheWayToThemHaveRows) {
  for (const FailureRow& row : failure_table()) {
    const bool ours = row.origins.bits != 0;
    EXPECT_FALSE(row.health && ours) << row.name;
  }
  EXPECT_FALSE(classify(upstream(429, ErrorKind::rate_limited, "")).health);
  EXPECT_FALSE(classify(upstream(404, ErrorKind::not_found, "")).health);
  EXPECT_TRUE(classify(upstream(500, ErrorKind::upstream_failed, "")).health);
}

Verdict judged(const Failure& failure, int level = 0, std::optional<milliseconds> hint = {}, const Profile& profile = apikey_profile) {
  return judge(failure, level, hint, profile, std::chrono::hours(1));
}

TEST(Verdict, RateLimitsDoubleUpToTwoMinutes) {
  const Failure failure = upstream(429, ErrorKind::rate_limited, "later");
  EXPECT_EQ(judged(failure, 0).cooldown, seconds(1));
  EXPECT_EQ(judged(failure, 3).cooldown, seconds(8));
  EXPECT_EQ(judged(failure, 15).cooldown, seconds(120));
  EXPECT_EQ(judged(failure, 400).cooldown, seconds(120));
  EXPECT_TRUE(judged(failure).raise_level);
  EXPECT_FALSE(judged(failure).soft);
  EXPECT_EQ(judged(failure, 0, {}, oauth_profile).cooldown, seconds(60)) << "the profile's rateLimit is the least";
}

TEST(Verdict, ServerErrorsDoubleUpToAMinuteAndTheProfilesLevel) {
  const Failure failure = upstream(502, ErrorKind::upstream_failed, "");
  EXPECT_EQ(judged(failure, 0).cooldown, seconds(3));
  EXPECT_EQ(judged(failure, 2).cooldown, seconds(12));
  EXPECT_EQ(judged(failure, 9).cooldown, seconds(60));
  EXPECT_EQ(judged(failure, 1, {}, oauth_profile).cooldown, seconds(10));
  Profile flat = apikey_profile;
  flat.max_level = 0;
  EXPECT_EQ(judged(failure, 9, {}, flat).cooldown, seconds(3));
  EXPECT_TRUE(judged(failure).soft);
}

TEST(Verdict, FixedPausesAreTwoMinutesForCredentialsAndMoney) {
  for (const int status : {401, 402, 403}) {
    const Verdict verdict = judged(upstream(status, ErrorKind::upstream_rejected, "no"), 7);
    EXPECT_EQ(verdict.cooldown, seconds(120));
    EXPECT_FALSE(verdict.raise_level);
    EXPECT_EQ(verdict.scope, Scope::account);
    EXPECT_EQ(verdict.next, Next::next_account);
  }
}

TEST(Verdict, TheHintWinsWhenItIsLongerAndTheCeilingHolds) {
  const Failure failure = upstream(429, ErrorKind::rate_limited, "later");
  EXPECT_EQ(judged(failure, 0, seconds(30)).cooldown, seconds(30));
  EXPECT_TRUE(judged(failure, 0, seconds(30)).hinted);
  EXPECT_EQ(judged(failure, 5, seconds(3)).cooldown, seconds(32));
  EXPECT_FALSE(judged(failure, 5, seconds(3)).hinted);
  EXPECT_EQ(judged(failure, 0, std::chrono::hours(24 * 18)).cooldown, std::chrono::hours(1)) << "eighteen days are not believed";
}

TEST(Verdict, AHintedServerErrorIsHard) {
  const Failure failure = upstream(503, ErrorKind::overloaded, "maintenance");
  EXPECT_TRUE(judged(failure).soft);
  EXPECT_FALSE(judged(failure, 0, seconds(20)).soft);
}

TEST(Verdict, ATextThatNamesTheModelRestsTheModelAlone) {
  EXPECT_EQ(judged(upstream(429, ErrorKind::rate_limited, "Rate limit reached for GPT-5-mini in organization")).scope, Scope::model);
  EXPECT_EQ(judged(upstream(429, ErrorKind::rate_limited, "Rate limit reached for your organization")).scope, Scope::account);
}

TEST(Verdict, OnceTheClientHasContentNothingIsTriedAgain) {
  for (const Case& each : cases) {
    Failure failure = each.failure;
    failure.phase = Phase::stream;
    EXPECT_EQ(judged(failure).next, Next::give_up) << each.row;
  }
}

TEST(Verdict, WhatTheRequestItselfCausedRestsNobody) {
  for (const Failure& failure : {upstream(400, ErrorKind::upstream_rejected, "x"), upstream(413, ErrorKind::too_large, "x"),
                                 upstream(422, ErrorKind::upstream_rejected, "x"), from(Origin::client, ErrorKind::cancelled)}) {
    EXPECT_EQ(judged(failure, 3, seconds(9)).cooldown, milliseconds(0));
    EXPECT_EQ(judged(failure).scope, Scope::none);
  }
}

TEST(Failure, OfAnErrorTakesItsOriginFromKindAndStatus) {
  Error error(ErrorKind::rate_limited, "slow");
  error.upstream_status = 429;
  EXPECT_EQ(failure_of(error, Phase::head, "m").origin, Origin::provider);
  EXPECT_EQ(failure_of(Error(ErrorKind::cancelled, "gone"), Phase::head, "m").origin, Origin::client);
  EXPECT_EQ(failure_of(Error(ErrorKind::bad_request, "no"), Phase::prepare, "m").origin, Origin::client);
  EXPECT_EQ(failure_of(Error(ErrorKind::upstream_failed, "cut"), Phase::content, "m").origin, Origin::provider);
  Error dns(ErrorKind::upstream_failed, "no name service");
  dns.origin = Origin::network;
  EXPECT_EQ(classify(failure_of(dns, Phase::connect, "m")).name, "network");
}

TEST(FailureClass, NamesGoBothWays) {
  for (const FailureRow& row : failure_table()) EXPECT_EQ(parse_failure_class(to_string(row.kind)), row.kind);
  EXPECT_EQ(parse_failure_class("nonsense"), std::nullopt);
}

}  // namespace
}  // namespace omniroute::resilience
