#include <gtest/gtest.h>

#include "openai_responses/format.hpp"
#include "shared/carrier.hpp"
#include "spelled.hpp"

namespace omniroute::codec {
namespace {

using test::Lines;

Lines read(const std::vector<std::string>& data) { return test::read_stream<OpenAiResponses>(data); }

constexpr const char* created = R"({"type":"response.created","sequence_number":0,"response":{"id":"resp_1","model":"m","created_at":7}})";
constexpr const char* completed =
    R"({"type":"response.completed","response":{"id":"resp_1","status":"completed","output":[],"usage":{"input_tokens":5,"output_tokens":3,"total_tokens":8,"input_tokens_details":{"cached_tokens":2},"output_tokens_details":{"reasoning_tokens":1}}}})";

TEST(ResponsesStream, TextComesFromDeltasOnce) {
  EXPECT_EQ(
      read(
          {created,
           R"({"type":"response.output_item.added","output_index":0,"item":{"type":"message","id":"msg_1","phase":"final_answer"}})",
           R"({"type":"response.content_part.added","output_index":0,"content_index":0,"part":{"type":"output_text","text":""}})",
           R"({"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"He"})",
           R"({"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"y"})",
           R"({"type":"response.output_text.done","output_index":0,"content_index":0,"text":"Hey"})",
           R"({"type":"response.output_item.done","output_index":0,"item":{"type":"message","id":"msg_1","content":[{"type":"output_text","text":"Hey"}]}})",
           completed}),
      (Lines{"start resp_1 m", R"(open 0 text item=msg_1 extra={"phase":"final_answer"})", "delta 0 He", "delta 0 y", "close 0",
             "usage i5 o3 c2 r1 t8", "finish stop completed", "end"}));
}

TEST(ResponsesStream, AnItemThatEndsWithoutBeingToldIsNoItem) {
  EXPECT_EQ(read({created, R"({"type":"response.output_item.added","output_index":0})",
                  R"({"type":"response.output_item.done","output_index":0})", completed}),
            (Lines{"start resp_1 m", "usage i5 o3 c2 r1 t8", "finish stop completed", "end"}));
}

TEST(ResponsesStream, AServerWithoutDeltasIsReadFromItsClosedItems) {
  EXPECT_EQ(
      read(
          {created,
           R"({"type":"response.output_item.done","output_index":0,"item":{"type":"message","id":"msg_1","content":[{"type":"output_text","text":"Hey"},{"type":"refusal","refusal":"no"}]}})",
           completed}),
      (Lines{"start resp_1 m", "open 0 text item=msg_1", "delta 0 Hey", "close 0", "open 1 refusal item=msg_1", "delta 1 no", "close 1",
             "usage i5 o3 c2 r1 t8", "finish stop completed", "end"}));
}

TEST(ResponsesStream, AServerWithoutItemEventsIsReadFromItsLastEvent) {
  EXPECT_EQ(
      read(
          {R"({"type":"response.completed","response":{"id":"resp_1","model":"m","status":"completed","output":[{"type":"function_call","id":"fc_1","call_id":"call_1","name":"f","arguments":"{\"a\":1}"}]}})"}),
      (Lines{"start resp_1 m", "open 0 tool_call call_1 f", R"(delta 0 {"a":1})", "close 0", "finish tool completed", "end"}));
}

TEST(ResponsesStream, StateIsKeyedByOutputIndexWhenItemIdsChange) {
  EXPECT_EQ(
      read(
          {created,
           R"({"type":"response.output_item.added","output_index":0,"item":{"type":"function_call","id":"a","call_id":"call_1","name":"f","arguments":""}})",
           R"({"type":"response.function_call_arguments.delta","output_index":0,"item_id":"b","delta":"{}"})",
           R"({"type":"response.function_call_arguments.done","output_index":0,"item_id":"c","arguments":"{}"})",
           R"({"type":"response.output_item.done","output_index":0,"item":{"type":"function_call","id":"d","call_id":"call_1","name":"f","arguments":"{}"}})",
           completed}),
      (Lines{"start resp_1 m", "open 0 tool_call call_1 f", "delta 0 {}", "close 0", "usage i5 o3 c2 r1 t8", "finish tool completed",
             "end"}));
}

