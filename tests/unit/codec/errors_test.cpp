#include "shared/errors.hpp"

#include <gtest/gtest.h>

namespace omniroute::codec {
namespace {

TEST(ReadError, TellsKindsFromStatusTypeAndCode) {
  struct Row {
    int status;
    const char* body;
    ErrorKind kind;
  };
  const Row rows[] = {
      {401, R"({"error":{"message":"m","type":"invalid_request_error","code":"invalid_api_key"}})", ErrorKind::unauthorized},
      {401, R"({"error":{"message":"m","type":"invalid_request_error"}})", ErrorKind::unauthorized},
      {404, R"({"error":{"message":"m","type":"invalid_request_error","code":"model_not_found"}})", ErrorKind::not_found},
      {429, R"({"error":{"message":"m","type":"insufficient_quota"}})", ErrorKind::quota_exhausted},
      {429, R"({"error":{"message":"m","type":"tokens","code":"rate_limit_exceeded"}})", ErrorKind::rate_limited},
      {400, R"({"error":{"message":"m","code":"context_length_exceeded"}})", ErrorKind::upstream_rejected},
      {529, R"({"type":"error","error":{"type":"overloaded_error","message":"m"}})", ErrorKind::overloaded},
      {0, R"({"type":"error","error":{"type":"overloaded_error","message":"m"}})", ErrorKind::overloaded},
      {0, R"({"error":{"message":"m","type":"invalid_request_error","status_code":400}})", ErrorKind::upstream_rejected},
      {400, R"([{"error":{"code":400,"message":"m","status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}}])",
       ErrorKind::unauthorized},
      {503, R"({"error":"busy"})", ErrorKind::overloaded},
      {422, R"({"detail":"m"})", ErrorKind::upstream_rejected},
      {500, R"({"error":{"message":"m","type":"server_error"}})", ErrorKind::upstream_failed},
      {504, "<html>", ErrorKind::upstream_timeout},
      {502, "", ErrorKind::upstream_failed},
      {413, "too big", ErrorKind::too_large}};
  for (const Row& row : rows) {
    const Error error = read_error(row.status, row.body);
    EXPECT_EQ(error.kind, row.kind) << row.body;
    EXPECT_FALSE(error.message.empty()) << row.body;
  }
}

TEST(ReadError, KeepsMessageCodeAndDelay) {
  const Error error =
      read_error(429, R"({"error":{"code":429,"message":"Slow down.","status":"RESOURCE_EXHAUSTED","details":[{"retryDelay":"12.5s"}]}})");
  EXPECT_EQ(error.message, "Slow down.");
  EXPECT_EQ(error.type, "RESOURCE_EXHAUSTED");
  EXPECT_EQ(error.upstream_status, 429);
  ASSERT_TRUE(error.retry_after);
  EXPECT_EQ(error.retry_after->count(), 12500);
}

TEST(ReadError, APageOfAProxyIsForTheLogOnly) {
  const Error error = read_error(502, "<html>bad gateway at http://10.1.2.3:8080/x</html>");
  EXPECT_EQ(error.message, "The provider failed.");
  EXPECT_EQ(error.detail, "<html>bad gateway at [redacted]</html>");
}

TEST(StatusFor, WhatConcernsTheGatewaysOwnAccountIsNoneOfTheClients) {
  const auto status = [](ErrorKind kind, int upstream, bool delay = false) {
    Error error(kind, "m");
    error.upstream_status = upstream;
    if (delay) error.retry_after = std::chrono::seconds(5);
    return status_for(error);
  };
  EXPECT_EQ(status(ErrorKind::unauthorized, 0), 401);
  EXPECT_EQ(status(ErrorKind::unauthorized, 401), 502);
  EXPECT_EQ(status(ErrorKind::payment_required, 402), 503);
  EXPECT_EQ(status(ErrorKind::quota_exhausted, 0), 429);
  EXPECT_EQ(status(ErrorKind::quota_exhausted, 429), 503);
  EXPECT_EQ(status(ErrorKind::quota_exhausted, 429, true), 429);
  EXPECT_EQ(status(ErrorKind::rate_limited, 429), 429);
  EXPECT_EQ(status(ErrorKind::upstream_rejected, 422), 422);
  EXPECT_EQ(status(ErrorKind::upstream_rejected, 0), 400);
  EXPECT_EQ(status(ErrorKind::unsupported, 0), 400);
  EXPECT_EQ(status(ErrorKind::no_candidate, 0), 503);
}

TEST(EncodeError, WordsAKindInEachDialect) {
  Error error(ErrorKind::unauthorized, "No such key.");
  EXPECT_EQ(codec_for(Format::openai_chat).encode_error(error, "r").body,
            R"({"error":{"message":"No such key.","type":"invalid_request_error","param":null,"code":"invalid_api_key"}})");
  EXPECT_EQ(codec_for(Format::anthropic).encode_error(error, "req_1").body,
            R"({"type":"error","error":{"type":"authentication_error","message":"No such key."},"request_id":"req_1"})");
  EXPECT_EQ(codec_for(Format::anthropic).encode_error(Error(ErrorKind::overloaded, "m"), {}).status, 529);
  error.upstream_status = 401;
  EXPECT_NE(codec_for(Format::anthropic).encode_error(error, {}).body.find("\"api_error\""), std::string::npos);
}

TEST(Redacted, TakesOutSecretsAndMachines) {
  const std::pair<const char*, const char*> rows[] = {
      {"Incorrect API key provided: sk-proj-abcdefghij0123456789.", "Incorrect API key provided: [redacted]."},
      {"key AIzaSyA1234567890abcdefghijklmno is bad", "key [redacted] is bad"},
      {"Authorization: Bearer abc.def.ghi failed", "Authorization: Bearer [redacted] failed"},
      {"Rate limit for organization org-AbCdEf123456 on tokens", "Rate limit for organization [redacted] on tokens"},
      {"connect to 10.0.0.7:8080 refused", "connect to [redacted] refused"},
      {"dial http://vllm-0:8000/v1 failed", "dial [redacted] failed"},
      {"POST https://api.example.com/v1 failed", "POST [redacted] failed"},
      {"see https://platform.openai.com/docs/guides for help", "see https://platform.openai.com/docs/guides for help"},
      {"maximum context length is 128000 tokens, not 200000.", "maximum context length is 128000 tokens, not 200000."},
      {"model gpt-5.2-2026-03-01 and claude-opus-4-8 do not exist", "model gpt-5.2-2026-03-01 and claude-opus-4-8 do not exist"},
      {"version 1.2.3 and sk-1", "version 1.2.3 and sk-1"}};
  for (const auto& [message, wanted] : rows) EXPECT_EQ(redacted(message), wanted);
}

}  // namespace
}  // namespace omniroute::codec
