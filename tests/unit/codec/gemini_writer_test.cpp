#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "gemini/format.hpp"
#include "openai_chat/format.hpp"
#include "openai_responses/format.hpp"
#include "shared/carrier.hpp"
#include "spelled.hpp"

namespace omniroute::codec {
namespace {

using nlohmann::json;
using Kind = ir::PartOpen::Kind;

const ir::Start start{"r1", "m", 0};
const ir::Finish stop{ir::FinishClass::stop, "stop", {}, {}, 0};

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

std::string text_of(const ir::Events& events, const ReplyContext& context = {}) {
  const auto encoder = Gemini::make_encoder(context);
  std::string out;
  for (const ir::Event& event : events) encoder->encode_event(event, out);
  return out;
}

std::vector<json> chunks(const std::string& text) {
  std::vector<json> out;
  for (std::size_t at = 0; at < text.size();) {
    EXPECT_EQ(text.substr(at, 6), "data: ");
    const std::size_t end = text.find("\r\n\r\n", at);
    EXPECT_NE(end, std::string::npos);
    if (end == std::string::npos) break;
    out.push_back(json::parse(text.substr(at + 6, end - at - 6)));
    at = end + 4;
  }
  return out;
}

json parts_of(const std::vector<json>& all) {
  json out = json::array();
  for (const json& chunk : all)
    for (const json& part : chunk["candidates"][0]["content"]["parts"]) out.push_back(part);
  return out;
}

TEST(GeminiWriter, TextGoesOutAtOnceAndTheLastChunkHasFinishAndUsage) {
  ir::Usage usage;
  usage.input = 9;
  usage.output = 7;
  usage.reasoning = 4;
  usage.cache_read = 2;
  const auto got = chunks(
      text_of({start, opened(0, Kind::text), ir::PartDelta{0, "He"}, ir::PartDelta{0, "y"}, ir::PartClose{0}, usage, stop, ir::End{}}));
  ASSERT_EQ(got.size(), 3U);
  EXPECT_EQ(got[0]["candidates"][0]["content"], json::parse(R"({"parts":[{"text":"He"}],"role":"model"})"));
  EXPECT_FALSE(got[1]["candidates"][0].contains("finishReason"));
  EXPECT_EQ(got[2]["candidates"][0]["finishReason"], "STOP");
  EXPECT_EQ(
      got[2]["usageMetadata"],
      json::parse(
          R"({"promptTokenCount":9,"candidatesTokenCount":3,"thoughtsTokenCount":4,"cachedContentTokenCount":2,"totalTokenCount":16})"));
  for (const json& chunk : got) EXPECT_EQ(chunk["responseId"], "r1");
}

TEST(GeminiWriter, CallsComeWholeAndInOneLine) {
  const std::string text = text_of({start, call(0, "c0", "f"), ir::PartDelta{0, "{\n \"a\":"}, ir::PartDelta{0, " 1.0}"}, ir::PartClose{0},
                                    call(1, "c1", "g"), ir::PartClose{1}, stop, ir::End{}});
  EXPECT_EQ(
      parts_of(chunks(text)),
      json::parse(
          R"([{"functionCall":{"id":"c0","name":"f","args":{"a":1.0}}},{"functionCall":{"id":"c1","name":"g","args":{}}},{"text":""}])"));
  EXPECT_NE(text.find(R"("args":{"a":1.0})"), std::string::npos);
}

TEST(GeminiWriter, ACallCutOffByLengthIsNoCall) {
  const auto with = [](ir::FinishClass reason) {
    return parts_of(chunks(text_of(
        {start, call(0, "c0", "f"), ir::PartDelta{0, "{\"a\":\"b"}, ir::PartClose{0}, ir::Finish{reason, "w", {}, {}, 0}, ir::End{}})));
  };
  EXPECT_EQ(with(ir::FinishClass::length), json::parse(R"([{"text":""}])"));
  EXPECT_EQ(with(ir::FinishClass::stop)[0]["functionCall"]["args"], json::parse(R"({"a":"b"})"));
}

TEST(GeminiWriter, ASignatureGoesOntoThePartThatOwnsIt) {
  ir::PartOpen signed_call = call(1, "c", "f");
  signed_call.call.opaque = ir::Opaque{Format::gemini, "thought_signature", "S1"};
  const ir::Events events{start,
                          opened(0, Kind::text),
                          ir::PartDelta{0, "a"},
                          ir::PartOpaque{0, {Format::gemini, "thought_signature", "S0"}},
                          ir::PartClose{0},
                          signed_call,
                          ir::PartClose{1},
                          opened(2, Kind::reasoning),
                          ir::PartOpaque{2, {Format::gemini, "thought_signature", "S2"}},
                          ir::PartClose{2},
                          stop,
                          ir::End{}};
  const json want = json::parse(
      R"([{"text":"a","thoughtSignature":"S0"},{"functionCall":{"id":"c","name":"f","args":{}},"thoughtSignature":"S1"},{"text":"","thoughtSignature":"S2"},{"text":""}])");
  EXPECT_EQ(parts_of(chunks(text_of(events))), want);
  json whole = json::parse(Gemini::encode_reply(events, {}))["candidates"][0]["content"]["parts"];
  whole.push_back(json::parse(R"({"text":""})"));
  EXPECT_EQ(whole, want);
}

TEST(GeminiWriter, ASignatureWhosePartIsSentAlreadyFollowsIt) {
  const auto encoder = Gemini::make_encoder({});
  std::string sent;
  std::string out;
  for (const ir::Event& event :
       ir::Events{start, opened(0, Kind::text), ir::PartDelta{0, "a"}, ir::PartOpaque{0, {Format::gemini, "thought_signature", "S0"}}}) {
    encoder->encode_event(event, out);
    sent += std::exchange(out, {});
  }
  EXPECT_EQ(parts_of(chunks(sent)), json::parse(R"([{"text":"a"},{"text":"","thoughtSignature":"S0"}])"));
}

TEST(GeminiWriter, ThoughtsAreForThoseWhoAsk) {
  const ir::Events events{start,
                          opened(0, Kind::reasoning),
                          ir::PartDelta{0, "hm"},
                          ir::PartOpaque{0, {Format::openai_responses, "encrypted", "gAAA"}},
                          ir::PartClose{0},
                          call(1, "c", "f"),
                          ir::PartClose{1},
                          stop,
                          ir::End{}};
  ir::ChatRequest request;
  request.origin = Format::gemini;
  ReplyContext context;
  context.request = &request;
  const json hidden = parts_of(chunks(text_of(events, context)));
  ASSERT_EQ(hidden.size(), 2U);
  EXPECT_EQ(unwrap_opaque_base64(hidden[0]["thoughtSignature"].get<std::string>())->opaque.bytes, "gAAA");
  request.thinking.show = true;
  const json shown = parts_of(chunks(text_of(events, context)));
  ASSERT_EQ(shown.size(), 3U);
  EXPECT_EQ(shown[0]["thought"], true);
  EXPECT_EQ(unwrap_opaque_base64(shown[0]["thoughtSignature"].get<std::string>())->opaque.bytes, "gAAA");
}

TEST(GeminiWriter, WithoutServerSentEventsTheStreamIsOneArray) {
  ReplyContext context;
  context.json_array = true;
  const json whole =
      json::parse(text_of({start, opened(0, Kind::text), ir::PartDelta{0, "a"}, ir::PartClose{0}, stop, ir::End{}}, context));
  ASSERT_EQ(whole.size(), 2U);
  EXPECT_EQ(whole[1]["candidates"][0]["finishReason"], "STOP");
  const json failed = json::parse(
      text_of({start, opened(0, Kind::text), ir::PartDelta{0, "a"}, ir::Failure{Error(ErrorKind::overloaded, "busy")}}, context));
  EXPECT_EQ(failed[1]["error"]["status"], "UNAVAILABLE");
}

TEST(GeminiWriter, NothingButDataLinesIsWritten) {
  const std::string text = text_of({start, opened(0, Kind::text), ir::PartDelta{0, "a"}, ir::Ping{},
                                    ir::Failure{Error(ErrorKind::upstream_failed, "broke")}, ir::End{}});
  const auto got = chunks(text);
  ASSERT_EQ(got.size(), 2U);
  EXPECT_EQ(got[1]["error"]["message"], "broke");
}

TEST(GeminiWriter, WhatTheServiceSaidBesideTheContentComesBack) {
  auto events = Gemini::decode_reply(
      R"({"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"NEW_WORD","finishMessage":"why","groundingMetadata":{"groundingChunks":[{"web":{"uri":"u","title":"t"}}]},"index":0}],"responseId":"r"})");
  ASSERT_TRUE(events);
  const json got = json::parse(Gemini::encode_reply(*events, {}));
  EXPECT_EQ(got["candidates"][0]["finishReason"], "NEW_WORD");
  EXPECT_EQ(got["candidates"][0]["finishMessage"], "why");
  EXPECT_EQ(got["candidates"][0]["groundingMetadata"]["groundingChunks"].size(), 1U);
  events = Gemini::decode_reply(R"({"promptFeedback":{"blockReason":"SAFETY"}})");
  ASSERT_TRUE(events);
  EXPECT_EQ(json::parse(Gemini::encode_reply(*events, {}))["promptFeedback"]["blockReason"], "SAFETY");
}

