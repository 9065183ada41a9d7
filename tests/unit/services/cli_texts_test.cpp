#include "tools/cli_texts.hpp"

#include <gtest/gtest.h>

namespace omniroute::services {
namespace {

CliChoice choice_of(std::map<std::string, std::string> models) {
  CliChoice choice;
  choice.url = "http://127.0.0.1:20128/v1/";
  choice.key = Secret("sk-omr-k");
  choice.models = std::move(models);
  choice.now = "2026-02-20T12:34:56.789Z";
  return choice;
}

struct Row {
  const char* tool;
  std::map<std::string, std::string> models;
  std::vector<std::optional<std::string>> before;
  std::vector<std::optional<std::string>> after;  ///< nothing = is not written
};

const Row rows[] = {
    {"claude",
     {{"opus", "best"}, {"haiku", "oc/small"}},
     {"{\n  \"model\": \"opus\",\n  \"env\": {\n    \"MINE\": \"1\"\n  },\n  \"hooks\": {}\n}\n"},
     {"{\n  \"model\": \"opus\",\n  \"env\": {\n    \"MINE\": \"1\",\n    \"ANTHROPIC_BASE_URL\": \"http://127.0.0.1:20128\",\n"
      "    \"ANTHROPIC_AUTH_TOKEN\": \"sk-omr-k\",\n    \"ANTHROPIC_DEFAULT_OPUS_MODEL\": \"best\",\n"
      "    \"ANTHROPIC_DEFAULT_HAIKU_MODEL\": \"oc/small\"\n  },\n  \"hooks\": {}\n}\n"}},
    {"codex",
     {{"model", "oc/m"}},
     {"# mine\napproval_policy = \"never\" # always\n\n[mcp_servers.x]\ncommand = \"y\"\n"},
     {"# mine\napproval_policy = \"never\" # always\nmodel = \"oc/m\"\nmodel_provider = \"omniroute\"\n\n[mcp_servers.x]\ncommand = "
      "\"y\"\n\n"
      "[model_providers.omniroute]\nname = \"OmniRoute\"\nbase_url = \"http://127.0.0.1:20128/v1\"\nwire_api = \"responses\"\n"
      "experimental_bearer_token = \"sk-omr-k\"\n"}},
    {"openclaw",
     {{"model", "combo"}},
     {"{\n  // channels\n  \"channels\": {},\n}\n"},
     {"{\n  // channels\n  \"channels\": {},\n  \"models\": {\n    \"providers\": {\n      \"omniroute\": {\n"
      "        \"baseUrl\": \"http://127.0.0.1:20128/v1\",\n        \"apiKey\": \"sk-omr-k\",\n        \"api\": \"openai-completions\",\n"
      "        \"models\": [\n          {\n            \"id\": \"combo\",\n            \"name\": \"combo\"\n          }\n        ]\n      "
      "}\n    }\n  },\n"
      "  \"agents\": {\n    \"defaults\": {\n      \"model\": {\n        \"primary\": \"omniroute/combo\"\n      }\n    }\n  },\n}\n"}},
    {"cline",
     {{"model", "m"}},
     {std::nullopt, std::nullopt, std::nullopt},
     {"{\n  \"version\": 1,\n  \"lastUsedProvider\": \"openai-compatible\",\n  \"modes\": {},\n  \"providers\": {\n    "
      "\"openai-compatible\": {\n"
      "      \"settings\": {\n        \"provider\": \"openai-compatible\",\n        \"apiKey\": \"sk-omr-k\",\n        \"model\": \"m\",\n"
      "        \"baseUrl\": \"http://127.0.0.1:20128/v1\"\n      },\n      \"updatedAt\": \"2026-02-20T12:34:56.789Z\",\n      "
      "\"tokenSource\": \"manual\"\n"
      "    }\n  }\n}\n",
      std::nullopt, std::nullopt}},
    {"opencode",
     {{"model", "oc/m"}},
     {"{\"theme\":\"x\"}"},
     {"{\"theme\":\"x\",\"provider\":{\"omniroute\":{\"npm\":\"@ai-sdk/openai-compatible\",\"name\":\"OmniRoute\",\"options\":{\"baseURL\":"
      "\"http://127.0.0.1:20128/v1\",\"apiKey\":\"sk-omr-k\"},\"models\":{\"oc/m\":{\"name\":\"oc/m\"}}}},\"model\":\"omniroute/oc/m\"}"}},
    {"droid",
     {{"model", "m"}},
     {"{\n  \"customModels\": [\n    {\n      \"model\": \"other\"\n    }\n  ]\n}\n"},
     {"{\n  \"customModels\": [\n    {\n      \"model\": \"other\"\n    },\n    {\n      \"displayName\": \"OmniRoute\",\n      \"model\": "
      "\"m\",\n"
      "      \"baseUrl\": \"http://127.0.0.1:20128/v1\",\n      \"apiKey\": \"sk-omr-k\",\n      \"provider\": \"openai\",\n"
      "      \"maxOutputTokens\": 131072,\n      \"noImageSupport\": false\n    }\n  ]\n}\n"}},
    {"continue",
     {{"model", "m"}},
     {"{\n  \"models\": [],\n  \"slashCommands\": []\n}\n"},
     {"{\n  \"models\": [\n    {\n      \"title\": \"OmniRoute\",\n      \"provider\": \"openai\",\n      \"model\": \"m\",\n"
      "      \"apiBase\": \"http://127.0.0.1:20128/v1\",\n      \"apiKey\": \"sk-omr-k\"\n    }\n  ],\n  \"slashCommands\": []\n}\n"}},
};

TEST(CliTexts, AreWrittenBesideWhatIsThereAndTakenAwayAgain) {
  for (const Row& row : rows) {
    const CliTool& tool = *find_cli_tool(row.tool);
    std::size_t bad = 0;
    Result<CliTexts> texts = CliTexts::read(tool, row.before, bad);
    ASSERT_TRUE(texts) << row.tool << ": " << texts.error().message;
    EXPECT_TRUE(texts->facts().base.empty()) << row.tool;
    const Status put = texts->put(choice_of(row.models), bad);
    ASSERT_TRUE(put) << row.tool << ": " << put.error().message;
    for (std::size_t i = 0; i < row.after.size(); ++i) {
      ASSERT_EQ(texts->used(i), row.after[i].has_value()) << row.tool;
      if (row.after[i]) {
        EXPECT_EQ(texts->text(i), *row.after[i]) << row.tool;
      }
    }
    const CliFacts facts = texts->facts();
    EXPECT_EQ(origin_of_url(facts.base), "http://127.0.0.1:20128") << row.tool;
    EXPECT_TRUE(facts.chosen_ours) << row.tool;
    EXPECT_EQ(facts.key, "sk-omr-k") << row.tool;
    EXPECT_EQ(facts.models, row.models) << row.tool;

    ASSERT_TRUE(texts->put(choice_of(row.models), bad)) << row.tool;
    EXPECT_EQ(texts->text(0), *row.after[0]) << row.tool << ": the same again changes nothing";
    texts->take_away();
    EXPECT_EQ(texts->text(0).find("omniroute"), std::string::npos) << texts->text(0);
    EXPECT_EQ(texts->text(0).find("sk-omr-k"), std::string::npos) << texts->text(0);
    if (row.before[0] && std::string(row.tool) != "continue") {
      EXPECT_EQ(texts->text(0), *row.before[0]) << row.tool;
    }
  }
}

TEST(CliTexts, TheFilesOfAnEarlierClineAreWrittenWhereTheyAre) {
  const CliTool& tool = *find_cli_tool("cline");
  std::size_t bad = 0;
  Result<CliTexts> texts = CliTexts::read(tool, {std::nullopt, "{\"actModeApiProvider\":\"anthropic\"}", std::nullopt}, bad);
  ASSERT_TRUE(texts);
  ASSERT_TRUE(texts->put(choice_of({{"model", "m"}}), bad));
  EXPECT_EQ(texts->text(1),
            "{\"actModeApiProvider\":\"openai\",\"planModeApiProvider\":\"openai\",\"openAiBaseUrl\":\"http://127.0.0.1:20128\","
            "\"openAiModelId\":\"m\",\"planModeOpenAiModelId\":\"m\"}");
  EXPECT_EQ(texts->text(2), "{\n  \"openAiApiKey\": \"sk-omr-k\"\n}\n");
  texts->take_away();
  EXPECT_EQ(texts->text(1), "{\"actModeApiProvider\":\"cline\",\"planModeApiProvider\":\"cline\"}");
  EXPECT_EQ(texts->text(2), "{}\n");
}

TEST(CliTexts, WhatPointsElsewhereIsSeenAndOnlyOursGoes) {
  const CliTool& tool = *find_cli_tool("codex");
  std::size_t bad = 0;
  Result<CliTexts> texts = CliTexts::read(
      tool,
      {"model = \"gpt\"\nmodel_provider = \"azure\"\n\n[model_providers.omniroute]\nbase_url = \"http://127.0.0.1:20128/v1\"\nmine = 1\n"},
      bad);
  ASSERT_TRUE(texts);
  EXPECT_FALSE(texts->facts().chosen_ours);
  EXPECT_EQ(texts->facts().chosen, "azure");
  texts->take_away();
  EXPECT_EQ(texts->text(0), "model = \"gpt\"\nmodel_provider = \"azure\"\n\n[model_providers.omniroute]\nmine = 1\n");
}

TEST(CliTexts, AModelThatIsNotChosenStaysAndAnEmptyOneGoes) {
  const CliTool& tool = *find_cli_tool("claude");
  std::size_t bad = 0;
  Result<CliTexts> texts = CliTexts::read(
      tool, {"{\n  \"env\": {\n    \"ANTHROPIC_DEFAULT_OPUS_MODEL\": \"a\",\n    \"ANTHROPIC_DEFAULT_SONNET_MODEL\": \"b\"\n  }\n}\n"},
      bad);
  ASSERT_TRUE(texts);
  ASSERT_TRUE(texts->put(choice_of({{"opus", ""}}), bad));
  const std::map<std::string, std::string> left{{"sonnet", "b"}};
  EXPECT_EQ(texts->facts().models, left);
}

TEST(CliTexts, ABadFileIsNamedByItsNumber) {
  std::size_t bad = 7;
  const Result<CliTexts> texts = CliTexts::read(*find_cli_tool("cline"), {std::nullopt, "{", std::nullopt}, bad);
  ASSERT_FALSE(texts);
  EXPECT_EQ(bad, 1u);
}

}  // namespace
}  // namespace omniroute::services
