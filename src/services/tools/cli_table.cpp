#include "cli_table.hpp"

#include <algorithm>

namespace omniroute::services {
namespace {

using Source = CliSource;

/// Claude Code: its settings put variables into its environment. The address goes without /v1.
CliTool claude() {
  CliTool tool{"claude", "Claude Code", {"claude"}, {{{".claude/settings.json"}}}, {{"opus"}, {"sonnet"}, {"haiku"}}, {}};
  tool.leaves = {{Source::origin, {"env", "ANTHROPIC_BASE_URL"}},
                 {Source::key, {"env", "ANTHROPIC_AUTH_TOKEN"}},
                 {Source::model, {"env", "ANTHROPIC_DEFAULT_OPUS_MODEL"}, "", "opus"},
                 {Source::model, {"env", "ANTHROPIC_DEFAULT_SONNET_MODEL"}, "", "sonnet"},
                 {Source::model, {"env", "ANTHROPIC_DEFAULT_HAIKU_MODEL"}, "", "haiku"}};
  tool.named = false;
  return tool;
}

/// Codex: a provider of its own with the key in its section, so that auth.json and with it a login at OpenAI stay as they are.
CliTool codex() {
  CliTool tool{"codex", "Codex", {"codex"}, {{{".codex/config.toml"}, true}}, {{"model"}}, {}};
  const auto section = [](const char* name) { return TextPath{"model_providers", "omniroute", name}; };
  tool.leaves = {{Source::model, {"model"}, "", "model"},
                 {Source::literal, {"model_provider"}, R"("omniroute")", "", 0, "", true},
                 {Source::literal, section("name"), R"("OmniRoute")"},
                 {Source::base, section("base_url")},
                 {Source::literal, section("wire_api"), R"("responses")"},
                 {Source::key, section("experimental_bearer_token")}};
  tool.notes = {"keeps_login"};
  return tool;
}

CliTool openclaw() {
  CliTool tool{"openclaw", "OpenClaw", {"openclaw"}, {{{".openclaw/openclaw.json"}}}, {{"model", true}}, {}};
  const auto ours = [](const char* name) { return TextPath{"models", "providers", "omniroute", name}; };
  tool.leaves = {{Source::base, ours("baseUrl")},
                 {Source::key, ours("apiKey")},
                 {Source::literal, ours("api"), R"("openai-completions")"},
                 {Source::literal, ours("models"), R"([{"id":"$model","name":"$model"}])"},
                 {Source::model, {"agents", "defaults", "model", "primary"}, "omniroute/", "model", 0, "", true}};
  tool.own = {{"models", "providers", "omniroute"}};
  tool.notes = {"loopback_address"};
  return tool;
}

/// Cline: its own list of providers; the two files of earlier versions as well, where they are.
CliTool cline() {
  CliTool tool{"cline",           "Cline",
               {"cline"},         {{{".cline/data/settings/providers.json"}}, {{".cline/data/globalState.json"}, false, 1}},
               {{"model", true}}, {}};
  tool.files.push_back({{".cline/data/secrets.json"}, false, 1});
  const auto ours = [](const char* name) { return TextPath{"providers", "openai-compatible", "settings", name}; };
  tool.leaves = {{Source::literal, {"version"}, "1", "", 0, "", false, true},
                 {Source::literal, {"lastUsedProvider"}, R"("openai-compatible")", "", 0, R"("cline")", true},
                 {Source::literal, {"modes"}, "{}", "", 0, "", false, true},
                 {Source::literal, ours("provider"), R"("openai-compatible")"},
                 {Source::key, ours("apiKey")},
                 {Source::model, ours("model"), "", "model"},
                 {Source::base, ours("baseUrl")},
                 {Source::literal, {"providers", "openai-compatible", "updatedAt"}, R"("$now")", "", 0, "", false, true},
                 {Source::literal, {"providers", "openai-compatible", "tokenSource"}, R"("manual")", "", 0, "", false, true},
                 {Source::literal, {"actModeApiProvider"}, R"("openai")", "", 1, R"("cline")"},
                 {Source::literal, {"planModeApiProvider"}, R"("openai")", "", 1, R"("cline")"},
                 {Source::origin, {"openAiBaseUrl"}, "", "", 1},
                 {Source::model, {"openAiModelId"}, "", "model", 1},
                 {Source::model, {"planModeOpenAiModelId"}, "", "model", 1},
                 {Source::key, {"openAiApiKey"}, "", "", 2}};
  tool.own = {{"providers", "openai-compatible"}};
  tool.named = false;
  return tool;
}

/// OpenCode, and Kilo, which is made from it.
CliTool opencode(const char* id, const char* name, std::vector<std::string> commands, std::vector<std::string> paths) {
  CliTool tool{id, name, std::move(commands), {{std::move(paths)}}, {{"model", true}}, {}};
  const auto ours = [](std::vector<std::string> rest) {
    TextPath path{"provider", "omniroute"};
    path.insert(path.end(), rest.begin(), rest.end());
    return path;
  };
  tool.leaves = {{Source::literal, ours({"npm"}), R"("@ai-sdk/openai-compatible")"},
                 {Source::literal, ours({"name"}), R"("OmniRoute")"},
                 {Source::base, ours({"options", "baseURL"})},
                 {Source::key, ours({"options", "apiKey"})},
                 {Source::literal, ours({"models", "$model", "name"}), R"("$model")"},
                 {Source::model, {"model"}, "omniroute/", "model", 0, "", true}};
  tool.own = {{"provider", "omniroute"}};
  return tool;
}

CliTool droid() {
  CliTool tool{"droid", "Droid", {"droid"}, {{{".factory/settings.json"}}}, {{"model", true}}, {}};
  const auto ours = [](const char* name) { return TextPath{"customModels", "$ours", name}; };
  tool.mark = {"displayName"};
  tool.mark_text = "OmniRoute";
  tool.leaves = {{Source::literal, ours("displayName"), R"("OmniRoute")"},
                 {Source::model, ours("model"), "", "model"},
                 {Source::base, ours("baseUrl")},
                 {Source::key, ours("apiKey")},
                 {Source::literal, ours("provider"), R"("openai")"},
                 {Source::literal, ours("maxOutputTokens"), "131072"},
                 {Source::literal, ours("noImageSupport"), "false"}};
  tool.own = {{"customModels", "$ours"}};
  tool.notes = {"choose_model"};
  return tool;
}

CliTool continue_dev() {
  CliTool tool{"continue",        "Continue", {"cn"}, {{{".continue/config.json"}, false, CliFile::none, ".continue/config.yaml"}},
               {{"model", true}}, {}};
  const auto ours = [](const char* name) { return TextPath{"models", "$ours", name}; };
  tool.mark = {"title"};
  tool.mark_text = "OmniRoute";
  tool.leaves = {{Source::literal, ours("title"), R"("OmniRoute")"},
                 {Source::literal, ours("provider"), R"("openai")"},
                 {Source::model, ours("model"), "", "model"},
                 {Source::base, ours("apiBase")},
                 {Source::key, ours("apiKey")}};
  tool.own = {{"models", "$ours"}};
  tool.guide =
      "models:\n  - name: OmniRoute\n    provider: openai\n    model: \"{model}\"\n    apiBase: \"{base}\"\n    apiKey: \"{key}\"\n";
  tool.guide_language = "yaml";
  tool.notes = {"choose_model"};
  return tool;
}

CliTool gemini() {
  CliTool tool{"gemini", "Gemini CLI", {"gemini"}, {}, {{"model"}}, {}};
  tool.guide = "export GOOGLE_GEMINI_BASE_URL={origin}\nexport GEMINI_API_KEY={key}\ngemini --model {model}\n";
  tool.guide_language = "sh";
  return tool;
}

CliTool cursor() {
  CliTool tool{"cursor", "Cursor", {"cursor"}, {}, {{"model"}}, {}};
  tool.guide = "Settings > Models > API Keys\nOpenAI API Key: {key}\nOverride OpenAI Base URL: {base}\nAdd custom model: {model}\n";
  tool.notes = {"public_address"};
  return tool;
}

CliTool roo() {
  CliTool tool{"roo", "Roo Code", {}, {}, {{"model"}}, {}};
  tool.guide = "API Provider: OpenAI Compatible\nBase URL: {base}\nAPI Key: {key}\nModel: {model}\n";
  return tool;
}

}  // namespace

const std::vector<CliTool>& cli_tools() {
  static const std::vector<CliTool> tools{
      claude(),
      codex(),
      openclaw(),
      cline(),
      opencode("kilo", "Kilo", {"kilo", "kilocode"}, {".config/kilo/kilo.jsonc", ".config/kilo/kilo.json"}),
      opencode("opencode", "OpenCode", {"opencode"}, {".config/opencode/opencode.jsonc", ".config/opencode/opencode.json"}),
      droid(),
      continue_dev(),
      gemini(),
      cursor(),
      roo()};
  return tools;
}

const CliTool* find_cli_tool(std::string_view id) {
  const auto& tools = cli_tools();
  const auto found = std::find_if(tools.begin(), tools.end(), [&](const CliTool& tool) { return tool.id == id; });
  return found == tools.end() ? nullptr : &*found;
}

}  // namespace omniroute::services
