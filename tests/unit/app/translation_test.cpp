#include "translation.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace omniroute::app {
namespace {

using Json = nlohmann::json;

Arguments translate(std::string what, std::string from, std::string to) {
  Arguments arguments;
  arguments.verb = Verb::translate;
  arguments.what = std::move(what);
  arguments.from = std::move(from);
  arguments.to = std::move(to);
  return arguments;
}

Json field_of(const Error& error) { return Json::parse(error_line(error))["field"]; }

TEST(Translation, ARequestComesOutWithTheModelAndItsRules) {
  Arguments arguments = translate("request", "openai-chat", "anthropic");
  arguments.model = "claude-3-5-haiku";
  const auto done = translate_text(arguments, R"({"model":"m","messages":[{"role":"user","content":"hi"}],"max_tokens":9,"seed":1})");
  ASSERT_TRUE(done.ok()) << done.error().message;
  const Json request = Json::parse(done->text);
  EXPECT_EQ(request["model"], "claude-3-5-haiku");
  EXPECT_EQ(request["max_tokens"], 9);
  const Json report = Json::parse(done->report);
  EXPECT_EQ(report["from"], "openai-chat");
  ASSERT_EQ(report["losses"].size(), 1U) << done->report;
  EXPECT_EQ(report["losses"][0]["field"], "seed");
  EXPECT_EQ(report["losses"][0]["how"], "dropped");
}

TEST(Translation, WithoutAModelTheRequestsOwnDecides) {
  const std::string body =
      R"({"model":"claude-opus-5","messages":[{"role":"user","content":"hi"}],"temperature":0.5,"reasoning_effort":"high"})";
  const auto done = translate_text(translate("request", "openai-chat", "anthropic"), body);
  ASSERT_TRUE(done.ok()) << done.error().message;
  const Json request = Json::parse(done->text);
  EXPECT_EQ(request["model"], "claude-opus-5");
  EXPECT_EQ(request["output_config"]["effort"], "high");
  EXPECT_FALSE(request.contains("temperature"));
}

TEST(Translation, WhatCannotBeCarriedNamesItsField) {
  const std::string body = R"({"model":"m","messages":[{"role":"user","content":"hi"}],"n":2})";
  const auto done = translate_text(translate("request", "openai-chat", "anthropic"), body);
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(field_of(done.error()), "n");
  const std::string line = error_line(done.error());
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  EXPECT_EQ(Json::parse(line)["error"]["param"], "n");
}

TEST(Translation, AWrongFieldIsNamedByItsPath) {
  const std::string body = R"({"model":"m","messages":[{"role":"user","content":"a"},{"role":"king","content":"b"}]})";
  const auto done = translate_text(translate("request", "openai-chat", "gemini"), body);
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(field_of(done.error()), "messages[1].role");
}

TEST(Translation, WordsThatItDoesNotKnowAreNamedByTheirOption) {
  EXPECT_EQ(field_of(translate_text(translate("poem", "anthropic", "gemini"), "{}").error()), "--what");
  EXPECT_EQ(field_of(translate_text(translate("error", "claude", "gemini"), "{}").error()), "--from");
  EXPECT_EQ(field_of(translate_text(translate("error", "gemini", ""), "{}").error()), "--to");
  Arguments arguments = translate("error", "gemini", "anthropic");
  arguments.status = "4x4";
  EXPECT_EQ(field_of(translate_text(arguments, "{}").error()), "--status");
  EXPECT_EQ(field_of(translate_text(translate("request", "gemini", "anthropic"), "no JSON").error()), nullptr);
}

TEST(Translation, AStreamIsEventsInAndOutAndTheSameEachTime) {
  const std::string stream =
      "event: response.created\ndata: {\"type\":\"response.created\",\"sequence_number\":0,\"response\":{\"model\":\"m\"}}\n\n"
      "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"output_index\":0,\"delta\":\"hi\"}\n\n"
      "event: response.completed\ndata: {\"type\":\"response.completed\",\"response\":{\"status\":\"completed\",\"output\":[],"
      "\"usage\":{\"input_tokens\":1,\"output_tokens\":2,\"total_tokens\":3}}}\n\n";
  const auto once = translate_text(translate("stream", "openai-responses", "openai-chat"), stream);
  const auto again = translate_text(translate("stream", "openai-responses", "openai-chat"), stream);
  ASSERT_TRUE(once.ok() && again.ok());
  EXPECT_EQ(once->text, again->text);
  EXPECT_NE(once->text.find("\"content\":\"hi\""), std::string::npos);
  EXPECT_NE(once->text.find("\"completion_tokens\":2"), std::string::npos);
  EXPECT_TRUE(once->text.ends_with("data: [DONE]\n\n"));
}

TEST(Translation, AnErrorTakesItsKindFromTheStatus) {
  Arguments arguments = translate("error", "openai-chat", "anthropic");
  arguments.status = "429";
  const auto done = translate_text(arguments, "<html>slow down</html>");
  ASSERT_TRUE(done.ok());
  EXPECT_EQ(Json::parse(done->text)["error"]["type"], "rate_limit_error");
}

}  // namespace
}  // namespace omniroute::app
