#include "omniroute/catalog/catalog.hpp"

#include <gtest/gtest.h>

namespace omniroute::catalog {
namespace {

using domain::Format;

Catalog embedded() {
  auto catalog = Catalog::embedded();
  EXPECT_TRUE(catalog);
  return *std::move(catalog);
}

domain::Node node_of(Format format, std::string base_url) {
  domain::Node node;
  node.id = "node-1";
  node.prefix = "lab";
  node.name = "The lab";
  node.format = format;
  node.base_url = std::move(base_url);
  node.ca_file = "/etc/lab.pem";
  return node;
}

TEST(Catalog, FindsByAliasAndById) {
  const Catalog catalog = embedded();
  ASSERT_NE(catalog.find("ds"), nullptr);
  EXPECT_EQ(catalog.find("ds"), catalog.find("deepseek"));
  EXPECT_EQ(catalog.find("ds")->chat_url, "https://api.deepseek.com/v1/chat/completions");
  EXPECT_EQ(catalog.find("cc")->name, "Claude Code");
  EXPECT_EQ(catalog.find(""), nullptr);
  EXPECT_EQ(catalog.find("DS"), nullptr);
}

TEST(Catalog, EveryModelNameOfTheProductPageLeadsToAListedModel) {
  const Catalog catalog = embedded();
  for (const std::string_view name :
       {"cc/claude-opus-4-6", "cx/gpt-5.2-codex", "gc/gemini-3-flash-preview", "gc/gemini-3-flash", "gh/gpt-5",
        "nvidia/llama-3.3-70b-instruct", "nvidia/llama-3.3-70b", "deepseek/deepseek-chat", "groq/llama-3.3-70b", "glm/glm-4.7",
        "minimax/MiniMax-M2.1", "kimi/kimi-latest", "if/kimi-k2-thinking", "qw/qwen3-coder-plus", "kr/claude-sonnet-4.5"}) {
    const std::size_t slash = name.find('/');
    const Provider* provider = catalog.find(name.substr(0, slash));
    ASSERT_NE(provider, nullptr) << name;
    EXPECT_NE(provider->model(catalog.current_model(provider->id, name.substr(slash + 1))), nullptr) << name;
  }
}

TEST(Catalog, KeepsNamesThatWereNeverRenamed) {
  const Catalog catalog = embedded();
  EXPECT_EQ(catalog.current_model("groq", "llama-3.3-70b"), "llama-3.3-70b-versatile");
  EXPECT_EQ(catalog.current_model("cerebras", "llama-3.3-70b"), "llama-3.3-70b");
  EXPECT_EQ(catalog.current_model("nobody", "x"), "x");
}

TEST(Catalog, AFormatWeDoNotSpeakYetKeepsItsWord) {
  const Catalog catalog = embedded();
  EXPECT_FALSE(catalog.find("kiro")->format);
  EXPECT_EQ(catalog.find("kiro")->format_word, "kiro");
  EXPECT_EQ(catalog.find("anthropic")->format, Format::anthropic);
}

TEST(Catalog, ModelsTakeTheContextOfTheirProviderUnlessTheyHaveTheirOwn) {
  const Catalog catalog = embedded();
  EXPECT_EQ(catalog.find("glm")->model("glm-4.5v")->context, 16000);
  EXPECT_EQ(catalog.find("glm")->model("glm-4.7")->context, 200000);
  EXPECT_FALSE(catalog.find("kimi")->model("kimi-latest")->context);
}

TEST(Catalog, AnUnnamedPriceIsThatOfWhatItIsPartOf) {
  const auto catalog =
      Catalog::parse(R"({"providers":[{"id":"a","alias":"a","name":"A","tier":"cheap","auth":"apikey","permission":"official",
    "format":"openai-chat","chat_url":"https://a.example/v1/chat/completions","models":[{"id":"m","name":"M","price":{"input":2,"output":8,"cache_read":0.5}}]}]})");
  ASSERT_TRUE(catalog) << catalog.error().message;
  const Price& price = *catalog->find("a")->model("m")->price;
  EXPECT_EQ(price.cache_read, 0.5);
  EXPECT_EQ(price.cache_write, 2);
  EXPECT_EQ(price.reasoning, 8);
}

TEST(Catalog, AModelOfAnotherFormatHasAnotherAddress) {
  const Catalog catalog = embedded();
  EXPECT_EQ(catalog.find("gh")->url_for("gpt-5", true), "https://api.githubcopilot.com/chat/completions");
  EXPECT_EQ(catalog.find("gh")->url_for("gpt-5-codex", true), "https://api.githubcopilot.com/responses");
}

