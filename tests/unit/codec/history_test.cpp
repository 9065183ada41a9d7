#include "shared/history.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace omniroute::codec {
namespace {

HistoryRules anthropic_like() {
  HistoryRules rules;
  rules.target = Format::anthropic;
  rules.call_id = anthropic_call_id;
  rules.tool_name = anthropic_tool_name;
  rules.unique_ids = true;
  rules.merge_runs = true;
  rules.user_first = true;
  rules.system_turns = false;
  rules.drop_blank = true;
  return rules;
}

HistoryRules gemini_like() {
  HistoryRules rules = anthropic_like();
  rules.target = Format::gemini;
  rules.call_order = true;
  rules.user_last = true;
  return rules;
}

/// Histories as clients break them: calls without results, results without or far from their calls, ids empty or used
/// again, blank texts, roles in any order, calls and results in a turn of the wrong role.
class Generator {
 public:
  explicit Generator(unsigned seed) : dice_(seed) {}
  ir::ChatRequest request() {
    ir::ChatRequest out;
    for (int n = roll(12); n >= 0; --n) out.turns.push_back(turn());
    return out;
  }

 private:
  int roll(int sides) { return static_cast<int>(dice_() % static_cast<unsigned>(sides)); }
  std::string id() {
    static const char* const ids[] = {"", "c1", "c2", "c3", "functions.x:0", "a.b", "a:b"};
    return ids[roll(7)];
  }
  ir::Turn turn() {
    ir::Turn out;
    const int kind = roll(8);
    out.role = kind < 3 ? ir::Role::user : kind < 7 ? ir::Role::assistant : ir::Role::system;
    for (int n = roll(4); n >= 0; --n) out.parts.push_back(part(out.role));
    return out;
  }
  ir::Part part(ir::Role role) {
    const bool tool = roll(3) == 1;
    if (roll(8) == 0) role = role == ir::Role::user ? ir::Role::assistant : ir::Role::user;
    if (tool && role == ir::Role::assistant) {
      ir::ToolCall call;
      call.id = id();
      call.name = roll(2) == 0 ? "look" : "hear it";
      return ir::Part{call};
    }
    if (tool && role == ir::Role::user) {
      ir::ToolResult result;
      result.call_id = id();
      result.content.push_back(text_part("result" + std::to_string(made_++)));
      return ir::Part{result};
    }
    return text_part(roll(5) == 0 ? " " : "text" + std::to_string(made_++));
  }
  std::mt19937 dice_;
  int made_ = 0;
};

std::set<std::string> texts_of(const std::vector<ir::Part>& parts) {
  std::set<std::string> out;
  for (const ir::Part& part : parts) {
    if (const auto* text = std::get_if<ir::Text>(&part.value)) out.insert(text->text);
    if (const auto* result = std::get_if<ir::ToolResult>(&part.value)) out.merge(texts_of(result->content));
  }
  return out;
}

std::string everything(const History& history) {
  std::string out;
  for (const ArrangedTurn& turn : history.turns)
    for (const Item& item : turn.items)
      for (const std::string& text : texts_of({*item.part})) out += text + "\n";
  return out;
}

// What a service would refuse.
void check(const History& history, const HistoryRules& rules, unsigned seed) {
  std::set<std::string> used;
  for (std::size_t n = 0; n < history.turns.size(); ++n) {
    const ArrangedTurn& turn = history.turns[n];
    ASSERT_FALSE(turn.items.empty()) << seed;
    std::vector<std::string> calls;
    for (const Item& item : turn.items)
      if (std::holds_alternative<ir::ToolCall>(item.part->value)) {
        EXPECT_EQ(turn.role, ir::Role::assistant) << seed;
        EXPECT_TRUE(legal(item.id, rules.call_id)) << seed;
        EXPECT_TRUE(legal(item.name, rules.tool_name)) << seed;
        EXPECT_TRUE(used.insert(item.id).second || !rules.unique_ids) << seed;
        calls.push_back(item.id);
      }
    if (rules.merge_runs && n > 0) {
      EXPECT_NE(turn.role, history.turns[n - 1].role) << seed;
    }
    std::vector<std::string> answered;
    bool others = false;
    for (const Item& item : turn.items) {
      const bool result = std::holds_alternative<ir::ToolResult>(item.part->value);
      if (result) {
        EXPECT_EQ(turn.role, ir::Role::user) << seed;
        answered.push_back(item.id);
      }
      EXPECT_FALSE(result && others) << "a result behind other content, seed " << seed;
      others = others || !result;
    }
    std::vector<std::string> asked;
    if (n > 0)
      for (const Item& item : history.turns[n - 1].items)
        if (std::holds_alternative<ir::ToolCall>(item.part->value)) asked.push_back(item.id);
    if (!rules.call_order) {
      std::sort(asked.begin(), asked.end());
      std::sort(answered.begin(), answered.end());
    }
    EXPECT_EQ(asked, answered) << "calls and results differ, seed " << seed;
    EXPECT_TRUE(calls.empty() || n + 1 < history.turns.size()) << seed;
  }
  if (rules.user_first) {
    EXPECT_EQ(history.turns.front().role, ir::Role::user) << seed;
  }
  if (rules.user_last) {
    EXPECT_EQ(history.turns.back().role, ir::Role::user) << seed;
  }
}

TEST(Arrange, WhateverComesOutIsAccepted) {
  for (unsigned seed = 0; seed < 1000; ++seed) {
    const ir::ChatRequest request = Generator(seed).request();
    for (const HistoryRules& rules : {HistoryRules(), anthropic_like(), gemini_like()}) {
      Losses losses;
      check(arrange(request, rules, losses), rules, seed);
    }
  }
}

TEST(Arrange, LosesNoTextButResultsThatLaterOnesReplace) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    const ir::ChatRequest request = Generator(seed).request();
    Losses losses;
    const std::string all = everything(arrange(request, anthropic_like(), losses));
    for (const ir::Turn& turn : request.turns)
      for (const ir::Part& part : turn.parts)
        if (const auto* text = std::get_if<ir::Text>(&part.value)) {
          EXPECT_TRUE(is_blank(text->text) || all.find(text->text) != std::string::npos) << seed << " " << text->text;
        }
  }
}