TEST(ResponsesStream, ACallWhoseNameComesLateIsToldWhole) {
  EXPECT_EQ(
      read(
          {R"({"type":"response.output_item.added","output_index":0,"item":{"type":"function_call","id":"fc_1"}})",
           R"({"type":"response.function_call_arguments.delta","output_index":0,"delta":"{\"a\""})",
           R"({"type":"response.output_item.done","output_index":0,"item":{"type":"function_call","id":"fc_1","call_id":"call_1","name":"f","namespace":"ns","arguments":"{\"a\":2}"}})"}),
      (Lines{"open 0 tool_call call_1 ns/f", R"(delta 0 {"a":2})", "close 0",
             "failure upstream_protocol The provider's stream ended before its answer was complete."}));
}

TEST(ResponsesStream, FreeTextCallsAreRead) {
  EXPECT_EQ(
      read(
          {R"({"type":"response.output_item.added","output_index":0,"item":{"type":"custom_tool_call","id":"ctc_1","call_id":"call_1","name":"sql","input":""}})",
           R"({"type":"response.custom_tool_call_input.delta","output_index":0,"delta":"SELECT "})",
           R"({"type":"response.custom_tool_call_input.delta","output_index":0,"delta":"1"})",
           R"({"type":"response.output_item.done","output_index":0,"item":{"type":"custom_tool_call","id":"ctc_1","call_id":"call_1","name":"sql","input":"SELECT 1"}})",
           completed})[1],
      "delta 0 SELECT ");
}

TEST(ResponsesStream, SummaryPartsStaySeparateAndTheLastCarriesTheBytes) {
  EXPECT_EQ(
      read(
          {R"({"type":"response.output_item.added","output_index":0,"item":{"type":"reasoning","id":"rs_1","summary":[]}})",
           R"({"type":"response.reasoning_summary_text.delta","output_index":0,"summary_index":0,"delta":"one"})",
           R"({"type":"response.reasoning_summary_text.done","output_index":0,"summary_index":0,"text":"one"})",
           R"({"type":"response.reasoning_summary_text.delta","output_index":0,"summary_index":1,"delta":"two"})",
           R"({"type":"response.output_item.done","output_index":0,"item":{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"one"},{"type":"summary_text","text":"two"}],"encrypted_content":"gAAA"}})",
           completed}),
      (Lines{"open 0 reasoning summary item=rs_1", "delta 0 one", "close 0", "open 1 reasoning summary item=rs_1", "delta 1 two",
             "opaque 1 openai-responses:encrypted:gAAA", "close 1", "start resp_1 ", "usage i5 o3 c2 r1 t8", "finish stop completed",
             "end"}));
}

TEST(ResponsesStream, AnEmptyReasoningItemIsToldWithoutText) {
  EXPECT_EQ(
      read({R"({"type":"response.output_item.done","output_index":0,"item":{"type":"reasoning","id":"rs_1","summary":[]}})", completed})[0],
      "open 0 reasoning summary item=rs_1");
}

TEST(ResponsesStream, RawThoughtsOfOpenModelsAreReasoningToo) {
  EXPECT_EQ(read({R"({"type":"response.reasoning_text.delta","output_index":0,"content_index":0,"delta":"hm"})"})[0], "open 0 reasoning");
}

TEST(ResponsesStream, CitationsAreNotes) {
  EXPECT_EQ(
      read(
          {R"({"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"x"})",
           R"({"type":"response.output_text.annotation.added","output_index":0,"content_index":0,"annotation":{"type":"url_citation","url":"https://e.org","title":"E","start_index":0,"end_index":1}})"})
          [2],
      "note 0 https://e.org E");
}

TEST(ResponsesStream, HostedItemsStayWhatTheyAre) {
  EXPECT_EQ(
      read(
          {R"({"type":"response.output_item.added","output_index":0,"item":{"type":"web_search_call","id":"ws_1","status":"in_progress"}})",
           R"({"type":"response.web_search_call.searching","output_index":0})",
           R"({"type":"response.output_item.done","output_index":0,"item":{"type":"web_search_call","id":"ws_1","status":"completed"}})",
           R"({"type":"response.output_item.done","output_index":1,"item":{"type":"image_generation_call","id":"ig_1","result":"QUJD","output_format":"webp"}})",
           completed}),
      (Lines{"open 0 foreign item=ws_1 openai-responses:web_search_call", "close 0",
             "open 1 media item=ig_1 image/webp QUJD openai-responses:image_generation_call", "close 1", "start resp_1 ",
             "usage i5 o3 c2 r1 t8", "finish stop completed", "end"}));
}

TEST(ResponsesStream, IncompleteSaysWhy) {
  const Lines length = read(
      {R"({"type":"response.incomplete","response":{"id":"r","status":"incomplete","incomplete_details":{"reason":"max_output_tokens"},"output":[]}})"});
  EXPECT_EQ(length[1], "finish length max_output_tokens");
  const Lines filter = read(
      {R"({"type":"response.incomplete","response":{"id":"r","status":"incomplete","incomplete_details":{"reason":"content_filter"},"output":[]}})"});
  EXPECT_EQ(filter[1], "finish filter content_filter");
}

