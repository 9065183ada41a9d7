#include <gtest/gtest.h>

#include "shared/finish.hpp"

namespace omniroute::codec {
namespace {

using domain::Format;
using ir::FinishClass;

ir::Usage read(Format format, std::string_view text) {
  json::Document document;
  EXPECT_TRUE(document.parse(text));
  return read_usage(format, document.root());
}

std::string written(Format format, const ir::Usage& usage) {
  std::string out;
  json::Writer writer(out);
  write_usage(format, usage, writer);
  return out;
}

TEST(Usage, InputCountsCachedTokensInEveryFormat) {
  const ir::Usage chat = read(
      Format::openai_chat,
      R"({"prompt_tokens":10,"completion_tokens":4,"total_tokens":14,"prompt_tokens_details":{"cached_tokens":6,"cache_write_tokens":1}})");
  const ir::Usage anthropic =
      read(Format::anthropic, R"({"input_tokens":3,"cache_read_input_tokens":6,"cache_creation_input_tokens":1,"output_tokens":4})");
  for (const ir::Usage& usage : {chat, anthropic}) {
    EXPECT_EQ(usage.input, 10);
    EXPECT_EQ(usage.output, 4);
    EXPECT_EQ(usage.cache_read, 6);
    EXPECT_EQ(usage.cache_write, 1);
    EXPECT_EQ(usage.total, 14);
  }
}

TEST(Usage, SurvivesEachFormat) {
  ir::Usage usage;
  usage.input = 100;
  usage.output = 40;
  usage.cache_read = 30;
  usage.reasoning = 7;
  for (const Format format : {Format::openai_chat, Format::openai_responses, Format::anthropic, Format::gemini}) {
    const ir::Usage back = read(format, written(format, usage));
    EXPECT_EQ(back.input, 100) << domain::to_string(format);
    EXPECT_EQ(back.output, 40) << domain::to_string(format);
    EXPECT_EQ(back.cache_read, 30) << domain::to_string(format);
    EXPECT_EQ(back.reasoning, 7) << domain::to_string(format);
  }
}

TEST(Usage, AnthropicsRestIsNeverNegative) {
  ir::Usage usage;
  usage.input = 5;
  usage.cache_read = 9;
  EXPECT_NE(written(Format::anthropic, usage).find("\"input_tokens\":0"), std::string::npos);
}

TEST(Usage, OddHomesOfCachedTokensAreKnown) {
  EXPECT_EQ(read(Format::openai_chat, R"({"prompt_tokens":9,"prompt_cache_hit_tokens":4})").cache_read, 4);
  EXPECT_EQ(read(Format::openai_chat, R"({"prompt_tokens":9,"cached_tokens":3})").cache_read, 3);
  EXPECT_FALSE(read(Format::openai_chat, R"({"prompt_tokens":9,"completion_tokens":null})").output);
}

TEST(Finish, EveryClassHasAWordThatItsOwnFormatReadsBack) {
  for (const Format format : {Format::openai_chat, Format::anthropic, Format::gemini})
    for (const FinishClass reason : {FinishClass::stop, FinishClass::length, FinishClass::filter}) {
      const std::string_view word = finish_word(format, reason);
      EXPECT_EQ(finish_class(format, word), reason) << word;
    }
  EXPECT_EQ(finish_class(Format::anthropic, "invented"), FinishClass::other);
}

TEST(Finish, ChatClientsGetFourWordsOnly) {
  for (const FinishClass reason : {FinishClass::stop, FinishClass::tool, FinishClass::length, FinishClass::filter, FinishClass::pause,
                                   FinishClass::error, FinishClass::other}) {
    const std::string_view word = finish_word(Format::openai_chat, reason);
    EXPECT_TRUE(word == "stop" || word == "length" || word == "tool_calls" || word == "content_filter") << word;
  }
}

TEST(Finish, CallsDecideBetweenStopAndTool) {
  EXPECT_EQ(settled(FinishClass::stop, true), FinishClass::tool);
  EXPECT_EQ(settled(FinishClass::other, true), FinishClass::tool);
  EXPECT_EQ(settled(FinishClass::length, true), FinishClass::length);
  EXPECT_EQ(settled(FinishClass::filter, true), FinishClass::filter);
  EXPECT_EQ(settled(FinishClass::tool, false), FinishClass::stop);
}

}  // namespace
}  // namespace omniroute::codec
