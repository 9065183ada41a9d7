#include <gtest/gtest.h>

#include <array>

#include "made.hpp"
#include "omniroute/codec/codec.hpp"
#include "omniroute/codec/translate.hpp"

namespace omniroute::codec {
namespace {

constexpr std::array all_formats{Format::openai_chat, Format::openai_responses, Format::anthropic, Format::gemini};

std::string written(Format format, const ir::Events& events) {
  ReplyContext context;
  context.fallback_id = "f";
  context.include_usage = true;
  std::string out;
  const auto encoder = codec_for(format).make_encoder(context);
  for (const ir::Event& event : events) encoder->encode_event(event, out);
  return out;
}

ir::Events read(Format format, std::string_view stream) {
  ir::Events events;
  http::SseReader reader;
  http::SseEvent event;
  const auto decoder = codec_for(format).make_decoder();
  reader.feed(stream);
  while (reader.next(event)) decoder->decode_event(event, events);
  decoder->finish(events);
  return events;
}

// What a client has of an answer in the end, in one order for all formats.
std::string said(const ir::Events& events) {
  return codec_for(Format::openai_chat).encode_reply(events, ReplyContext{"m", "f", 1'800'000'000});
}

TEST(StreamRoundTrip, AnAnswerSaysTheSameThroughEachFormat) {
  for (unsigned seed = 0; seed < 150; ++seed) {
    for (const Format format : all_formats) {
      ir::Events answer = tests::made_answer(seed);
      for (ir::Event& event : answer)  // Gemini does not count what was put into the cache
        if (auto* usage = std::get_if<ir::Usage>(&event); usage != nullptr && format == Format::gemini) usage->cache_write.reset();
      std::string back = said(read(format, written(format, answer)));
      std::string was = said(answer);
      for (std::string* text : {&back, &was}) text->erase(0, text->find("\"choices\""));  // ids and times are the format's own
      ASSERT_EQ(back, was) << seed << " " << domain::to_string(format);
    }
  }
}

TEST(StreamRoundTrip, AWholeAnswerIsWhatItsStreamFoldsTo) {
  for (unsigned seed = 0; seed < 150; ++seed) {
    const ir::Events answer = tests::made_answer(seed);
    for (const Format format : all_formats) {
      const Codec& codec = codec_for(format);
      const ReplyContext context{"m", "f", 1'800'000'000};
      const std::string whole = codec.encode_reply(answer, context);
      const Result<ir::Events> again = codec.decode_reply(whole);
      ASSERT_TRUE(again) << whole;
      const std::string once = codec.encode_reply(*again, context);
      // Responses says of an answer that was cut off that its last item is not complete, where made answers close theirs;
      // Gemini cannot tell two texts in a row from one.
      if (format != Format::openai_responses && format != Format::gemini) {
        ASSERT_EQ(once, whole) << seed;
      }
      const Result<ir::Events> anew = codec.decode_reply(once);
      ASSERT_TRUE(anew) << once;
      ASSERT_EQ(codec.encode_reply(*anew, context), once) << seed;
    }
  }
}

TEST(StreamRoundTrip, AStreamWrittenAgainIsTheSame) {
  for (unsigned seed = 0; seed < 150; ++seed)
    for (const Format format : all_formats) {
      const std::string once = written(format, read(format, written(format, tests::made_answer(seed))));
      EXPECT_EQ(written(format, read(format, once)), once) << seed;
    }
}

TEST(StreamRoundTrip, NothingFollowsAFailure) {
  for (const Format format : all_formats) {
    ir::Events events = tests::made_answer(3);
    events.insert(events.end() - 2, ir::Failure{Error(ErrorKind::upstream_failed, "Gone.")});
    const std::string stream = written(format, events);
    EXPECT_EQ(stream.find("[DONE]"), std::string::npos);
    EXPECT_EQ(stream.find("message_stop"), std::string::npos);
    EXPECT_EQ(stream.find("response.completed"), std::string::npos);
    EXPECT_EQ(stream.find("finishReason"), std::string::npos);
    EXPECT_NE(stream.find("Gone."), std::string::npos);
  }
}

TEST(ReplyWriter, AFreshStartIsForgottenOnlyWhileNothingWasSent) {
  ir::Events events = tests::made_answer(5);
  ir::Events anew = {ir::Start{"old", "m"}, ir::Restart{}};
  anew.insert(anew.end(), events.begin(), events.end());
  EXPECT_EQ(written(Format::anthropic, anew), written(Format::anthropic, events));
  events.insert(events.end() - 2, ir::Restart{});
  EXPECT_NE(written(Format::anthropic, events).find("event: error"), std::string::npos);
}

TEST(ReplyWriter, ASignatureAloneOpensNoText) {
  ir::PartOpen text;
  const ir::Opaque signature{Format::gemini, "thought_signature", "c2ln"};
  ir::Finish finish;
  const ir::Events events = {ir::Start{"a", "m"}, text, ir::PartOpaque{0, signature}, ir::PartClose{0}, finish, ir::End{}};
  EXPECT_EQ(written(Format::anthropic, events).find("content_block_start"), std::string::npos);
}

TEST(Notable, OnlyEventsThatMayHoldCountsAnErrorOrTheEnd) {
  struct Row {
    Format format;
    const char* data;
    bool notable;
  };
  const Row rows[] = {{Format::openai_chat, R"({"choices":[{"delta":{"content":"usage"},"finish_reason":null}],"usage":null})", false},
                      {Format::openai_chat, R"({"choices":[{"delta":{"content":"\"usage\": 1"},"finish_reason":null}]})", false},
                      {Format::openai_chat, R"({"choices":[{"delta":{},"finish_reason":"stop"}]})", true},
                      {Format::openai_chat, R"({"choices":[],"usage" : {"prompt_tokens":1}})", true},
                      {Format::openai_chat, R"({"error":{"message":"m"}})", true},
                      {Format::openai_chat, "[DONE]", true},
                      {Format::openai_chat, "usage", false},
                      {Format::gemini, R"({"candidates":[{"content":{"parts":[{"text":"usageMetadata"}]}}]})", false},
                      {Format::gemini, R"({"candidates":[{"finishReason":"STOP"}]})", true},
                      {Format::gemini, R"({"usageMetadata":{}})", true}};
  for (const Row& row : rows) EXPECT_EQ(codec_for(row.format).notable({"", row.data}), row.notable) << row.data;
}

TEST(Detect, TellsFormatsApart) {
  struct Row {
    const char* text;
    Format format;
    What what;
  };
  const Row rows[] = {{R"({"messages":[{"role":"user","content":"x"}]})", Format::openai_chat, What::request},
                      {R"({"messages":[],"system":"s"})", Format::anthropic, What::request},
                      {R"({"messages":[{"content":[{"type":"tool_result"}]}]})", Format::anthropic, What::request},
                      {R"({"contents":[]})", Format::gemini, What::request},
                      {R"({"input":"x"})", Format::openai_responses, What::request},
                      {R"({"choices":[]})", Format::openai_chat, What::response},
                      {R"({"type":"message","content":[]})", Format::anthropic, What::response},
                      {R"({"candidates":[]})", Format::gemini, What::response},
                      {R"({"object":"response","output":[]})", Format::openai_responses, What::response},
                      {R"({"type":"error","error":{}})", Format::anthropic, What::error},
                      {R"({"error":{"code":400,"status":"X"}})", Format::gemini, What::error},
                      {R"({"error":{"message":"m"}})", Format::openai_chat, What::error},
                      {"data: {\"choices\":[]}\n\n", Format::openai_chat, What::stream},
                      {"event: ping\ndata: {\"type\":\"ping\"}\n\n", Format::anthropic, What::stream},
                      {"event: x\ndata: {\"type\":\"response.created\"}\n\n", Format::openai_responses, What::stream},
                      {"data: {\"candidates\":[]}\r\n\r\n", Format::gemini, What::stream}};
  for (const Row& row : rows) {
    const auto found = detect(row.text);
    ASSERT_TRUE(found) << row.text;
    EXPECT_EQ(found->format, row.format) << row.text;
    EXPECT_EQ(found->what, row.what) << row.text;
  }
  for (const char* text : {"", "hello", "{}", "[1]", "data: x\n\n"}) EXPECT_FALSE(detect(text)) << text;
}

}  // namespace
}  // namespace omniroute::codec