TEST(ResponsesStream, AnErrorIsReadFlatAndNestedAndAlone) {
  const std::string want = "failure rate_limited slow down";
  EXPECT_EQ(read({R"({"type":"error","code":"rate_limit_exceeded","message":"slow down","param":null})"}), Lines{want});
  EXPECT_EQ(read({R"({"type":"error","error":{"type":"requests","code":"rate_limit_exceeded","message":"slow down"}})"}), Lines{want});
  EXPECT_EQ(
      read(
          {R"({"type":"response.failed","response":{"id":"r","status":"failed","error":{"code":"rate_limit_exceeded","message":"slow down"},"output":[]}})"})
          .back(),
      want);
  EXPECT_EQ(read({R"({"type":"error","message":"slow down","code":"rate_limit_exceeded"})",
                  R"({"type":"response.failed","response":{"status":"failed"}})"}),
            Lines{want});
}

TEST(ResponsesStream, GarbageAndUnknownEventsAreSkipped) {
  EXPECT_EQ(read({"not json", "[DONE]", R"({"type":"response.new_thing","x":1})", completed}).size(), 4U);
}

TEST(ResponsesStream, ACutStreamNeverEndsClean) {
  EXPECT_EQ(read({created}),
            (Lines{"start resp_1 m", "failure upstream_protocol The provider's stream ended before its answer was complete."}));
  EXPECT_EQ(read({}), Lines{"failure upstream_protocol The provider's stream ended before its answer was complete."});
}

TEST(ResponsesReply, AWholeAnswerIsTheSameEvents) {
  const auto events = OpenAiResponses::decode_reply(R"({"id":"resp_9","model":"m","status":"completed","error":null,"output":[
    {"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"gAAA"},
    {"type":"message","id":"msg_1","role":"assistant","content":[{"type":"output_text","text":"a","annotations":[{"type":"url_citation","url":"https://e.org","title":"E"}]}]},
    {"type":"function_call","id":"fc_1","call_id":"call_1","name":"f","arguments":""}],"usage":{"input_tokens":1,"output_tokens":2}})");
  ASSERT_TRUE(events);
  EXPECT_EQ(test::spelled(*events),
            (Lines{"start resp_9 m", "open 0 reasoning summary item=rs_1", "opaque 0 openai-responses:encrypted:gAAA", "close 0",
                   "open 1 text item=msg_1", "delta 1 a", "note 1 https://e.org E", "close 1", "open 2 tool_call call_1 f", "close 2",
                   "usage i1 o2", "finish tool completed", "end"}));
}

TEST(ResponsesReply, WhatIsNoAnswerIsAnError) {
  EXPECT_FALSE(OpenAiResponses::decode_reply("<html>"));
  EXPECT_FALSE(OpenAiResponses::decode_reply("[]"));
  EXPECT_FALSE(OpenAiResponses::decode_reply("{}"));
  const auto failed =
      OpenAiResponses::decode_reply(R"({"id":"r","status":"failed","error":{"code":"server_error","message":"broke"},"output":[]})");
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message, "broke");
}

ir::ChatRequest request_of(std::string_view body) {
  auto request = OpenAiResponses::decode_request(body);
  EXPECT_TRUE(request) << (request ? "" : request.error().message);
  return request ? *std::move(request) : ir::ChatRequest();
}

template <class T>
const T& as(const ir::Part& part) {
  return std::get<T>(part.value);
}

TEST(ResponsesRequest, ATextIsOneUserTurn) {
  const ir::ChatRequest request =
      request_of(R"({"model":"m","input":"hi","instructions":"be brief","max_output_tokens":9,"temperature":0.5,"stream":true})");
  ASSERT_EQ(request.turns.size(), 1U);
  EXPECT_EQ(as<ir::Text>(request.turns[0].parts[0]).text, "hi");
  EXPECT_TRUE(request.instructions);
  EXPECT_EQ(as<ir::Text>(request.system[0]).text, "be brief");
  EXPECT_EQ(request.max_output, 9);
  EXPECT_EQ(request.temperature, 0.5);
  EXPECT_TRUE(request.stream);
}

