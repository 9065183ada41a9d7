#include <gtest/gtest.h>

#include "gemini/format.hpp"
#include "shared/carrier.hpp"
#include "spelled.hpp"

namespace omniroute::codec {
namespace {

using test::Lines;

Lines read(const std::vector<std::string>& data) { return test::read_stream<Gemini>(data); }

std::string parts(const std::string& list, const std::string& more = {}) {
  return R"({"candidates":[{"content":{"role":"model","parts":[)" + list + "]}" + more + "}]}";
}

TEST(GeminiStream, TextGrowsOverChunksAndTheLastFinishCounts) {
  EXPECT_EQ(
      read(
          {R"({"candidates":[{"content":{"parts":[{"text":"He"}]},"finishReason":"STOP"}],"responseId":"r1","modelVersion":"m","usageMetadata":{"promptTokenCount":5}})",
           R"({"candidates":[{"content":{"parts":[{"text":"y"}]},"finishReason":"MAX_TOKENS"}],"usageMetadata":{"promptTokenCount":7,"toolUsePromptTokenCount":2,"candidatesTokenCount":3,"thoughtsTokenCount":4,"totalTokenCount":16,"cachedContentTokenCount":1}})"}),
      (Lines{"start r1 m", "open 0 text", "delta 0 He", "usage i5", "delta 0 y", "usage i9 o7 c1 r4 t16", "close 0",
             "finish length MAX_TOKENS", "end"}));
}

TEST(GeminiStream, ThoughtsTextAndCallsKeepTheirOrder) {
  EXPECT_EQ(
      read({parts(
          R"({"text":"hm","thought":true},{"text":"a"},{"functionCall":{"name":"f","args":{ "x" : 1.0 }}},{"functionCall":{"id":"c2","name":"g"}},{"text":"b"})",
          R"(,"finishReason":"STOP")")}),
      (Lines{"start  ", "open 0 reasoning summary", "delta 0 hm", "close 0", "open 1 text", "delta 1 a", "close 1", "open 2 tool_call  f",
             R"(delta 2 {"x":1.0})", "close 2", "open 3 tool_call c2 g", "delta 3 {}", "close 3", "open 4 text", "delta 4 b", "close 4",
             "finish tool STOP", "end"}));
}

TEST(GeminiStream, SignaturesStayOnTheirPart) {
  EXPECT_EQ(
      read({parts(R"({"functionCall":{"name":"f","args":{}},"thoughtSignature":"S1"})"), parts(R"({"text":"t","thoughtSignature":"S2"})"),
            parts(R"({"text":"","thoughtSignature":"S3"})", R"(,"finishReason":"STOP")")}),
      (Lines{"start  ", "open 0 tool_call  f gemini:thought_signature:S1", "delta 0 {}", "close 0", "open 1 text", "delta 1 t",
             "opaque 1 gemini:thought_signature:S2", "close 1", "open 2 reasoning", "opaque 2 gemini:thought_signature:S3", "close 2",
             "finish tool STOP", "end"}));
}

TEST(GeminiStream, ArgumentsThatComeInPiecesAreOneCall) {
  EXPECT_EQ(
      read(
          {parts(R"({"functionCall":{"name":"f","willContinue":true}})"),
           parts(R"({"functionCall":{"partialArgs":[{"jsonPath":"$.a.b[1]","stringValue":"x","willContinue":true}],"willContinue":true}})"),
           parts(
               R"({"functionCall":{"partialArgs":[{"jsonPath":"$.a.b[1]","stringValue":"y"},{"jsonPath":"$['c d']","numberValue":1.50},{"jsonPath":"$.e","boolValue":true},{"jsonPath":"$.f","nullValue":null}],"willContinue":true}})"),
           parts(R"({"functionCall":{}})", R"(,"finishReason":"STOP")")}),
      (Lines{"start  ", "open 0 tool_call  f", R"(delta 0 {"a":{"b":[null,"xy"]},"c d":1.50,"e":true,"f":null})", "close 0",
             "finish tool STOP", "end"}));
}

TEST(GeminiStream, ACallInPiecesMayLackItsEnd) {
  EXPECT_EQ(read({parts(R"({"functionCall":{"name":"f","willContinue":true}})"),
                  parts(R"({"functionCall":{"partialArgs":[{"jsonPath":"$.a","numberValue":1}]}})"),
                  parts(R"({"text":""})", R"(,"finishReason":"STOP")")}),
            (Lines{"start  ", "open 0 tool_call  f", R"(delta 0 {"a":1})", "close 0", "finish tool STOP", "end"}));
}

TEST(GeminiStream, AWildIndexInAPathIsSkipped) {
  const Lines lines = read({parts(R"({"functionCall":{"name":"f","partialArgs":[{"jsonPath":"$.a[99999999]","numberValue":1}]}})",
                                  R"(,"finishReason":"STOP")")});
  EXPECT_EQ(lines[2], R"(delta 0 {"a":null})");
}

TEST(GeminiStream, ImagesAndOwnToolsAreWholeParts) {
  EXPECT_EQ(
      read({parts(
          R"({"inlineData":{"mimeType":"image/png","data":"_-8="}},{"executableCode":{"language":"PYTHON","code":"1"}},{"inlineData":{"mimeType":"image/png","data":"AA=="},"thought":true})",
          R"(,"finishReason":"STOP")")}),
      (Lines{"start  ", "open 0 media image/png /+8=", "close 0", "open 1 foreign gemini:executableCode", "close 1",
             "open 2 foreign gemini:inlineData", "close 2", "finish stop STOP", "end"}));
}

TEST(GeminiStream, CitedPagesAreNotes) {
  const Lines lines =
      read({parts(R"({"text":"t"})", R"(,"groundingMetadata":{"groundingChunks":[{"web":{"uri":"https://e.org","title":"E"}}]})"),
            parts(R"({"text":"u"})",
                  R"(,"groundingMetadata":{},"citationMetadata":{"citationSources":[{"uri":"https://f.org"}]},"finishReason":"STOP")")});
  EXPECT_EQ(lines, (Lines{"start  ", "open 0 text", "delta 0 t", "delta 0 u", "note 0 https://e.org E", "note 0 https://f.org ", "close 0",
                          "finish stop STOP", "end"}));
}

TEST(GeminiStream, ABlockedPromptIsAFilteredAnswer) {
  EXPECT_EQ(read({R"({"promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":{"promptTokenCount":3}})"}),
            (Lines{"start  ", "usage i3", "finish filter SAFETY", "end"}));
}

TEST(GeminiStream, FailedGenerationsAndUnknownWordsHaveTheirClass) {
  EXPECT_EQ(read({parts("", R"(,"finishReason":"MALFORMED_FUNCTION_CALL")")})[1], "finish error MALFORMED_FUNCTION_CALL");
  EXPECT_EQ(read({parts("", R"(,"finishReason":"NEW_WORD")")})[1], "finish other NEW_WORD");
}

TEST(GeminiStream, SeveralCandidatesAreChoices) {
  EXPECT_EQ(
      read(
          {R"({"candidates":[{"index":0,"content":{"parts":[{"text":"a"}]},"finishReason":"STOP"},{"index":1,"content":{"parts":[{"text":"b"}]},"finishReason":"STOP"}]})"}),
      (Lines{"start  ", "open 0 text", "delta 0 a", "open 1 text choice=1", "delta 1 b", "close 0", "finish stop STOP", "close 1",
             "finish stop STOP choice=1", "end"}));
}

TEST(GeminiStream, AnErrorAfterAnEarlyFinishIsAFailure) {
  EXPECT_EQ(
      read({parts(R"({"text":"a"})", R"(,"finishReason":"STOP")"), R"({"error":{"code":499,"message":"cancelled","status":"CANCELLED"}})"})
          .back()
          .substr(0, 8),
      "failure ");
  EXPECT_EQ(read({R"([{"error":{"code":429,"message":"slow","status":"RESOURCE_EXHAUSTED"}}])"}), Lines{"failure rate_limited slow"});
}

TEST(GeminiStream, WithoutAFinishTheStreamWasCut) {
  const std::string failure = "failure upstream_protocol The provider's stream ended before its answer was complete.";
  EXPECT_EQ(read({parts(R"({"text":"a"})")}).back(), failure);
  EXPECT_EQ(read({}), Lines{failure});
}

TEST(GeminiReply, AnArrayOfChunksIsOneAnswer) {
  const auto events =
      Gemini::decode_reply("[" + parts(R"({"text":"a"})") + ",\n" + parts(R"({"text":"b"})", R"(,"finishReason":"STOP")") + "]");
  ASSERT_TRUE(events);
  EXPECT_EQ(test::spelled(*events), (Lines{"start  ", "open 0 text", "delta 0 a", "delta 0 b", "close 0", "finish stop STOP", "end"}));
  EXPECT_FALSE(Gemini::decode_reply("{\"x\":1}"));
  EXPECT_FALSE(Gemini::decode_reply(R"([{"error":{"code":400,"message":"m"}}])"));
}

template <class T>
const T& as(const ir::Part& part) {
  return std::get<T>(part.value);
}

ir::ChatRequest request_of(std::string_view body) {
  auto request = Gemini::decode_request(body);
  EXPECT_TRUE(request) << (request ? "" : request.error().message);
  return request ? *std::move(request) : ir::ChatRequest();
}

TEST(GeminiRequest, BothSpellingsAreRead) {
  for (
      const char* body :
      {R"({"systemInstruction":{"parts":[{"text":"s"}]},"contents":[{"parts":[{"inlineData":{"mimeType":"image/png","data":"_w"}},{"fileData":{"fileUri":"https://e.org/a.pdf","mimeType":"application/pdf"}}]}],"generationConfig":{"maxOutputTokens":5,"topP":0.5,"topK":4,"stopSequences":["x"],"thinkingConfig":{"includeThoughts":true,"thinkingBudget":0}},"toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["f"]}},"tools":[{"functionDeclarations":[{"name":"f","parametersJsonSchema":{"type":"object"}}]}],"safetySettings":[]})",
       R"({"system_instruction":"s","contents":[{"parts":[{"inline_data":{"mime_type":"image/png","data":"_w"}},{"file_data":{"file_uri":"https://e.org/a.pdf","mime_type":"application/pdf"}}]}],"generation_config":{"max_output_tokens":5,"top_p":0.5,"top_k":4,"stop_sequences":["x"],"thinking_config":{"include_thoughts":true,"thinking_budget":0}},"tool_config":{"function_calling_config":{"mode":"ANY","allowed_function_names":["f"]}},"tools":[{"function_declarations":[{"name":"f","parameters_json_schema":{"type":"object"}}]}],"safety_settings":[]})"}) {
    const ir::ChatRequest request = request_of(body);
    EXPECT_EQ(as<ir::Text>(request.system[0]).text, "s");
    EXPECT_EQ(as<ir::Media>(request.turns[0].parts[0]).data, "/w==");
    EXPECT_EQ(as<ir::Media>(request.turns[0].parts[1]).source, ir::Media::Source::url);
    EXPECT_EQ(request.max_output, 5);
    EXPECT_EQ(request.top_p, 0.5);
    EXPECT_EQ(request.top_k, 4);
    EXPECT_EQ(request.stop, std::vector<std::string>{"x"});
    EXPECT_EQ(request.thinking.mode, ir::Thinking::Mode::off);
    EXPECT_EQ(request.thinking.show, true);
    EXPECT_EQ(request.tool_choice.mode, ir::ToolChoice::Mode::one);
    EXPECT_EQ(request.tools[0].schema, R"({"type":"object"})");
    ASSERT_EQ(request.extras.size(), 1U);
    EXPECT_EQ(request.extras[0].name, "safetySettings");
  }
}

TEST(GeminiRequest, ChunksThatAClientKeptAreOneTurnAgain) {
  const std::string carrier = wrap_opaque_base64({ir::Format::anthropic, "signature", "sig"});
  const ir::ChatRequest request = request_of(
      R"({"contents":[{"role":"user","parts":[{"text":"q"}]},{"role":"model","parts":[{"text":"th","thought":true}]},{"role":"model","parts":[{"text":"ink","thought":true}]},
    {"role":"model","parts":[{"text":"","thought":true,"thoughtSignature":")" +
      carrier + R"("}]},{"role":"model","parts":[{"text":"an"}]},{"role":"model","parts":[{"text":"swer"}]}]})");
  ASSERT_EQ(request.turns.size(), 2U);
  ASSERT_EQ(request.turns[1].parts.size(), 2U);
  const auto& reasoning = as<ir::Reasoning>(request.turns[1].parts[0]);
  EXPECT_EQ(reasoning.text, "think");
  EXPECT_EQ(reasoning.opaque.at(0).origin, ir::Format::anthropic);
  EXPECT_EQ(as<ir::Text>(request.turns[1].parts[1]).text, "answer");
}

TEST(GeminiRequest, ResultsAreReadByConvention) {
  const ir::ChatRequest request = request_of(
      R"({"contents":[{"role":"model","parts":[{"functionCall":{"name":"f","args":{"a":1}},"thoughtSignature":"S"},{"functionCall":{"name":"g"}}]},
    {"role":"user","parts":[{"functionResponse":{"name":"f","response":{"output":"out"}}},{"functionResponse":{"name":"g","id":"i","response":{"error":"bad"}}},{"functionResponse":{"name":"h","response":{"x":1}}}]}]})");
  EXPECT_EQ(as<ir::ToolCall>(request.turns[0].parts[0]).opaque->bytes, "S");
  const auto& results = request.turns[1].parts;
  EXPECT_EQ(as<ir::Text>(as<ir::ToolResult>(results[0]).content[0]).text, "out");
  EXPECT_TRUE(as<ir::ToolResult>(results[1]).is_error);
  EXPECT_EQ(as<ir::ToolResult>(results[1]).call_id, "i");
  EXPECT_EQ(as<ir::Text>(as<ir::ToolResult>(results[2]).content[0]).text, R"({"x":1})");
}

TEST(GeminiRequest, EncryptedReasoningOnACallComesBackBeforeIt) {
  const std::string carrier = wrap_opaque_base64({ir::Format::openai_responses, "encrypted", "gAAA"}, "rs_1");
  const ir::ChatRequest request =
      request_of(R"({"contents":[{"role":"model","parts":[{"functionCall":{"name":"f"},"thoughtSignature":")" + carrier + R"("}]}]})");
  const auto& reasoning = as<ir::Reasoning>(request.turns[0].parts[0]);
  EXPECT_EQ(reasoning.id, "rs_1");
  EXPECT_EQ(reasoning.opaque.at(0).bytes, "gAAA");
  EXPECT_FALSE(as<ir::ToolCall>(request.turns[0].parts[1]).opaque);
}

TEST(GeminiRequest, FilesOfTheVendorAreKnownToItOnly) {
  const ir::ChatRequest request = request_of(
      R"({"contents":[{"parts":[{"fileData":{"fileUri":"gs://b/o","mimeType":"video/mp4"}},{"fileData":{"fileUri":"https://generativelanguage.googleapis.com/v1beta/files/x"}}]}]})");
  for (const ir::Part& part : request.turns[0].parts) EXPECT_EQ(as<ir::Media>(part).source, ir::Media::Source::file_id);
}

TEST(GeminiRequest, AWrongFieldIsRefusedByName) {
  const auto param = [](std::string_view body) {
    const auto request = Gemini::decode_request(body);
    EXPECT_FALSE(request) << body;
    return request ? std::string() : request.error().param;
  };
  EXPECT_EQ(param("{}"), "contents");
  EXPECT_EQ(param(R"({"contents":[{"role":"bot","parts":[]}]})"), "contents.0.role");
  EXPECT_EQ(param(R"({"contents":[{"parts":["x"]}]})"), "contents.0.parts.0");
  EXPECT_EQ(param(R"({"contents":[],"generationConfig":{"temperature":"hot"}})"), "generationConfig.temperature");
  EXPECT_EQ(param(R"({"contents":[],"tools":[{"functionDeclarations":[{}]}]})"), "tools.0.functionDeclarations.0.name");
}

}  // namespace
}  // namespace omniroute::codec