TEST(GeminiWriter, ErrorsHaveTheServicesEnvelope) {
  Error error(ErrorKind::rate_limited, "slow");
  error.retry_after = std::chrono::milliseconds(1500);
  const ErrorReply reply = Gemini::encode_error(error, "req_1");
  EXPECT_EQ(reply.status, 429);
  EXPECT_EQ(
      json::parse(reply.body),
      json::parse(
          R"({"error":{"code":429,"message":"slow","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"2s"}]}})"));
  EXPECT_EQ(Gemini::decode_error(429, reply.body).retry_after, std::chrono::milliseconds(2000));
}

// ---------------------------------------------------------------- requests

template <class From>
json request_from(std::string_view body, std::string_view model, Losses* losses = nullptr, Target target = {}) {
  auto request = From::decode_request(body);
  EXPECT_TRUE(request) << (request ? "" : request.error().message);
  if (!request) return {};
  Losses own;
  target.model = model;
  auto out = Gemini::encode_request(*request, target, losses == nullptr ? own : *losses);
  EXPECT_TRUE(out) << (out ? "" : out.error().message);
  return out ? json::parse(*out) : json();
}

constexpr const char* loop =
    R"({"messages":[{"role":"user","content":"q"},{"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}},{"id":"b","type":"function","function":{"name":"f","arguments":"{}"}}]},
    {"role":"tool","tool_call_id":"b","content":"2"},{"role":"tool","tool_call_id":"a","content":"{\"x\":1}"},{"role":"user","content":"again"},
    {"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}},{"id":"d","type":"function","function":{"name":"g","arguments":"[1]"}}]},
    {"role":"tool","tool_call_id":"c","content":""},{"role":"tool","tool_call_id":"d","content":"ok"}]})";

