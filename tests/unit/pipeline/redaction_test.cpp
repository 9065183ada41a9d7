#include "redaction.hpp"

#include <gtest/gtest.h>

namespace omniroute::pipeline {
namespace {

std::string clean(std::string_view text) { return Redactor({"known-4711-secret", "known-4711"}).clean(text); }

TEST(Redaction, WhatIsKnownGoesWhereverItStands) {
  EXPECT_EQ(clean("a known-4711-secret b known-4711 c"), "a [redacted] b [redacted] c");
  EXPECT_EQ(clean("cut off at the end: known-47"), "cut off at the end: [redacted]");
  EXPECT_EQ(clean("known words stay"), "known words stay");
}

TEST(Redaction, WhatLooksLikeAKeyGoesAlsoWhereItWasCutOff) {
  for (const char* secret : {"sk-proj-abcdefgh12345678", "gsk_0123456789abcdef", "AIzaSyA0123456789abcdefgh", "ghp_0123456789abcdef",
                             "AKIA"
                             "0123456789ABCDEF",
                             "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc"}) {
    EXPECT_EQ(clean(std::string("it is ") + secret + ", he said"), "it is [redacted], he said") << secret;
    EXPECT_EQ(clean(std::string("it is ") + std::string(secret).substr(0, 6)), "it is [redacted]") << secret;
  }
  EXPECT_EQ(clean("Authorization: Bearer abcdefghij"), "Authorization: Bearer [redacted]");
  for (const char* plain : {"a risk-free task-list", "the bearer of news", "sk-1 is short", "ask-me-anything-about-it"})
    EXPECT_EQ(clean(plain), plain);
}

TEST(Redaction, MembersWhoseNameSaysSoLoseTheirValue) {
  EXPECT_EQ(clean(R"({"api_key": "abc", "x":1})"), R"({"api_key": "[redacted]", "x":1})");
  EXPECT_EQ(clean(R"({"Access-Token":"a\"b","max_tokens":7})"), R"({"Access-Token":"[redacted]","max_tokens":7})");
  EXPECT_EQ(clean(R"({"arguments":"{\"password\":\"abc\",\"n\":\"x\"}"})"), R"({"arguments":"{\"password\":\"[redacted]\",\"n\":\"x\"}"})");
  EXPECT_EQ(clean(R"({"password":"cut of)"), R"({"password":"[redacted])");
  for (const char* plain : {R"({"tokens":"many"})", R"({"key":"value"})", R"("secret")", R"({"secret":7})", "\"", R"(\")"})
    EXPECT_EQ(clean(plain), plain);
}

TEST(Redaction, TwiceIsAsOnce) {
  const std::string once = clean(R"({"token":"abc","a":"sk-abcdefgh1234","b":"known-4711-secret Bearer abcdefgh12"})");
  EXPECT_EQ(clean(once), once);
}

TEST(Redaction, HeadersThatCarryCredentialsAreMaskedByTheirName) {
  domain::BodyRecord record;
  record.received_headers = {{"Authorization", "Basic abc"}, {"x-api-key", "abc"}, {"Cookie", "a=b"}, {"user-agent", "tool/1"}};
  domain::RecordedAttempt& attempt = record.attempts.emplace_back();
  attempt.url = "https://host/known-4711/x";
  attempt.answered_headers = {{"x-ratelimit-remaining-tokens", "5"}, {"set-cookie", "a=b"}, {"x-amz-security-token", "abc"}};
  attempt.answered.text = "known-4711";
  Redactor({"known-4711"}).clean(record);
  EXPECT_EQ(record.received_headers,
            (domain::HeaderList{
                {"Authorization", "[redacted]"}, {"x-api-key", "[redacted]"}, {"Cookie", "[redacted]"}, {"user-agent", "tool/1"}}));
  EXPECT_EQ(
      attempt.answered_headers,
      (domain::HeaderList{{"x-ratelimit-remaining-tokens", "5"}, {"set-cookie", "[redacted]"}, {"x-amz-security-token", "[redacted]"}}));
  EXPECT_EQ(attempt.url, "https://host/[redacted]/x");
  EXPECT_EQ(attempt.answered.text, "[redacted]");
}

}  // namespace
}  // namespace omniroute::pipeline