TEST(ResponsesRequest, ConsecutiveAssistantItemsAreOneTurnAndOutputsAUserTurn) {
  const ir::ChatRequest request = request_of(R"({"input":[{"role":"user","content":"q"},
    {"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"s"}],"content":null,"encrypted_content":"gAAA"},
    {"type":"message","role":"assistant","id":"msg_1","phase":"commentary","content":[{"type":"output_text","text":"t"}]},
    {"type":"function_call","id":"fc_1","call_id":"c1","name":"f","namespace":"ns","arguments":"{}"},
    {"type":"custom_tool_call","call_id":"c2","name":"p","input":"free"},
    {"type":"function_call_output","call_id":"c1","output":[{"type":"input_text","text":"r"},{"type":"input_image","image_url":"data:image/png;base64,AAAA","detail":"high"}]},
    {"type":"custom_tool_call_output","call_id":"c2","output":"done"},{"role":"user","content":[{"type":"input_text","text":"go"}]}]})");
  ASSERT_EQ(request.turns.size(), 4U);
  const auto& said = request.turns[1].parts;
  ASSERT_EQ(said.size(), 4U);
  EXPECT_EQ(as<ir::Reasoning>(said[0]).opaque.at(0).bytes, "gAAA");
  EXPECT_EQ(as<ir::Text>(said[1]).extra, R"({"id":"msg_1","phase":"commentary"})");
  EXPECT_EQ(as<ir::ToolCall>(said[2]).name_space, "ns");
  EXPECT_TRUE(as<ir::ToolCall>(said[3]).custom);
  const auto& results = request.turns[2].parts;
  ASSERT_EQ(results.size(), 2U);
  EXPECT_EQ(as<ir::Media>(as<ir::ToolResult>(results[0]).content[1]).mime, "image/png");
  EXPECT_EQ(as<ir::ToolResult>(results[1]).call_id, "c2");
}

TEST(ResponsesRequest, BytesOfAnotherVendorComeBackAsWhatTheyAre) {
  const std::string carried = wrap_opaque({ir::Format::anthropic, "signature", "sig"});
  const ir::ChatRequest request =
      request_of(R"({"input":[{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"s"}],"encrypted_content":")" +
                 carried + R"("}]})");
  const auto& reasoning = as<ir::Reasoning>(request.turns[0].parts[0]);
  EXPECT_EQ(reasoning.opaque.at(0).origin, ir::Format::anthropic);
  EXPECT_EQ(reasoning.opaque.at(0).bytes, "sig");
}

TEST(ResponsesRequest, LeadingSystemItemsAreSystemAndLaterOnesStay) {
  const ir::ChatRequest request = request_of(
      R"({"input":[{"type":"message","role":"developer","content":[{"type":"input_text","text":"a"},{"type":"input_text","text":"b"}]},
    {"role":"system","content":"c"},{"role":"user","content":"q"},{"role":"developer","content":"later"}]})");
  ASSERT_EQ(request.system.size(), 3U);
  EXPECT_TRUE(as<ir::Text>(request.system[1]).continues);
  EXPECT_TRUE(as<ir::Text>(request.system[1]).developer);
  EXPECT_FALSE(as<ir::Text>(request.system[2]).developer);
  ASSERT_EQ(request.turns.size(), 2U);
  EXPECT_EQ(request.turns[1].role, ir::Role::system);
  EXPECT_TRUE(request.turns[1].developer);
}

TEST(ResponsesRequest, ToolsOfEveryKind) {
  const ir::ChatRequest request = request_of(R"({"input":"x","tools":[
    {"type":"function","name":"f","description":"d","parameters":{ "type":"object" },"strict":true,"defer_loading":true},
    {"type":"custom","name":"c","format":{"type":"grammar","syntax":"lark","definition":"start: x"}},
    {"type":"namespace","name":"ns","description":"about","tools":[{"type":"function","name":"g"}]},
    {"type":"web_search"},{"type":"shell"},{"type":"shell","environment":{"type":"container_auto"}},
    {"type":"tool_search","execution":"client","description":"find","parameters":{"type":"object","properties":{}}}]})");
  ASSERT_EQ(request.tools.size(), 5U);
  EXPECT_EQ(request.tools[0].schema, R"({"type":"object"})");
  EXPECT_TRUE(request.tools[0].deferred);
  EXPECT_EQ(request.tools[0].strict, true);
  EXPECT_TRUE(request.tools[1].custom);
  EXPECT_EQ(request.tools[2].name_space, "ns");
  EXPECT_EQ(request.tools[3].native, "shell");
  EXPECT_EQ(request.tools[4].native, "tool_search");
  EXPECT_EQ(request.tools[4].description, "find");
  ASSERT_EQ(request.hosted_tools.size(), 4U);
  EXPECT_FALSE(request.hosted_tools[0].carried);
  EXPECT_TRUE(request.hosted_tools[1].carried);
  EXPECT_FALSE(request.hosted_tools[2].carried);
}

