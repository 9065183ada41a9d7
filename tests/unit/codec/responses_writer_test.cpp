#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "openai_responses/format.hpp"
#include "shared/carrier.hpp"
#include "spelled.hpp"

namespace omniroute::codec {
namespace {

using nlohmann::json;
using Kind = ir::PartOpen::Kind;

struct Written {
  std::vector<json> events;
  [[nodiscard]] std::vector<std::string> types() const {
    std::vector<std::string> out;
    for (const json& event : events) out.push_back(event["type"].get<std::string>().substr(0, 60));
    return out;
  }
  [[nodiscard]] const json& last() const { return events.back()["response"]; }
};

Written write(const ir::Events& events, const ReplyContext& context = {}) {
  const auto encoder = OpenAiResponses::make_encoder(context);
  std::string out;
  for (const ir::Event& event : events) encoder->encode_event(event, out);
  Written written;
  std::int64_t number = 0;
  for (std::size_t at = 0; at < out.size();) {
    const std::size_t end = out.find("\n\n", at);
    const std::string event = out.substr(at, end - at);
    at = end + 2;
    if (event.starts_with(":")) continue;
    const std::size_t line = event.find('\n');
    json data = json::parse(event.substr(line + 7));
    EXPECT_EQ(event.substr(0, line), "event: " + data["type"].get<std::string>());
    EXPECT_EQ(data["sequence_number"], number++);
    written.events.push_back(std::move(data));
  }
  return written;
}

ir::PartOpen opened(std::uint32_t part, Kind kind) {
  ir::PartOpen open;
  open.part = part;
  open.kind = kind;
  return open;
}

ir::PartOpen call(std::uint32_t part, const std::string& id, const std::string& name) {
  ir::PartOpen open = opened(part, Kind::tool_call);
  open.call.id = id;
  open.call.name = name;
  return open;
}

const ir::Start start{"chatcmpl-1", "m", 7};
const ir::Finish stop{ir::FinishClass::stop, "stop", {}, {}, 0};

ir::Usage usage() {
  ir::Usage counts;
  counts.input = 5;
  counts.output = 3;
  counts.reasoning = 1;
  return counts;
}

TEST(ResponsesWriter, ATextIsOneMessageItem) {
  const Written got =
      write({start, opened(0, Kind::text), ir::PartDelta{0, "He"}, ir::PartDelta{0, "y\n"}, ir::PartClose{0}, usage(), stop, ir::End{}});
  EXPECT_EQ(got.types(), (std::vector<std::string>{"response.created", "response.in_progress", "response.output_item.added",
                                                   "response.content_part.added", "response.output_text.delta",
                                                   "response.output_text.delta", "response.output_text.done", "response.content_part.done",
                                                   "response.output_item.done", "response.completed"}));
  EXPECT_EQ(got.last()["id"], "resp_chatcmpl-1");
  EXPECT_EQ(got.last()["created_at"], 7);
  EXPECT_EQ(got.last()["output"], json::array({got.events[8]["item"]}));
  EXPECT_EQ(got.last()["output"][0]["content"][0]["text"], "Hey\n");
  EXPECT_EQ(got.last()["usage"]["total_tokens"], 8);
  EXPECT_EQ(got.last()["usage"]["output_tokens_details"]["reasoning_tokens"], 1);
  for (const std::size_t n : {4U, 6U, 7U}) EXPECT_EQ(got.events[n]["item_id"], got.last()["output"][0]["id"]);
}

TEST(ResponsesWriter, WhatTypedClientsRequireIsEchoed) {
  auto request = OpenAiResponses::decode_request(
      R"({"model":"m","instructions":"i","input":"x","temperature":0.5,"metadata":{"a":"b"},"tool_choice":"required","store":false,"truncation":"auto",
    "tools":[{"type":"function","name":"f","parameters":{"type":"object"},"strict":true},{"type":"namespace","name":"ns","description":"d","tools":[{"type":"custom","name":"c"}]},{"type":"web_search"}],
    "reasoning":{"effort":"low"},"text":{"verbosity":"low"}})");
  ASSERT_TRUE(request);
  ReplyContext context;
  context.request = &*request;
  const Written got = write({start, stop, ir::End{}}, context);
  for (const std::size_t n : {0U, 1U, 2U}) {
    const json& response = got.events[n]["response"];
    EXPECT_EQ(response["instructions"], "i");
    EXPECT_EQ(response["temperature"], 0.5);
    EXPECT_EQ(response["top_p"], 1);
    EXPECT_EQ(response["metadata"]["a"], "b");
    EXPECT_EQ(response["tool_choice"], "required");
    EXPECT_EQ(response["tools"].size(), 3U);
    EXPECT_EQ(response["tools"][1]["tools"][0]["type"], "custom");
    EXPECT_EQ(response["parallel_tool_calls"], true);
    EXPECT_EQ(response["store"], false);
    EXPECT_EQ(response["truncation"], "auto");
    EXPECT_EQ(response["reasoning"]["effort"], "low");
    EXPECT_EQ(response["text"]["format"]["type"], "text");
  }
}

TEST(ResponsesWriter, CallsThatComeInterleavedAreWrittenOneAfterAnother) {
  const Written got = write({start, call(0, "c0", "f"), call(1, "c1", "g"), ir::PartDelta{0, "{\"a\":"}, ir::PartDelta{1, "{\"b\""},
                             ir::PartDelta{0, "1}"}, ir::PartDelta{1, ":2}"}, ir::PartClose{0}, ir::PartClose{1}, stop, ir::End{}});
  std::vector<int> order;
  for (const json& event : got.events)
    if (event.contains("output_index")) order.push_back(event["output_index"]);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
  EXPECT_EQ(got.last()["output"][0]["arguments"], "{\"a\":1}");
  EXPECT_EQ(got.last()["output"][1]["arguments"], "{\"b\":2}");
  EXPECT_EQ(got.last()["output"][1]["call_id"], "c1");
  EXPECT_EQ(got.last()["status"], "completed");
}

TEST(ResponsesWriter, NoArgumentsAreAnEmptyObjectInDeltasToo) {
  const Written got = write({start, call(0, "c0", "f"), ir::PartClose{0}, stop, ir::End{}});
  EXPECT_EQ(got.events[3]["delta"], "{}");
  EXPECT_EQ(got.events[4]["arguments"], "{}");
  EXPECT_EQ(got.events[4]["name"], "f");
}

TEST(ResponsesWriter, PartsOfOneItemComeBackAsOneItem) {
  ir::PartOpen one = opened(0, Kind::reasoning);
  one.item_id = "rs_1";
  one.summary = true;
  ir::PartOpen two = one;
  two.part = 1;
  const Written got = write({start, one, ir::PartDelta{0, "a"}, ir::PartClose{0}, two, ir::PartDelta{1, "b"},
                             ir::PartOpaque{1, {Format::openai_responses, "encrypted", "gAAA"}}, ir::PartClose{1}, stop, ir::End{}});
  const json& item = got.last()["output"][0];
  EXPECT_EQ(got.last()["output"].size(), 1U);
  EXPECT_EQ(item["id"], "rs_1");
  EXPECT_EQ(item["summary"].size(), 2U);
  EXPECT_EQ(item["encrypted_content"], "gAAA");
}

TEST(ResponsesWriter, AnEmptyReasoningItemOfTheVendorIsKept) {
  ir::PartOpen one = opened(0, Kind::reasoning);
  one.item_id = "rs_1";
  one.summary = true;
  EXPECT_EQ(write({start, one, ir::PartClose{0}, stop, ir::End{}}).last()["output"][0]["id"], "rs_1");
  one.item_id.clear();
  EXPECT_TRUE(write({start, one, ir::PartClose{0}, stop, ir::End{}}).last()["output"].empty());
}

TEST(ResponsesWriter, BytesOfOtherVendorsTravelWrapped) {
  ir::PartOpen signed_call = call(1, "c", "f");
  signed_call.call.opaque = ir::Opaque{Format::gemini, "thought_signature", "S"};
  const Written got =
      write({start, opened(0, Kind::reasoning), ir::PartDelta{0, "hm"}, ir::PartOpaque{0, {Format::anthropic, "signature", "A"}},
             ir::PartClose{0}, signed_call, ir::PartDelta{1, "{}"}, ir::PartClose{1}, stop, ir::End{}});
  const json& output = got.last()["output"];
  ASSERT_EQ(output.size(), 3U);
  EXPECT_EQ(unwrap_opaque(output[0]["encrypted_content"].get<std::string>())->opaque.bytes, "A");
  EXPECT_EQ(output[1]["type"], "reasoning");
  EXPECT_EQ(unwrap_opaque(output[1]["encrypted_content"].get<std::string>())->opaque.bytes, "S");
  EXPECT_EQ(output[2]["type"], "function_call");
}

TEST(ResponsesWriter, FreeTextAndBuiltInToolsAreRestoredForTheClient) {
  auto request = OpenAiResponses::decode_request(R"({"input":"x","tools":[{"type":"custom","name":"apply"},{"type":"shell"},
    {"type":"namespace","name":"ns","tools":[{"type":"function","name":"g"}]}]})");
  ASSERT_TRUE(request);
  ReplyContext context;
  context.request = &*request;
  const Written got =
      write({start, call(0, "a", "apply"), ir::PartDelta{0, "{\"inp"}, ir::PartDelta{0, "ut\":\"l1\\nl2"}, ir::PartDelta{0, "\"}"},
             ir::PartClose{0}, call(1, "b", "shell"), ir::PartDelta{1, "{ \"commands\":\n[\"ls\"]}"}, ir::PartClose{1},
             call(2, "c", "ns__g"), ir::PartDelta{2, "{}"}, ir::PartClose{2}, stop, ir::End{}},
            context);
  const json& output = got.last()["output"];
  EXPECT_EQ(output[0]["type"], "custom_tool_call");
  EXPECT_EQ(output[0]["input"], "l1\nl2");
  EXPECT_EQ(output[1]["type"], "shell_call");
  EXPECT_EQ(output[1]["action"]["commands"][0], "ls");
  EXPECT_EQ(output[2]["name"], "g");
  EXPECT_EQ(output[2]["namespace"], "ns");
}