// A prompt cache lives on a prefix that stays the same while the history grows.
TEST(Arrange, AGrowingHistoryKeepsItsBeginning) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    ir::ChatRequest request = Generator(seed).request();
    ir::Turn last;
    last.parts.push_back(text_part("last"));
    request.turns.push_back(last);
    Losses losses;
    const History before = arrange(request, anthropic_like(), losses);
    ir::Turn answer;
    answer.role = ir::Role::assistant;
    answer.parts.push_back(text_part("more"));
    request.turns.push_back(answer);
    const History after = arrange(request, anthropic_like(), losses);
    ASSERT_EQ(before.turns.size() + 1, after.turns.size()) << seed;
    for (std::size_t n = 0; n < before.turns.size(); ++n)
      for (std::size_t i = 0; i < before.turns[n].items.size(); ++i)
        EXPECT_EQ(before.turns[n].items[i].id, after.turns[n].items[i].id) << seed;
  }
}

TEST(OfferedTools, HidesDeferredOnesFromOtherFormatsUntilTheyAreReferredTo) {
  ir::ChatRequest request;
  request.origin = Format::anthropic;
  for (const char* name : {"search", "web", "notebook", "DeferredToolPlaceholder"}) {
    ir::Tool tool;
    tool.name = name;
    tool.deferred = request.tools.size() > 0;
    request.tools.push_back(tool);
  }
  EXPECT_EQ(offered_tools(request, Format::anthropic).size(), 4u);
  EXPECT_EQ(offered_tools(request, Format::openai_chat).size(), 1u);
  ir::ToolResult result;
  result.content.push_back(ir::Part{ir::Foreign{Format::anthropic, "tool_reference", R"({"type":"tool_reference","tool_name":"web"})"}});
  ir::Turn turn;
  turn.parts.push_back(ir::Part{result});
  request.turns.push_back(turn);
  const auto offered = offered_tools(request, Format::openai_chat);
  ASSERT_EQ(offered.size(), 2u);
  EXPECT_EQ(offered[1]->name, "web");
  request.hosted_tools.push_back({Format::anthropic, "tool_search_tool_bm25_20251119", "tool_search_tool_bm25", "{}"});
  EXPECT_EQ(offered_tools(request, Format::openai_chat).size(), 3u);
}

}  // namespace
}  // namespace omniroute::codec