TEST(GeminiRequestWriter, UnsignedCallsOfTheCurrentTurnGetTheBypassOnTheFirstOnly) {
  const json contents = request_from<OpenAiChat>(loop, "gemini-3-flash")["contents"];
  ASSERT_EQ(contents.size(), 5U);
  EXPECT_FALSE(contents[1]["parts"][0].contains("thoughtSignature"));
  EXPECT_EQ(contents[3]["parts"][0]["thoughtSignature"], "skip_thought_signature_validator");
  EXPECT_FALSE(contents[3]["parts"][1].contains("thoughtSignature"));
  EXPECT_FALSE(request_from<OpenAiChat>(loop, "gemini-2.5-pro")["contents"][3]["parts"][0].contains("thoughtSignature"));
}

TEST(GeminiRequestWriter, ResultsStandInTheOrderOfTheirCallsAndAreObjects) {
  const json contents = request_from<OpenAiChat>(loop, "gemini-3-flash")["contents"];
  EXPECT_EQ(contents[2]["parts"][0]["functionResponse"], json::parse(R"({"id":"a","name":"f","response":{"x":1}})"));
  EXPECT_EQ(contents[2]["parts"][1]["functionResponse"]["response"], json::parse(R"({"output":"2"})"));
  EXPECT_EQ(contents[2]["parts"][2]["text"], "again");
  EXPECT_EQ(contents[3]["parts"][1]["functionCall"]["args"], json::parse(R"({"value":[1]})"));
  EXPECT_EQ(contents[4]["parts"][0]["functionResponse"]["response"], json::parse(R"({"output":""})"));
}

TEST(GeminiRequestWriter, ASignatureThatTravelledBesideItsCallGoesOntoIt) {
  const std::string carrier = wrap_opaque({Format::gemini, "thought_signature", "S"});
  const json contents = request_from<OpenAiResponses>(
      R"({"input":[{"role":"user","content":"q"},{"type":"reasoning","id":"rs_omr0123456789ab_0","summary":[],"encrypted_content":")" +
          carrier +
          R"("},{"type":"function_call","call_id":"c","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"c","output":"r"}]})",
      "gemini-3-flash")["contents"];
  ASSERT_EQ(contents[1]["parts"].size(), 1U);
  EXPECT_EQ(contents[1]["parts"][0]["thoughtSignature"], "S");
}

TEST(GeminiRequestWriter, EffortBecomesTheModelsOwnMeasure) {
  const auto config = [](const char* effort, const char* model) {
    return request_from<OpenAiChat>(std::string(R"({"messages":[{"role":"user","content":"q"}],"reasoning_effort":")") + effort + "\"}",
                                    model)["generationConfig"]["thinkingConfig"];
  };
  EXPECT_EQ(config("high", "gemini-2.5-flash")["thinkingBudget"], 16384);
  EXPECT_EQ(config("high", "gemini-2.5-flash")["includeThoughts"], true);
  EXPECT_EQ(config("none", "gemini-2.5-flash"), json::parse(R"({"thinkingBudget":0})"));
  EXPECT_EQ(config("none", "models/gemini-2.5-pro")["thinkingBudget"], 128);
  EXPECT_EQ(config("max", "gemini-2.5-pro")["thinkingBudget"], 32768);
  EXPECT_EQ(config("minimal", "gemini-3-flash-preview")["thinkingLevel"], "MINIMAL");
  EXPECT_EQ(config("minimal", "gemini-3-pro-preview")["thinkingLevel"], "LOW");
  EXPECT_EQ(config("medium", "gemini-3-pro-preview")["thinkingLevel"], "HIGH");
  EXPECT_EQ(config("xhigh", "gemini-3.1-pro")["thinkingLevel"], "HIGH");
  EXPECT_TRUE(config("high", "gemini-2.0-flash").is_null());
}