TEST(ResponsesWriter, EndsAreToldByStatus) {
  const auto end = [](ir::FinishClass reason) {
    return write({start, opened(0, Kind::text), ir::PartDelta{0, "a"}, ir::PartClose{0}, ir::Finish{reason, "w", {}, {}, 0}, ir::End{}})
        .last();
  };
  EXPECT_EQ(end(ir::FinishClass::length)["incomplete_details"]["reason"], "max_output_tokens");
  EXPECT_EQ(end(ir::FinishClass::filter)["incomplete_details"]["reason"], "content_filter");
  EXPECT_EQ(end(ir::FinishClass::pause)["status"], "completed");
  EXPECT_EQ(end(ir::FinishClass::error)["status"], "completed");
  EXPECT_EQ(write({start, ir::Finish{ir::FinishClass::error, "MALFORMED", {}, {}, 0}, ir::End{}}).last()["status"], "failed");
}

TEST(ResponsesWriter, AFailureIsAnErrorEventAndAFailedResponse) {
  Error error(ErrorKind::rate_limited, "slow down");
  error.upstream_status = 429;
  const Written got = write({start, opened(0, Kind::text), ir::PartDelta{0, "a"}, ir::Failure{error}, ir::End{}});
  const json& event = got.events[got.events.size() - 2];
  EXPECT_EQ(event["type"], "error");
  EXPECT_EQ(event["code"], "rate_limit_exceeded");
  EXPECT_EQ(event["error"]["message"], "slow down");
  EXPECT_EQ(got.last()["status"], "failed");
  EXPECT_EQ(got.last()["error"]["code"], "rate_limit_exceeded");
  EXPECT_EQ(write({ir::Failure{error}}).types(), (std::vector<std::string>{"error", "response.failed"}));
}

