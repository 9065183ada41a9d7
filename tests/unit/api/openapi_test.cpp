#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "omniroute/services/yaml.hpp"
#include "route.hpp"

extern "C" {
extern const char api_description_begin[];
extern const char api_description_end[];
}

namespace omniroute::api {
namespace {

using Json = nlohmann::ordered_json;

Json description() {
  const Result<Json> read =
      services::read_yaml({api_description_begin, static_cast<std::size_t>(api_description_end - api_description_begin)});
  EXPECT_TRUE(read) << (read ? "" : read.error().message);
  return read ? *read : Json::object();
}

/// "{action...}" is "{action}" there.
std::string documented(std::string_view path) {
  std::string text(path);
  if (const std::size_t dots = text.find("...}"); dots != std::string::npos) text.erase(dots, 3);
  return text;
}

std::string lower(std::string_view method) {
  std::string text(method);
  for (char& c : text) c = static_cast<char>(c - 'A' + 'a');
  return text;
}

/// "get /api/keys" -> guard, of all routes.
std::map<std::string, std::string> routes() {
  std::map<std::string, std::string> all;
  for (const std::span<const Route> group : {v1_routes(), admin_routes(), router_routes(), page_routes()})
    for (const Route& route : group) {
      const bool fresh = all.emplace(lower(route.method) + " " + documented(route.path), to_string(route.guard)).second;
      EXPECT_TRUE(fresh) << route.method << " " << route.path << " stands in the tables twice";
    }
  return all;
}

std::map<std::string, std::string> operations(const Json& json) {
  std::map<std::string, std::string> all;
  for (const auto& [path, item] : json.at("paths").items())
    for (const auto& [method, operation] : item.items())
      if (method != "parameters") all.emplace(method + " " + path, operation.value("x-guard", "none"));
  return all;
}

TEST(Description, HasEachRouteWithItsGuardAndNoOther) {
  const std::map<std::string, std::string> described = operations(description());
  const std::map<std::string, std::string> there = routes();
  for (const auto& [route, guard] : there) {
    const auto found = described.find(route);
    EXPECT_TRUE(found != described.end()) << route << " is missing in docs/openapi.yaml";
    if (found != described.end()) {
      EXPECT_EQ(found->second, guard) << route;
    }
  }
  for (const auto& [operation, guard] : described) EXPECT_TRUE(there.contains(operation)) << operation << " is no route";
}

void collect_references(const Json& json, std::set<std::string>& into) {
  if (json.is_object() && json.contains("$ref")) into.insert(json["$ref"].get<std::string>());
  if (json.is_structured())
    for (const auto& entry : json) collect_references(entry, into);
}

TEST(Description, EachReferenceLeadsSomewhereAndEachSchemaIsUsed) {
  const Json json = description();
  std::set<std::string> references;
  collect_references(json, references);
  for (const std::string& reference : references) EXPECT_TRUE(json.contains(Json::json_pointer(reference.substr(1)))) << reference;
  for (const auto& [name, schema] : json.at("components").at("schemas").items())
    EXPECT_TRUE(references.contains("#/components/schemas/" + name)) << name << " is used nowhere";
}

TEST(Description, EachOperationSaysWhatItIsForWhatItAnswersAndWhoMayCallIt) {
  const Json json = description();
  for (const auto& [path, item] : json.at("paths").items())
    for (const auto& [method, operation] : item.items()) {
      if (method == "parameters") continue;
      EXPECT_FALSE(operation.value("summary", "").empty()) << method << " " << path;
      EXPECT_TRUE(operation.contains("responses")) << method << " " << path;
      EXPECT_EQ(operation.at("security").empty(), operation.at("x-guard") == "open") << method << " " << path;
    }
}

}  // namespace
}  // namespace omniroute::api
