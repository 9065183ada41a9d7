#include <gtest/gtest.h>

#include <set>

#include "shared/arguments.hpp"
#include "shared/effort.hpp"
#include "shared/field_reader.hpp"
#include "shared/ids.hpp"
#include "shared/losses.hpp"
#include "shared/media.hpp"
#include "shared/schema.hpp"

namespace omniroute::codec {
namespace {

TEST(LegalForm, LeavesLegalNamesAlone) {
  EXPECT_EQ(legal_form("toolu_01-A", anthropic_call_id), "toolu_01-A");
  EXPECT_EQ(legal_form("functions.Bash:0", chat_call_id), "functions.Bash:0");
  EXPECT_EQ(legal_form("mcp.tool:x", gemini_tool_name), "mcp.tool:x");
}

TEST(LegalForm, IsLegalShortAndDifferentForWhateverComes) {
  const NameRule rules[] = {chat_call_id, anthropic_call_id, chat_tool_name, anthropic_tool_name, gemini_tool_name};
  const std::string names[] = {
      "a.b", "a:b", "a b", "a/b", "9lives", "-x", "名前", "näme", std::string(300, 'x'), std::string(299, 'x') + "y", "\x01", "a\nb"};
  for (const NameRule& rule : rules) {
    std::set<std::string> seen;
    for (const std::string& name : names) {
      const std::string made = legal_form(name, rule);
      EXPECT_TRUE(legal(made, rule)) << made;
      EXPECT_EQ(made, legal_form(name, rule));
      EXPECT_TRUE(seen.insert(made).second) << made;
    }
  }
}

ir::ChatRequest with_tools(std::initializer_list<std::pair<const char*, const char*>> tools) {
  ir::ChatRequest request;
  for (const auto& [space, name] : tools) {
    ir::Tool tool;
    tool.name_space = space;
    tool.name = name;
    request.tools.push_back(tool);
  }
  return request;
}

TEST(FindTool, KnowsToolsByAnyWritersName) {
  const ir::ChatRequest request = with_tools({{"", "mcp.server/do it"}, {"", "plain"}, {"fs", "read"}, {"fs", "a very.long name"}});
  for (const NameRule& rule : {chat_tool_name, anthropic_tool_name, gemini_tool_name})
    for (const ir::Tool& tool : request.tools) EXPECT_EQ(find_tool(request, wire_tool_name(tool.name_space, tool.name, rule)), &tool);
  EXPECT_EQ(find_tool(request, "read"), &request.tools[2]);
  EXPECT_EQ(find_tool(request, "unknown"), nullptr);
}

TEST(DataUrl, IsReadByItsGrammar) {
  struct Row {
    const char* url;
    const char* mime;
    const char* base64;
  };
  const Row rows[] = {{"data:image/png;base64,AAAA", "image/png", "AAAA"},
                      {"DATA:Image/PNG;charset=utf-8;BASE64,AA\nAA", "image/png", "AAAA"},
                      {"data:,A%20b", "text/plain", "QSBi"},
                      {"data:text/plain;charset=utf-8,x", "text/plain", "eA=="},
                      {"data:image/png;base64,AA%2BA", "image/png", "AA+A"},
                      {"data:image/png;base64,AA%AA", "image/png", "AA%AA"},
                      {"data:;base64,", "text/plain", ""}};
  for (const Row& row : rows) {
    const auto data = parse_data_url(row.url);
    ASSERT_TRUE(data) << row.url;
    EXPECT_EQ(data->mime, row.mime);
    EXPECT_EQ(data->base64, row.base64);
  }
  for (const char* other : {"https://example.com/data:,x", "data:image/png", "dat:,x", ""}) EXPECT_FALSE(parse_data_url(other)) << other;
}

TEST(Base64, GoesThereAndBack) {
  std::string bytes;
  for (int n = 0; n < 260; ++n) {
    EXPECT_EQ(decode_base64(encode_base64(bytes)), bytes);
    bytes.push_back(static_cast<char>(n));
  }
  EXPECT_EQ(decode_base64("-_8"), "\xfb\xff");
  EXPECT_FALSE(decode_base64("no!"));
}

TEST(Effort, NearestIsBelowElseTheLowest) {
  EXPECT_EQ(nearest_effort("xhigh", "low medium high"), "high");
  EXPECT_EQ(nearest_effort("high", "low high"), "high");
  EXPECT_EQ(nearest_effort("none", "minimal low"), "minimal");
  EXPECT_EQ(nearest_effort("medium", "none low high"), "low");
  EXPECT_EQ(nearest_effort("low", ""), "");
  EXPECT_EQ(nearest_effort("strange", "low"), "");
}

TEST(Effort, BudgetsRiseWithEffortsAndMeanThemAgain) {
  std::int64_t last = -1;
  for (const char* word : {"none", "minimal", "low", "medium", "high", "xhigh"}) {
    const EffortRow* row = effort_row(word);
    ASSERT_NE(row, nullptr);
    EXPECT_GT(row->anthropic_budget, last);
    last = row->anthropic_budget;
    if (row->effort != "minimal") {  // 1024, the least budget there is, is already low
      EXPECT_EQ(effort_of_budget(row->anthropic_budget), row->effort);
    }
  }
  EXPECT_EQ(effort_of_budget(-1), "");
}

TEST(Arguments, BecomeAnObject) {
  const std::pair<const char*, const char*> rows[] = {{"", "{}"},
                                                      {" \n", "{}"},
                                                      {"null", "{}"},
                                                      {"{\"a\" : 1.0}", "{\"a\" : 1.0}"},
                                                      {"[1]", "{\"value\":[1]}"},
                                                      {"\"x\"", "{\"value\":\"x\"}"},
                                                      {"{\"a\":\"b", "{\"a\":\"b\"}"},
                                                      {"{\"a\":\"b\\", "{\"a\":\"b\"}"},
                                                      {"{\"a\":[1,{\"b\":2,", "{\"a\":[1,{\"b\":2}]}"},
                                                      {"{\"a\":", "{\"a\":null}"},
                                                      {"{a:1}", "{\"value\":\"{a:1}\"}"},
                                                      {"oops", "{\"value\":\"oops\"}"}};
  for (const auto& [text, object] : rows) EXPECT_EQ(as_object(text), object) << text;
}

TEST(Balance, KnowsWhenAValueIsWhole) {
  Balance balance;
  for (const char* piece : {"{\"a\":", "\"}\\\"", "\\\\\",\"b\":[", "{}", "]"}) {
    balance.take(piece);
    EXPECT_FALSE(balance.whole()) << piece;
  }
  balance.take("}");
  EXPECT_TRUE(balance.whole());
}

TEST(InputUnwrapper, GivesTheTextHoweverItIsSplit) {
  const std::string text = "a \"quoted\" \\ line\n\té 😀 {\"input\":1}";
  for (const std::string& json :
       {wrap_input(text),
        std::string("{ \"input\" : \"\\u0061 \\\"quoted\\\" \\\\ line\\n\\t\\u00e9 \\ud83d\\ude00 {\\\"input\\\":1}\" }\n")}) {
    ASSERT_EQ(unwrap_input(json), text);
    for (std::size_t at = 0; at <= json.size(); ++at) {
      InputUnwrapper unwrapper;
      std::string out;
      unwrapper.take(json.substr(0, at), out);
      unwrapper.take(json.substr(at), out);
      EXPECT_EQ(out, text) << at;
    }
    InputUnwrapper unwrapper;
    std::string out;
    for (const char c : json) unwrapper.take(std::string(1, c), out);
    EXPECT_EQ(out, text);
  }
}

TEST(InputUnwrapper, LetsOtherShapesThrough) {
  InputUnwrapper unwrapper;
  std::string out;
  for (const char* piece : {"{\"pat", "ch\":1}"}) unwrapper.take(piece, out);
  EXPECT_EQ(out, "{\"patch\":1}");
}

TEST(ObjectSchema, KeepsWhatIsFineAndMergesTheRest) {
  const std::pair<const char*, const char*> rows[] = {
      {"", R"({"type":"object","properties":{}})"},
      {"{}", R"({"type":"object","properties":{}})"},
      {R"({ "type":"object" })", R"({ "type":"object" })"},
      {R"({"properties":{"anyOf":{}}})", R"({"type":"object","properties":{"anyOf":{}}})"},
      {R"({"oneOf":[{"properties":{"a":1},"required":["a"]},{"properties":{"a":2,"b":3}}]})",
       R"({"type":"object","properties":{"a":1,"b":3}})"},
      {R"({"allOf":[{"required":["a"]},{"required":["b","a"]}],"title":"T"})",
       R"({"type":"object","title":"T","properties":{},"required":["a","b"]})"}};
  for (const auto& [schema, object] : rows) EXPECT_EQ(object_schema(schema), object) << schema;
}

TEST(Losses, TheSameThingIsNotedOnceAtItsFirstPlace) {
  Losses losses;
  const LossRule rule{Field::own_part, Cause::vendor, Fate::dropped, "why"};
  note_loss(losses, "messages.1.content.0", rule);
  note_loss(losses, "messages.7.content.3", rule);
  note_loss(losses, "messages.7.content.3", rule, "but not here");
  note_loss(losses, "stop", {Field::stop, Cause::count, Fate::nearest, "why"});
  ASSERT_EQ(losses.size(), 3u);
  EXPECT_EQ(losses[0].field, "messages.1.content.0");
}

TEST(Losses, FieldsHaveTheClientsNames) {
  EXPECT_EQ(field_name(Format::openai_chat, Field::max_output), "max_completion_tokens");
  EXPECT_EQ(field_name(Format::anthropic, Field::stop), "stop_sequences");
  EXPECT_EQ(field_name(Format::gemini, Field::seed), "generationConfig.seed");
  EXPECT_EQ(field_name(Format::openai_responses, Field::system), "instructions");
}

TEST(FieldReader, KeepsTheFirstErrorAndSkipsWhatIsAbsent) {
  json::Document document;
  ASSERT_TRUE(document.parse(R"({"a":"x","b":null,"c":1.5,"d":"y"})"));
  const json::At root(document.root());
  FieldReader fields;
  std::string text = "before";
  fields.text(json::At(root, "b"), text);
  fields.text(json::At(root, "missing"), text);
  EXPECT_EQ(text, "before");
  std::optional<std::int64_t> whole;
  fields.integer(json::At(root, "c"), whole);
  fields.integer(json::At(root, "d"), whole);
  ASSERT_TRUE(fields.failed());
  EXPECT_EQ(fields.take().param, "c");
  EXPECT_EQ(members_except(document.root(), "a d"), R"({"c":1.5})");
}

}  // namespace
}  // namespace omniroute::codec