TEST(ResponsesWriter, CitationsImagesAndOwnItemsArePartOfTheOutput) {
  ir::PartNote note;
  note.part = 0;
  note.origin = Format::gemini;
  note.url = "https://e.org";
  ir::PartOpen image = opened(1, Kind::media);
  image.media = ir::Media();
  image.media->mime = "image/webp";
  image.media->data = "QUJD";
  ir::PartOpen own = opened(2, Kind::foreign);
  own.foreign = ir::Foreign{Format::openai_responses, "web_search_call", R"({"type":"web_search_call","id":"ws_1"})"};
  ir::PartOpen other = opened(3, Kind::foreign);
  other.foreign = ir::Foreign{Format::gemini, "executableCode", "{}"};
  const Written got = write({start, opened(0, Kind::text), ir::PartDelta{0, "a"}, note, ir::PartClose{0}, image, ir::PartClose{1}, own,
                             ir::PartClose{2}, other, ir::PartClose{3}, stop, ir::End{}});
  const json& output = got.last()["output"];
  ASSERT_EQ(output.size(), 3U);
  EXPECT_EQ(output[0]["content"][0]["annotations"][0]["url"], "https://e.org");
  EXPECT_EQ(output[1]["output_format"], "webp");
  EXPECT_EQ(output[2]["id"], "ws_1");
}

