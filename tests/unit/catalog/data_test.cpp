#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "omniroute/catalog/catalog.hpp"
#include "schema_check.hpp"

namespace omniroute::catalog {
namespace {

using nlohmann::json;

std::string file(const std::string& name) {
  std::ifstream stream(std::string(OMNIROUTE_SOURCE_DIR "/src/catalog/") + name);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

json schema() { return json::parse(file("providers.schema.json")); }
json data() { return json::parse(file("providers.json")); }

TEST(ProviderData, FollowsItsSchema) {
  for (const auto& violation : SchemaCheck(schema()).violations(data())) ADD_FAILURE() << violation;
}

TEST(ProviderData, TheSchemaCheckSeesEachKindOfMistake) {
  const auto broken = [](auto&& change) {
    json document = data();
    const json first = document["providers"][0];
    document["providers"] = json::array({first});
    change(document["providers"][0]);
    return SchemaCheck(schema()).violations(document).size();
  };
  EXPECT_EQ(broken([](json&) {}), 0U);
  EXPECT_GE(broken([](json& p) { p.erase("chat_url"); }), 1U);
  EXPECT_GE(broken([](json& p) { p["chat_url"] = "ftp://x"; }), 1U);
  EXPECT_GE(broken([](json& p) { p["surprise"] = 1; }), 1U);
  EXPECT_GE(broken([](json& p) { p["tier"] = "golden"; }), 1U);
  EXPECT_GE(broken([](json& p) { p["models"] = json::array(); }), 1U);
  EXPECT_GE(broken([](json& p) { p["models"][0]["context"] = 0; }), 1U);
  EXPECT_GE(broken([](json& p) { p["models"][0]["context"] = "many"; }), 1U);
  EXPECT_GE(broken([](json& p) { p["name"] = ""; }), 1U);
  EXPECT_GE(broken([](json& p) { p["renamed_models"] = {{"old", 1}}; }), 1U);
}

TEST(ProviderData, LoadsWholeFromTheBinary) {
  const auto catalog = Catalog::embedded();
  ASSERT_TRUE(catalog) << catalog.error().message;
  EXPECT_EQ(catalog->providers().size(), data()["providers"].size());
  EXPECT_GE(catalog->providers().size(), 37U);  // the 36 the product promises, and the demo
}

TEST(ProviderData, HasNoIdOrAliasTwice) {
  std::set<std::string> names;
  const json document = data();
  for (const auto& provider : document["providers"]) {
    const std::string id = provider["id"];
    const std::string alias = provider["alias"];
    EXPECT_TRUE(names.insert(id).second) << id;
    if (alias != id) {
      EXPECT_TRUE(names.insert(alias).second) << alias;
    }
  }
}

TEST(ProviderData, ListsNoModelTwiceAndRenamesOnlyToListedOnes) {
  const json all = data();
  for (const auto& provider : all["providers"]) {
    std::set<std::string> models;
    for (const auto& model : provider["models"]) EXPECT_TRUE(models.insert(model["id"]).second) << provider["id"] << model["id"];
    if (!provider.contains("renamed_models")) continue;
    for (const auto& [old_name, present] : provider["renamed_models"].items()) {
      EXPECT_TRUE(models.contains(present)) << provider["id"] << old_name;
      EXPECT_FALSE(models.contains(old_name)) << provider["id"] << old_name;
    }
  }
}

TEST(ProviderData, AFormatWeSpeakHasItsUrlsAndCredentialHeader) {
  const auto catalog = Catalog::embedded();
  ASSERT_TRUE(catalog);
  for (const Provider& provider : catalog->providers()) {
    EXPECT_EQ(provider.auth == Auth::none, provider.auth_header.empty()) << provider.id;
    if (!provider.format) continue;
    EXPECT_FALSE(provider.chat_url.empty()) << provider.id;
    EXPECT_FALSE(provider.stream_url.empty()) << provider.id;
    EXPECT_EQ(provider.id != "demo", provider.chat_url.starts_with("https://")) << provider.id;
    EXPECT_EQ(*provider.format == domain::Format::gemini, provider.chat_url.find("{model}") != std::string::npos);
    if (*provider.format == domain::Format::anthropic) {
      const bool versioned = std::any_of(provider.headers.begin(), provider.headers.end(),
                                         [](const Header& header) { return header.name == "anthropic-version"; });
      EXPECT_TRUE(versioned) << provider.id;
    }
  }
}

TEST(ProviderData, NobodyElsesClientIsImpersonatedUnasked) {
  const auto catalog = Catalog::embedded();
  ASSERT_TRUE(catalog);
  for (const Provider& provider : catalog->providers())
    for (const Header& header : provider.headers) {
      EXPECT_NE(header.name, "user-agent") << provider.id;
      EXPECT_EQ(header.name.find("stainless"), std::string::npos) << provider.id;
      EXPECT_NE(header.name, "x-app") << provider.id;
    }
}

}  // namespace
}  // namespace omniroute::catalog