TEST(GeminiRequestWriter, MediaInResultsGoWhereTheModelTakesThem) {
  const char* body =
      R"({"input":[{"role":"user","content":"q"},{"type":"function_call","call_id":"c","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"c","output":[{"type":"input_text","text":"see"},{"type":"input_image","image_url":"data:image/png;base64,AAAA"}]}]})";
  const json inside = request_from<OpenAiResponses>(body, "gemini-3-flash")["contents"][2]["parts"];
  EXPECT_EQ(inside.size(), 1U);
  EXPECT_EQ(inside[0]["functionResponse"]["parts"][0]["inlineData"]["data"], "AAAA");
  const json behind = request_from<OpenAiResponses>(body, "gemini-2.5-flash")["contents"][2]["parts"];
  ASSERT_EQ(behind.size(), 2U);
  EXPECT_FALSE(behind[0]["functionResponse"].contains("parts"));
  EXPECT_EQ(behind[1]["inlineData"]["mimeType"], "image/png");
}

TEST(GeminiRequestWriter, ASchemaBesideFunctionsIsPutIntoWordsForOlderModels) {
  const char* body =
      R"({"messages":[{"role":"user","content":"q"}],"tools":[{"type":"function","function":{"name":"f"}}],"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object","properties":{"a":{"type":"string"}}}}}})";
  const json older = request_from<OpenAiChat>(body, "gemini-2.5-flash");
  EXPECT_FALSE(older.contains("generationConfig"));
  EXPECT_NE(older["systemInstruction"]["parts"][0]["text"].get<std::string>().find("\"a\""), std::string::npos);
  const json newer = request_from<OpenAiChat>(body, "gemini-3-flash");
  EXPECT_EQ(newer["generationConfig"]["responseMimeType"], "application/json");
  EXPECT_EQ(newer["generationConfig"]["responseJsonSchema"]["type"], "object");
}

TEST(GeminiRequestWriter, ItsOwnFormatComesOutAsItWentIn) {
  const json body = json::parse(
      R"({"systemInstruction":{"parts":[{"text":"s"}]},"contents":[{"role":"user","parts":[{"text":"q"},{"fileData":{"mimeType":"video/mp4","fileUri":"gs://b/o"},"videoMetadata":{"fps":1}}]},
    {"role":"model","parts":[{"text":"th","thought":true},{"text":"a","thoughtSignature":"S0"},{"functionCall":{"name":"f","args":{"x":1.0}},"thoughtSignature":"S1"},{"executableCode":{"code":"1"}}]},
    {"role":"user","parts":[{"functionResponse":{"name":"f","response":{"any":[1]}}}]}],
    "tools":[{"functionDeclarations":[{"name":"f","description":"d","parametersJsonSchema":{"type":"object","oneOf":[{"const":1}]}}]},{"googleSearch":{}}],
    "toolConfig":{"functionCallingConfig":{"mode":"VALIDATED"}},
    "generationConfig":{"maxOutputTokens":9,"temperature":0.5,"topP":0.5,"topK":3,"candidateCount":2,"seed":1,"stopSequences":["x"],"thinkingConfig":{"includeThoughts":true,"thinkingBudget":99},"responseModalities":["TEXT"]},
    "safetySettings":[],"labels":{"a":"b"}})");
  EXPECT_EQ(request_from<Gemini>(body.dump(), "gemini-2.5-flash"), body);
}

TEST(GeminiRequestWriter, WhatHasNoPlaceIsReportedUnderTheClientsName) {
  Losses losses;
  request_from<OpenAiChat>(
      R"({"messages":[{"role":"user","content":"q"}],"tools":[{"type":"function","function":{"name":"f"}}],"parallel_tool_calls":false,"user":"u","logit_bias":{"1":2},"stop":["1","2","3","4","5","6"],"prompt_cache_key":"k"})",
      "gemini-3-flash", &losses);
  std::vector<std::string> fields;
  for (const Loss& loss : losses) fields.push_back(loss.field);
  std::sort(fields.begin(), fields.end());
  EXPECT_EQ(fields, (std::vector<std::string>{"logit_bias", "parallel_tool_calls", "prompt_cache_key", "stop", "user"}));
}

}  // namespace
}  // namespace omniroute::codec