TEST(ResponsesWriter, AWholeAnswerIsTheLastEventsObject) {
  const ir::Events events{start, opened(0, Kind::text), ir::PartDelta{0, "Hey"}, ir::PartClose{0}, usage(), stop, ir::End{}};
  EXPECT_EQ(json::parse(OpenAiResponses::encode_reply(events, {})), write(events).last());
}

TEST(ResponsesWriter, OtherChoicesAreLeftOut) {
  ir::PartOpen second = opened(1, Kind::text);
  second.choice = 1;
  const Written got = write({start, opened(0, Kind::text), ir::PartDelta{0, "a"}, ir::PartClose{0}, second, ir::PartDelta{1, "b"},
                             ir::PartClose{1}, stop, ir::Finish{ir::FinishClass::length, "length", {}, {}, 1}, ir::End{}});
  EXPECT_EQ(got.last()["output"].size(), 1U);
  EXPECT_EQ(got.last()["status"], "completed");
}

// ---------------------------------------------------------------- requests

json request_to(std::string_view body, Target target = {}, Losses* losses = nullptr) {
  auto request = OpenAiResponses::decode_request(body);
  EXPECT_TRUE(request);
  Losses own;
  target.model = "m";
  auto out = OpenAiResponses::encode_request(*request, target, losses == nullptr ? own : *losses);
  EXPECT_TRUE(out) << (out ? "" : out.error().message);
  return out ? json::parse(*out) : json();
}

