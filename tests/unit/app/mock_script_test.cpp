#include <gtest/gtest.h>

#include "arguments.hpp"
#include "omniroute/services/mock.hpp"

namespace omniroute::app {
namespace {

using services::MockScript;
using services::MockStep;
using Kind = MockStep::Kind;

TEST(MockScript, ReadsEachStep) {
  const Result<MockScript> script =
      MockScript::parse("429x3, cut@512,slow=5s,drip=20ms,503=2s,400=no such thing,hang,reset,empty,error=busyx2,ok");
  ASSERT_TRUE(script) << script.error().message;
  const auto& steps = script->steps;
  ASSERT_EQ(steps.size(), 11U);
  EXPECT_EQ(steps[0].kind, Kind::status);
  EXPECT_EQ(steps[0].status, 429);
  EXPECT_EQ(steps[0].times, 3U);
  EXPECT_EQ(steps[1].kind, Kind::cut);
  EXPECT_EQ(steps[1].bytes, 512U);
  EXPECT_EQ(steps[2].pause, std::chrono::seconds(5));
  EXPECT_EQ(steps[3].pause, std::chrono::milliseconds(20));
  EXPECT_EQ(steps[4].pause, std::chrono::seconds(2));
  EXPECT_EQ(steps[5].text, "no such thing");
  EXPECT_EQ(steps[9].kind, Kind::error);
  EXPECT_EQ(steps[9].text, "busy");
  EXPECT_EQ(steps[9].times, 2U);
}

TEST(MockScript, NamesTheStepItDoesNotKnow) {
  for (const char* wrong : {"", "okx0", "200", "700", "cut", "cut@many", "slow=5", "slow=fast", "ok=1", "jump", "ok,,ok", "reset=now"}) {
    const Result<MockScript> script = MockScript::parse(wrong);
    ASSERT_FALSE(script) << wrong;
    EXPECT_NE(script.error().message.find("The step '"), std::string::npos) << script.error().message;
  }
}

TEST(RouterArguments, ReadWhatCombosTake) {
  const auto read = read_arguments(
      {"combo", "set", "stack", "--strategy", "p2c", "--targets", "cc/a#work=70,glm/b", "--set", "maxRetries=0", "--json"}, "1");
  const auto* arguments = std::get_if<Arguments>(&read);
  ASSERT_NE(arguments, nullptr);
  EXPECT_EQ(arguments->verb, Verb::combo_set);
  EXPECT_EQ(arguments->which, "stack");
  EXPECT_EQ(arguments->router.strategy, "p2c");
  EXPECT_EQ(arguments->router.targets, (std::vector<std::string>{"cc/a#work=70", "glm/b"}));
  EXPECT_EQ(arguments->router.keys, std::vector<std::string>{"maxRetries=0"});
  EXPECT_TRUE(arguments->json);
}

TEST(RouterArguments, ReadTheQuestions) {
  const auto route = read_arguments({"route", "--model", "stack", "--at", "2h", "--json"}, "1");
  ASSERT_NE(std::get_if<Arguments>(&route), nullptr);
  EXPECT_EQ(std::get<Arguments>(route).verb, Verb::route);
  EXPECT_EQ(std::get<Arguments>(route).router.model, "stack");
  const auto why = read_arguments({"why", "req_1", "--json"}, "1");
  ASSERT_NE(std::get_if<Arguments>(&why), nullptr);
  EXPECT_EQ(std::get<Arguments>(why).verb, Verb::why);
  EXPECT_EQ(std::get<Arguments>(why).which, "req_1");
  const auto mock = read_arguments({"mock", "--port", "9001", "--script", "429x3,ok", "--model", "m=500,ok"}, "1");
  ASSERT_NE(std::get_if<Arguments>(&mock), nullptr);
  EXPECT_EQ(std::get<Arguments>(mock).verb, Verb::mock);
  EXPECT_EQ(std::get<Arguments>(mock).mock_models, std::vector<std::string>{"m=500,ok"});
}

}  // namespace
}  // namespace omniroute::app
