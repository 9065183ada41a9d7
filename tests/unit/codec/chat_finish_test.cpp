#include "omniroute/codec/chat_finish.hpp"

#include <gtest/gtest.h>

namespace omniroute::codec {
namespace {

std::string mended(ChatFinish& finish, std::string_view data) { return finish.mended({"", data}); }

TEST(ChatFinish, OpenAisOwnWordsPassUntouched) {
  for (const std::string_view word : {"stop", "length", "tool_calls", "content_filter", "function_call"}) {
    ChatFinish finish("m");
    const std::string chunk = R"({"choices":[{"index":0,"delta":{},"finish_reason":")" + std::string(word) + "\"}]}";
    EXPECT_EQ(mended(finish, chunk), "") << word;
    EXPECT_EQ(mended(finish, "[DONE]"), "") << word;
    EXPECT_EQ(with_known_finish(chunk), "") << word;
  }
}

TEST(ChatFinish, AnotherWordBecomesTheNearestAndNothingElseChanges) {
  ChatFinish finish("m");
  EXPECT_EQ(
      mended(finish, R"({"a": 1.0, "choices":[ {"delta":{"content":"finish_reason"}, "finish_reason" : "max_tokens","index":0}]})"),
      "data: {\"a\": 1.0, \"choices\":[ {\"delta\":{\"content\":\"finish_reason\"}, \"finish_reason\" : \"length\",\"index\":0}]}\n\n");
  EXPECT_EQ(mended(finish, "[DONE]"), "");
}

TEST(ChatFinish, SeveralChoicesAreMendedOneByOne) {
  ChatFinish finish("m");
  EXPECT_EQ(
      mended(finish, R"({"choices":[{"finish_reason":"eos"},{"finish_reason":null},{"finish_reason":"stop"},{"finish_reason":"x"}]})"),
      "data: "
      "{\"choices\":[{\"finish_reason\":\"stop\"},{\"finish_reason\":null},{\"finish_reason\":\"stop\"},{\"finish_reason\":\"stop\"}]}"
      "\n\n");
}

TEST(ChatFinish, AnEndMarkWithoutAFinishGetsOne) {
  ChatFinish finish("the \"model\"");
  EXPECT_EQ(mended(finish, R"({"choices":[{"delta":{"content":"x"},"finish_reason":null}]})"), "");
  const std::string end = mended(finish, "[DONE]");
  EXPECT_NE(end.find(R"("model":"the \"model\"","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})"), std::string::npos) << end;
  EXPECT_TRUE(end.ends_with("\n\ndata: [DONE]\n\n"));
}

TEST(ChatFinish, AWholeAnswerWithoutAWordGetsTheOneThatItsContentSays) {
  EXPECT_EQ(with_known_finish(R"({"choices":[{"message":{"content":"x"},"finish_reason":null}]})"),
            R"({"choices":[{"message":{"content":"x"},"finish_reason":"stop"}]})");
  EXPECT_EQ(with_known_finish(R"({"choices":[{"message":{"tool_calls":[{}]},"finish_reason":""}]})"),
            R"({"choices":[{"message":{"tool_calls":[{}]},"finish_reason":"tool_calls"}]})");
  EXPECT_EQ(with_known_finish(R"({"choices":[{"message":{},"native_finish_reason":"STOP","finish_reason":"stop"}]})"), "");
  EXPECT_EQ(with_known_finish(R"({"choices":[{"message":{},"native_finish_reason":"stop","finish_reason":"eos"}]})"),
            R"({"choices":[{"message":{},"native_finish_reason":"stop","finish_reason":"stop"}]})");
  EXPECT_EQ(with_known_finish("no JSON"), "");
}

}  // namespace
}  // namespace omniroute::codec