TEST(ResponsesRequestWriter, ItsOwnFormatComesOutAsItWentIn) {
  const json body = json::parse(R"({"model":"m","instructions":"i","input":[
    {"type":"message","role":"developer","id":"msg_d","content":[{"type":"input_text","text":"a"},{"type":"input_text","text":"b"}]},
    {"type":"message","role":"user","id":"msg_u","content":[{"type":"input_text","text":"q"},{"type":"input_image","image_url":"data:image/png;base64,AAAA","detail":"high"},{"type":"input_file","filename":"f.pdf","file_data":"data:application/pdf;base64,AAAA"}]},
    {"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"s1"},{"type":"summary_text","text":"s2"}],"encrypted_content":"gAAA"},
    {"type":"message","role":"assistant","id":"msg_a","phase":"commentary","content":[{"type":"output_text","text":"t","annotations":[]}]},
    {"type":"function_call","id":"fc_1","call_id":"c1","name":"g","namespace":"ns","arguments":"{\"a\": 1.0}"},
    {"type":"custom_tool_call","id":"ctc_1","call_id":"c2","name":"p","input":"free"},
    {"type":"shell_call","id":"sh_1","call_id":"c3","action":{"commands":["ls"]}},
    {"type":"web_search_call","id":"ws_1","status":"completed"},
    {"type":"function_call_output","call_id":"c1","output":[{"type":"input_text","text":"r"},{"type":"input_image","image_url":"https://e.org/a.png"}]},
    {"type":"custom_tool_call_output","call_id":"c2","output":"done"},
    {"type":"shell_call_output","call_id":"c3","output":[{"stdout":"x"}]}],
    "tools":[{"type":"function","name":"f","strict":false,"parameters":{"type":"object"}},{"type":"namespace","name":"ns","description":"d","tools":[{"type":"function","name":"g"}]},{"type":"shell"}],
    "tool_choice":"auto","store":false,"include":["reasoning.encrypted_content"],"reasoning":{"effort":"high","summary":"auto"},"text":{"verbosity":"low"},
    "max_output_tokens":99,"prompt_cache_key":"k","stream":true,"client_metadata":{"x":"y"}})");
  EXPECT_EQ(request_to(body.dump()), body);
}

TEST(ResponsesRequestWriter, IdsThatNoVendorIssuedAreLeftOut) {
  const json got = request_to(
      R"({"input":[{"type":"function_call","id":"fc_omr0123456789ab_0","call_id":"c","name":"f","arguments":"{}"},{"type":"function_call_output","id":"fco_1","call_id":"c","output":"r"},
    {"type":"message","role":"assistant","id":"item-7","content":[{"type":"output_text","text":"t"}]},{"role":"user","content":"q"}]})");
  for (const json& item : got["input"]) EXPECT_FALSE(item.contains("id")) << item;
}

TEST(ResponsesRequestWriter, ReasoningOfOtherVendorsIsNeverHandedOver) {
  Losses losses;
  const std::string carrier = wrap_opaque({Format::anthropic, "signature", "sig"});
  const json got = request_to(
      R"({"input":[{"role":"user","content":"q"},{"type":"reasoning","id":"rs_omr0123456789ab_0","summary":[{"type":"summary_text","text":"s"}],"encrypted_content":")" +
          carrier +
          R"("},{"type":"message","role":"assistant","content":[{"type":"output_text","text":"a"}]},{"role":"user","content":"q"}]})",
      {}, &losses);
  EXPECT_EQ(got["input"].size(), 3U);
  EXPECT_EQ(got.dump().find("omni1"), std::string::npos);
  ASSERT_EQ(losses.size(), 1U);
  EXPECT_EQ(losses[0].field, "input.1.content.0");
}

TEST(ResponsesRequestWriter, ResultsOfCallsThatTheVendorHoldsStayResults) {
  const json got = request_to(R"({"previous_response_id":"resp_1","input":[{"type":"function_call_output","call_id":"c","output":"r"}]})");
  EXPECT_EQ(got["input"][0]["type"], "function_call_output");
  EXPECT_EQ(got["previous_response_id"], "resp_1");
}

TEST(ResponsesRequestWriter, EffortIsBroughtToWhatTheModelTakes) {
  Target target;
  target.efforts = "low medium";
  EXPECT_EQ(request_to(R"({"input":"x","reasoning":{"effort":"xhigh","context":"all"}})", target)["reasoning"],
            json::parse(R"({"effort":"medium","context":"all"})"));
  target.reasoning = false;
  EXPECT_FALSE(request_to(R"({"input":"x","reasoning":{"effort":"low"}})", target).contains("reasoning"));
}

}  // namespace
}  // namespace omniroute::codec
