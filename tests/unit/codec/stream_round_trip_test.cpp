#include <gtest/gtest.h>

#include <random>

#include "omniroute/codec/codec.hpp"
#include "omniroute/codec/translate.hpp"

namespace omniroute::codec {
namespace {

/// Answers of the shape that readers give: parts in order, some calls side by side, usage anywhere, a finish, an end.
class Generator {
 public:
  explicit Generator(unsigned seed) : dice_(seed) {}
  ir::Events answer() {
    ir::Events out;
    ir::Start start;
    start.id = "msg_" + std::to_string(roll(1000));
    start.model = "m";
    start.created = 1'800'000'000;
    out.push_back(start);
    bool calls = false;
    for (int n = roll(4); n >= 0; --n) calls = some_parts(out) || calls;
    ir::Usage usage;
    usage.input = roll(1000) + 100;
    usage.output = roll(1000) + 50;
    usage.cache_read = roll(100);
    usage.cache_write = roll(50);
    out.push_back(usage);
    ir::Finish finish;
    finish.reason = calls ? ir::FinishClass::tool : roll(3) == 0 ? ir::FinishClass::length : ir::FinishClass::stop;
    out.push_back(finish);
    out.push_back(ir::End{});
    return out;
  }

 private:
  int roll(int sides) { return static_cast<int>(dice_() % static_cast<unsigned>(sides)); }
  std::string piece() {
    static const char* const pieces[] = {"a", "\"q\"", "\\", "\n", "é", "敏捷", "😀", " ", "<x>", "plain words"};
    std::string out;
    for (int n = roll(4); n >= 0; --n) out += pieces[roll(10)];
    return out;
  }
  void open(ir::Events& out, ir::PartOpen::Kind kind) {
    ir::PartOpen opened;
    opened.part = parts_;
    opened.kind = kind;
    if (kind == ir::PartOpen::Kind::tool_call) {
      opened.call.id = "call_" + std::to_string(parts_);
      opened.call.name = "tool_" + std::to_string(roll(3));
    }
    ++parts_;
    out.push_back(std::move(opened));
  }
  // True if they were calls.
  bool some_parts(ir::Events& out) {
    const int kind = roll(4);
    if (kind < 2) {
      open(out, kind == 0 ? ir::PartOpen::Kind::reasoning : ir::PartOpen::Kind::text);
      for (int n = roll(3); n >= 0; --n) out.push_back(ir::PartDelta{parts_ - 1, piece()});
      out.push_back(ir::PartClose{parts_ - 1});
      return false;
    }
    // Two calls, their arguments in turns.
    const std::uint32_t first = parts_;
    open(out, ir::PartOpen::Kind::tool_call);
    if (kind == 3) open(out, ir::PartOpen::Kind::tool_call);
    for (const char* part : {"{\"a\":", "[1.0,", "\"x\\\"\"]", "}"})
      for (std::uint32_t call = first; call < parts_; ++call) out.push_back(ir::PartDelta{call, part});
    for (std::uint32_t call = first; call < parts_; ++call) out.push_back(ir::PartClose{call});
    return true;
  }
  std::mt19937 dice_;
  std::uint32_t parts_ = 0;
};

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

TEST(StreamRoundTrip, AnAnswerSaysTheSameThroughEitherFormat) {
  for (unsigned seed = 0; seed < 150; ++seed) {
    const ir::Events answer = Generator(seed).answer();
    for (const Format format : {Format::openai_chat, Format::anthropic}) {
      std::string back = said(read(format, written(format, answer)));
      std::string was = said(answer);
      for (std::string* text : {&back, &was}) text->erase(0, text->find("\"choices\""));  // ids and times are the format's own
      ASSERT_EQ(back, was) << seed << " " << domain::to_string(format);
    }
  }
}

TEST(StreamRoundTrip, AWholeAnswerIsWhatItsStreamFoldsTo) {
  for (unsigned seed = 0; seed < 150; ++seed) {
    const ir::Events answer = Generator(seed).answer();
    for (const Format format : {Format::openai_chat, Format::anthropic}) {
      const Codec& codec = codec_for(format);
      const ReplyContext context{"m", "f", 1'800'000'000};
      const std::string whole = codec.encode_reply(answer, context);
      const Result<ir::Events> again = codec.decode_reply(whole);
      ASSERT_TRUE(again) << whole;
      ASSERT_EQ(codec.encode_reply(*again, context), whole) << seed;
    }
  }
}

TEST(StreamRoundTrip, AStreamWrittenAgainIsTheSame) {
  for (unsigned seed = 0; seed < 150; ++seed)
    for (const Format format : {Format::openai_chat, Format::anthropic}) {
      const std::string once = written(format, read(format, written(format, Generator(seed).answer())));
      EXPECT_EQ(written(format, read(format, once)), once) << seed;
    }
}

TEST(StreamRoundTrip, NothingFollowsAFailure) {
  for (const Format format : {Format::openai_chat, Format::anthropic}) {
    ir::Events events = Generator(3).answer();
    events.insert(events.end() - 2, ir::Failure{Error(ErrorKind::upstream_failed, "Gone.")});
    const std::string stream = written(format, events);
    EXPECT_EQ(stream.find("[DONE]"), std::string::npos);
    EXPECT_EQ(stream.find("message_stop"), std::string::npos);
    EXPECT_NE(stream.find("Gone."), std::string::npos);
  }
}

TEST(ReplyWriter, AFreshStartIsForgottenOnlyWhileNothingWasSent) {
  ir::Events events = Generator(5).answer();
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