TEST(ResponsesRequest, ToolsInInputItemsCountAndTheItemStays) {
  const ir::ChatRequest request = request_of(
      R"({"input":[{"type":"additional_tools","role":"developer","tools":[{"type":"namespace","name":"functions","tools":[{"type":"custom","name":"exec"}]}]},
    {"role":"developer","content":"sys"},{"role":"user","content":"q"}]})");
  ASSERT_EQ(request.tools.size(), 1U);
  EXPECT_TRUE(request.tools[0].in_item);
  EXPECT_TRUE(request.tools[0].custom);
  EXPECT_EQ(request.system.size(), 1U);
  const auto& item = as<ir::Foreign>(request.turns[0].parts[0]);
  EXPECT_EQ(item.type, "additional_tools");
  EXPECT_TRUE(item.carried);
}

TEST(ResponsesRequest, BuiltInCallsOfTheClientAreCallsAndServerSideOnesAreNot) {
  const ir::ChatRequest request = request_of(R"({"input":[{"type":"shell_call","call_id":"s1","id":"sh_1","action":{"commands":["ls"]}},
    {"type":"shell_call_output","call_id":"s1","output":[{"stdout":"a"}]},
    {"type":"tool_search_call","call_id":null,"execution":"server","arguments":{}},{"type":"tool_search_output","call_id":null,"tools":[{"type":"function","name":"found"}]}]})");
  const auto& call = as<ir::ToolCall>(request.turns[0].parts[0]);
  EXPECT_EQ(call.native, "shell");
  EXPECT_EQ(call.arguments, R"({"commands":["ls"]})");
  EXPECT_EQ(as<ir::ToolResult>(request.turns[1].parts[0]).native, "shell");
  EXPECT_EQ(as<ir::Foreign>(request.turns[2].parts[0]).type, "tool_search_call");
  ASSERT_EQ(request.tools.size(), 1U);
  EXPECT_EQ(request.tools[0].name, "found");
}

TEST(ResponsesRequest, OptionsAndUnknownMembers) {
  const ir::ChatRequest request =
      request_of(R"({"input":"x","reasoning":{"effort":"high","summary":"auto","context":"all_turns"},"store":false,
    "include":["reasoning.encrypted_content"],"text":{"verbosity":"low","format":{"type":"json_schema","name":"n","schema":{"type":"object"},"strict":true}},
    "previous_response_id":"resp_0","prompt_cache_key":"k","metadata":{"a":"b"},"truncation":"auto","client_metadata":{"x": 1},"parallel_tool_calls":false,
    "tool_choice":{"type":"allowed_tools","mode":"required","tools":[{"type":"function","name":"f"}]}})");
  EXPECT_EQ(request.thinking.effort, "high");
  EXPECT_EQ(request.thinking.summary, "auto");
  EXPECT_FALSE(request.thinking.raw.empty());
  EXPECT_TRUE(request.thinking.encrypted);
  EXPECT_EQ(request.store, false);
  EXPECT_EQ(request.output.name, "n");
  EXPECT_EQ(request.previous_response, "resp_0");
  EXPECT_EQ(request.metadata, R"({"a":"b"})");
  ASSERT_EQ(request.extras.size(), 2U);
  EXPECT_EQ(request.extras[1].raw, R"({"x":1})");
  EXPECT_EQ(request.tool_choice.mode, ir::ToolChoice::Mode::subset);
  EXPECT_TRUE(request.tool_choice.subset_required);
}

TEST(ResponsesRequest, AWrongFieldIsRefusedByName) {
  const auto param = [](std::string_view body) {
    const auto request = OpenAiResponses::decode_request(body);
    EXPECT_FALSE(request) << body;
    return request ? std::string() : request.error().param;
  };
  EXPECT_EQ(param(R"({"input":3})"), "input");
  EXPECT_EQ(param(R"({"input":[{"role":"user","content":[{"type":"input_text"}]}]})"), "input.0.content.0.text");
  EXPECT_EQ(param(R"({"input":[{"role":"bot","content":"x"}]})"), "input.0.role");
  EXPECT_EQ(param(R"({"input":"x","tools":[{"type":"function"}]})"), "tools.0.name");
  EXPECT_EQ(param(R"({"input":"x","temperature":"hot"})"), "temperature");
  EXPECT_EQ(param(R"({"input":"x","tool_choice":"maybe"})"), "tool_choice");
}

}  // namespace
}  // namespace omniroute::codec
