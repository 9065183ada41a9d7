#include "omniroute/codec/stop_cutter.hpp"

#include <gtest/gtest.h>

#include "spelled.hpp"

namespace omniroute::codec {
namespace {

using test::Lines;

ir::PartOpen opened(std::uint32_t part, ir::PartOpen::Kind kind, std::uint32_t choice = 0) {
  ir::PartOpen open;
  open.part = part;
  open.kind = kind;
  open.choice = choice;
  return open;
}

Lines cut(std::vector<std::string> stops, const std::vector<std::string>& deltas) {
  StopCutter cutter(std::move(stops));
  ir::Events out;
  cutter.filter(opened(0, ir::PartOpen::Kind::text), out);
  for (const std::string& each : deltas) cutter.filter(ir::PartDelta{0, each}, out);
  cutter.filter(ir::PartClose{0}, out);
  cutter.filter(ir::Finish{ir::FinishClass::stop, "completed", {}, {}, 0}, out);
  cutter.filter(ir::End{}, out);
  return test::spelled(out);
}

TEST(StopCutter, EndsTheTextBeforeTheSequence) {
  EXPECT_EQ(cut({"END"}, {"one END two"}), (Lines{"open 0 text", "delta 0 one ", "close 0", "finish stop  at=END", "end"}));
}

TEST(StopCutter, FindsASequenceThatIsCutIntoDeltas) {
  EXPECT_EQ(cut({"<stop>"}, {"a<", "st", "op", ">b", "c"}),
            (Lines{"open 0 text", "delta 0 a", "close 0", "finish stop  at=<stop>", "end"}));
}

TEST(StopCutter, PassesOnWhatOnlyBeganLikeASequence) {
  EXPECT_EQ(cut({"<stop>"}, {"a<st", "ar>"}),
            (Lines{"open 0 text", "delta 0 a", "delta 0 <star>", "close 0", "finish stop completed", "end"}));
  EXPECT_EQ(cut({"<stop>"}, {"a<st"}), (Lines{"open 0 text", "delta 0 a", "delta 0 <st", "close 0", "finish stop completed", "end"}));
}

TEST(StopCutter, TheSequenceThatIsWholeFirstCounts) {
  EXPECT_EQ(cut({"abc", "b"}, {"xabc"})[1], "delta 0 xa");
  EXPECT_EQ(cut({"bc", "abc"}, {"xabc"})[1], "delta 0 x");
  EXPECT_EQ(cut({"aab"}, {"aa", "aab"}), (Lines{"open 0 text", "delta 0 aa", "close 0", "finish stop  at=aab", "end"}));
}

TEST(StopCutter, EveryWayToCutAStreamGivesTheSameText) {
  const std::string text = "So \xc3\xa4 ababac and on";
  for (std::size_t a = 0; a <= text.size(); ++a)
    for (std::size_t b = a; b <= text.size(); ++b) {
      std::string got;
      for (const std::string& line : cut({"abac"}, {text.substr(0, a), text.substr(a, b - a), text.substr(b)}))
        if (line.starts_with("delta 0 ")) got += line.substr(8);
      ASSERT_EQ(got, "So \xc3\xa4 ab");
    }
}

TEST(StopCutter, LooksAtTextOnly) {
  StopCutter cutter({"x"});
  ir::Events out;
  cutter.filter(opened(0, ir::PartOpen::Kind::reasoning), out);
  cutter.filter(ir::PartDelta{0, "x"}, out);
  cutter.filter(opened(1, ir::PartOpen::Kind::tool_call), out);
  cutter.filter(ir::PartDelta{1, "{\"x\":1}"}, out);
  EXPECT_FALSE(cutter.cut());
  EXPECT_EQ(out.size(), 4U);
}

TEST(StopCutter, AfterTheCutNothingButUsageAndTheEndGoesOn) {
  StopCutter cutter({"x"});
  ir::Events out;
  cutter.filter(opened(0, ir::PartOpen::Kind::text), out);
  cutter.filter(ir::PartDelta{0, "ax"}, out);
  EXPECT_TRUE(cutter.cut());
  cutter.filter(ir::PartDelta{0, "more"}, out);
  cutter.filter(ir::PartClose{0}, out);
  cutter.filter(opened(1, ir::PartOpen::Kind::tool_call), out);
  cutter.filter(ir::PartDelta{1, "{}"}, out);
  ir::Usage usage;
  usage.output = 3;
  cutter.filter(usage, out);
  cutter.filter(ir::Failure{Error(ErrorKind::upstream_failed, "cut")}, out);
  cutter.filter(ir::End{}, out);
  EXPECT_EQ(test::spelled(out), (Lines{"open 0 text", "delta 0 a", "close 0", "usage o3", "finish stop  at=x", "end"}));
}

TEST(StopCutter, AnUpstreamThatIsCancelledIsEndedForIt) {
  StopCutter cutter({"x"});
  ir::Events out;
  cutter.filter(opened(0, ir::PartOpen::Kind::text), out);
  cutter.filter(ir::PartDelta{0, "x"}, out);
  cutter.end(out);
  cutter.end(out);
  EXPECT_EQ(test::spelled(out), (Lines{"open 0 text", "close 0", "finish stop  at=x", "end"}));
}

TEST(StopCutter, ChoicesAreCutOneByOne) {
  StopCutter cutter({"x"});
  ir::Events out;
  cutter.filter(opened(0, ir::PartOpen::Kind::text), out);
  cutter.filter(opened(1, ir::PartOpen::Kind::text, 1), out);
  cutter.filter(ir::PartDelta{1, "bx"}, out);
  EXPECT_FALSE(cutter.cut());
  cutter.filter(ir::PartDelta{0, "a"}, out);
  cutter.filter(ir::Finish{ir::FinishClass::length, "length", {}, {}, 0}, out);
  cutter.filter(ir::Finish{ir::FinishClass::length, "length", {}, {}, 1}, out);
  EXPECT_EQ(test::spelled(out), (Lines{"open 0 text", "open 1 text choice=1", "delta 1 b", "close 1", "delta 0 a", "finish length length",
                                       "finish stop  choice=1 at=x"}));
}

TEST(StopCutter, WithoutSequencesEverythingPasses) {
  EXPECT_EQ(cut({"", ""}, {"a"}), (Lines{"open 0 text", "delta 0 a", "close 0", "finish stop completed", "end"}));
}

TEST(StopCutter, EachTargetLeavesWhatItDoesNotTake) {
  using Stops = std::vector<std::string>;
  ir::ChatRequest request;
  request.origin = ir::Format::anthropic;
  request.stop = {"1", "2", "\n\n", "4", "5", "", "7"};
  EXPECT_EQ(stops_left(request, ir::Format::anthropic), Stops());
  EXPECT_EQ(stops_left(request, ir::Format::openai_chat), (Stops{"5", "7"}));
  EXPECT_EQ(stops_left(request, ir::Format::openai_responses), (Stops{"1", "2", "\n\n", "4", "5", "7"}));
  EXPECT_EQ(stops_left(request, ir::Format::gemini), Stops{"7"});
  request.origin = ir::Format::openai_chat;
  EXPECT_EQ(stops_left(request, ir::Format::anthropic), Stops{"\n\n"});
}

}  // namespace
}  // namespace omniroute::codec
