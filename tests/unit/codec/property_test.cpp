// What holds for every request and answer, over ones made by dice.
#include <gtest/gtest.h>

#include <array>

#include "canonical.hpp"
#include "made.hpp"
#include "omniroute/codec/codec.hpp"

namespace omniroute::codec {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array formats{Format::openai_chat, Format::openai_responses, Format::anthropic, Format::gemini};
constexpr unsigned seeds = 60;

struct Written {
  std::string text;
  Losses losses;
};

Written written(Format format, const ir::ChatRequest& request) {
  Written out;
  Target target;
  target.model = "m";
  Result<std::string> text = codec_for(format).encode_request(request, target, out.losses);
  EXPECT_TRUE(text) << (text ? "" : text.error().message);
  if (text) out.text = *std::move(text);
  return out;
}

ir::ChatRequest read(Format format, const std::string& text) {
  Result<ir::ChatRequest> request = codec_for(format).decode_request(text);
  EXPECT_TRUE(request) << (request ? "" : request.error().message) << text;
  return request ? *std::move(request) : ir::ChatRequest();
}

// Parts with their speakers, wherever turns are cut: a format joins and parts them by its own rules.
Json flat(const ir::ChatRequest& request) {
  Json whole = tests::canonical(request);
  Json parts = Json::array();
  for (const Json& turn : whole["turns"])
    for (const Json& part : turn["parts"]) {
      parts.push_back({{"role", turn["role"]}, {"part", part}});
      for (const char* key : {"raw", "name"}) parts.back()["part"].erase(key);  // of a result: written from its content
    }
  whole["turns"] = parts;
  whole.erase("model");  // the target's went out
  return whole;
}

std::string losses_of(const Losses& losses) {
  std::string out;
  for (const Loss& loss : losses) out += loss.field + ": " + loss.why + "\n";
  return out;
}

TEST(Property, ARequestComesBackFromItsOwnFormatAsItWas) {
  for (const Format format : formats)
    for (unsigned seed = 0; seed < seeds; ++seed) {
      const ir::ChatRequest request = tests::made_request(seed, format);
      const Written there = written(format, request);
      ASSERT_EQ(losses_of(there.losses), "") << domain::to_string(format) << ' ' << seed;
      ASSERT_EQ(flat(read(format, there.text)), flat(request)) << domain::to_string(format) << ' ' << seed << '\n' << there.text;
    }
}

// What got through once gets through always, and nothing more is lost.
TEST(Property, ARequestWrittenForAnotherFormatIsWholeThere) {
  for (const Format from : formats)
    for (const Format to : formats)
      for (unsigned seed = 0; seed < seeds; ++seed) {
        const std::string where =
            std::string(domain::to_string(from)) + " to " + std::string(domain::to_string(to)) + ' ' + std::to_string(seed) + '\n';
        const Written once = written(to, tests::made_request(seed, from));
        const Written again = written(to, read(to, once.text));
        ASSERT_EQ(again.text, once.text) << where;
        ASSERT_EQ(losses_of(again.losses), "") << where << once.text;
      }
}

struct Said {
  std::string user, assistant, system, calls, results;
  bool operator==(const Said&) const = default;
};

// Texts with nothing between them: formats join and part them.
Said said(const ir::ChatRequest& request) {
  Said out;
  for (const ir::Part& part : request.system) out.system += std::get<ir::Text>(part.value).text;
  std::erase(out.system, '\n');
  for (const ir::Turn& turn : request.turns)
    for (const ir::Part& part : turn.parts) {
      if (const auto* text = std::get_if<ir::Text>(&part.value)) (turn.role == ir::Role::user ? out.user : out.assistant) += text->text;
      if (const auto* media = std::get_if<ir::Media>(&part.value)) out.user += media->data;
      if (const auto* call = std::get_if<ir::ToolCall>(&part.value)) out.calls += call->id + call->name + call->arguments;
      const auto* result = std::get_if<ir::ToolResult>(&part.value);
      if (result == nullptr) continue;
      out.results += result->call_id;
      for (const ir::Part& inner : result->content) out.results += std::get<ir::Text>(inner.value).text;
    }
  return out;
}

TEST(Property, NoWordOfAConversationIsLostOnAnyWay) {
  for (const Format from : formats)
    for (const Format to : formats)
      for (unsigned seed = 0; seed < seeds; ++seed) {
        const ir::ChatRequest request = tests::made_request(seed, from);
        const std::string there = written(to, request).text;
        const ir::ChatRequest back = read(from, written(from, read(to, there)).text);
        ASSERT_EQ(said(back), said(request)) << domain::to_string(from) << " to " << domain::to_string(to) << ' ' << seed << '\n' << there;
      }
}

}  // namespace
}  // namespace omniroute::codec