TEST(Catalog, TheModelGoesIntoTheUrlEncoded) {
  const Catalog catalog = embedded();
  EXPECT_EQ(catalog.find("gemini")->url_for("gemini-2.5-pro", false),
            "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-pro:generateContent");
  EXPECT_EQ(catalog.find("gemini")->url_for("a?b#c d%", true),
            "https://generativelanguage.googleapis.com/v1beta/models/a%3Fb%23c%20d%25:streamGenerateContent?alt=sse");
}

TEST(Catalog, TheDemoIsServedWhereWeSay) {
  Catalog catalog = embedded();
  catalog.serve_demo_at("http://127.0.0.1:4711/demo/v1");
  EXPECT_EQ(catalog.find("demo")->url_for("echo", true), "http://127.0.0.1:4711/demo/v1/chat/completions");
  EXPECT_EQ(catalog.find("demo")->models_url, "http://127.0.0.1:4711/demo/v1/models");
  EXPECT_EQ(catalog.find("demo")->auth, Auth::none);
  EXPECT_NE(catalog.find("demo")->model("story"), nullptr);
}

TEST(Catalog, AMistakeInTheDataIsNamedWithItsPlace) {
  const auto no_url = Catalog::parse(
      R"({"providers":[{"id":"a","alias":"a","name":"A","tier":"cheap","auth":"apikey","permission":"official","format":"openai-chat","models":[]}]})");
  ASSERT_FALSE(no_url);
  EXPECT_EQ(no_url.error().param, "providers.0.chat_url");
  const auto bad_tier = Catalog::parse(
      R"({"providers":[{"id":"a","alias":"a","name":"A","tier":"golden","auth":"apikey","permission":"official","format":"x","chat_url":"u","models":[]}]})");
  ASSERT_FALSE(bad_tier);
  EXPECT_EQ(bad_tier.error().param, "providers.0.tier");
  EXPECT_FALSE(Catalog::parse("{"));
}

TEST(Catalog, TwoEntriesOfOneNameAreRefused) {
  const auto twice = Catalog::parse(R"({"providers":[
    {"id":"a","alias":"x","name":"A","tier":"cheap","auth":"apikey","permission":"official","format":"f","chat_url":"u","models":[]},
    {"id":"x","alias":"b","name":"B","tier":"cheap","auth":"apikey","permission":"official","format":"f","chat_url":"u","models":[]}]})");
  ASSERT_FALSE(twice);
  EXPECT_NE(twice.error().message.find("providers.1"), std::string::npos);
}

TEST(NodeProvider, HasTheAddressesOfItsFormat) {
  const Provider chat = provider_from_node(node_of(Format::openai_chat, "http://127.0.0.1:11434/v1"));
  EXPECT_EQ(chat.chat_url, "http://127.0.0.1:11434/v1/chat/completions");
  EXPECT_EQ(chat.stream_url, chat.chat_url);
  EXPECT_EQ(chat.models_url, "http://127.0.0.1:11434/v1/models");
  EXPECT_EQ(chat.auth_header, "authorization");
  EXPECT_EQ(chat.auth_prefix, "Bearer ");

  const Provider responses = provider_from_node(node_of(Format::openai_responses, "https://x.example/v1"));
  EXPECT_EQ(responses.url_for("anything", true), "https://x.example/v1/responses");

  const Provider claude = provider_from_node(node_of(Format::anthropic, "https://x.example/v1"));
  EXPECT_EQ(claude.chat_url, "https://x.example/v1/messages");
  EXPECT_EQ(claude.count_tokens_url, "https://x.example/v1/messages/count_tokens");
  EXPECT_EQ(claude.auth_header, "x-api-key");
  ASSERT_EQ(claude.headers.size(), 1U);
  EXPECT_EQ(claude.headers[0].name, "anthropic-version");

  const Provider gemini = provider_from_node(node_of(Format::gemini, "https://x.example/v1beta"));
  EXPECT_EQ(gemini.url_for("m/1", true), "https://x.example/v1beta/models/m/1:streamGenerateContent?alt=sse");
  EXPECT_EQ(gemini.auth_header, "x-goog-api-key");
}

TEST(NodeProvider, IsNamedByIdAndPrefixAndTakesAnyModel) {
  const Provider provider = provider_from_node(node_of(Format::openai_chat, "https://x.example"));
  EXPECT_EQ(provider.id, "node-1");
  EXPECT_EQ(provider.alias, "lab");
  EXPECT_TRUE(provider.is_node);
  EXPECT_TRUE(provider.passthrough_models);
  EXPECT_EQ(provider.ca_file, "/etc/lab.pem");
  EXPECT_EQ(to_string(provider.tier), "node");
}

}  // namespace
}  // namespace omniroute::catalog
