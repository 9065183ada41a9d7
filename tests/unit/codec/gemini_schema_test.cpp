#include "gemini/schema_writer.hpp"

#include <gtest/gtest.h>

#include "gemini/reading.hpp"
#include "omniroute/json/document.hpp"

namespace omniroute::codec::gemini {
namespace {

bool lossy = false;

std::string json(std::string_view schema) {
  lossy = false;
  return clean_schema(schema, SchemaForm::json, lossy);
}
std::string subset(std::string_view schema) {
  lossy = false;
  return clean_schema(schema, SchemaForm::subset, lossy);
}
std::string plain(std::string_view schema) {
  json::Document document;
  EXPECT_TRUE(document.parse(schema));
  return plain_schema(document.root());
}

TEST(GeminiSchema, JsonFormDropsNamesOfTheDialectOnly) {
  EXPECT_EQ(
      json(
          R"({"$schema":"x","$id":"y","$comment":"z","type":"object","properties":{"a":{"type":["string","null"],"format":"uri"}},"additionalProperties":false})"),
      R"({"type":"object","properties":{"a":{"type":["string","null"],"format":"uri"}},"additionalProperties":false})");
  EXPECT_FALSE(lossy);
}

TEST(GeminiSchema, ConstBecomesAnEnumAndOneOfAnyOf) {
  EXPECT_EQ(json(R"({"oneOf":[{"const":1.0},{"const":"x","enum":["x"]}]})"), R"({"anyOf":[{"enum":[1.0]},{"enum":["x"]}]})");
}

TEST(GeminiSchema, NamesOfPropertiesAreNeverKeywords) {
  const std::string schema =
      R"({"type":"object","properties":{"title":{"type":"string"},"const":{"type":"string"},"$schema":{"type":"string"},"format":{"type":"string"},"default":{"type":"string"},"pattern":{"type":"string"}},"required":["title","const","$schema","format","default","pattern"]})";
  EXPECT_EQ(json(schema), schema);
  const std::string got = subset(schema);
  for (const char* name : {"title", "const", "$schema", "format", "default", "pattern"})
    EXPECT_NE(got.find("\"" + std::string(name) + "\":{\"type\":\"STRING\"}"), std::string::npos) << name;
  EXPECT_NE(got.find(R"("required":["title","const","$schema","format","default","pattern"])"), std::string::npos);
}

TEST(GeminiSchema, ATitleBesideAPropertyOfThatNameGoes) {
  EXPECT_EQ(json(R"({"title":"T","type":"object","properties":{"title":{"type":"string"}}})"),
            R"({"type":"object","properties":{"title":{"type":"string"}}})");
}

TEST(GeminiSchema, AllOfIsMerged) {
  EXPECT_EQ(json(R"({"allOf":[{"type":"object","properties":{"a":{}},"required":["a"]},{"properties":{"b":{},"a":{}},"required":["b"]}]})"),
            R"({"type":"object","properties":{"a":{},"b":{}},"required":["a","b"]})");
  EXPECT_EQ(json(R"({"allOf":[{"$ref":"#/$defs/A"}],"description":"d"})"), R"({"description":"d","$ref":"#/$defs/A"})");
}

TEST(GeminiSchema, RequiredNamesThatAreNoPropertiesGo) {
  EXPECT_EQ(json(R"({"type":"object","properties":{"a":{}},"required":["a","gone"]})"),
            R"({"type":"object","properties":{"a":{}},"required":["a"]})");
}

TEST(GeminiSchema, SubsetInlinesReferencesAndEndsRecursionInAnOpenObject) {
  EXPECT_EQ(
      subset(
          R"({"type":"object","properties":{"a":{"$ref":"#/$defs/A","description":"mine"}},"$defs":{"A":{"type":"string","description":"theirs"}}})"),
      R"({"type":"OBJECT","properties":{"a":{"type":"STRING","description":"mine"}}})");
  EXPECT_EQ(subset(R"({"type":"object","properties":{"n":{"$ref":"#"}}})"),
            R"({"type":"OBJECT","properties":{"n":{"type":"OBJECT","properties":{"n":{"type":"OBJECT"}}}}})");
  EXPECT_TRUE(lossy);
}

TEST(GeminiSchema, SubsetSaysNullAsNullable) {
  EXPECT_EQ(subset(R"({"type":"object","properties":{"a":{"type":["string","null"]}}})"),
            R"({"type":"OBJECT","properties":{"a":{"type":"STRING","nullable":true}}})");
  EXPECT_EQ(subset(R"({"type":"object","properties":{"a":{"anyOf":[{"type":"integer","minimum":1},{"type":"null"}]}}})"),
            R"({"type":"OBJECT","properties":{"a":{"type":"INTEGER","nullable":true,"minimum":1}}})");
  EXPECT_EQ(subset(R"({"type":"object","properties":{"a":{"type":["string","number"]}}})"),
            R"({"type":"OBJECT","properties":{"a":{"anyOf":[{"type":"STRING"},{"type":"NUMBER"}]}}})");
}

TEST(GeminiSchema, SubsetKeepsTheTypeOfValuesThatAreNoTexts) {
  EXPECT_EQ(
      subset(
          R"({"type":"object","properties":{"a":{"type":"integer","enum":[1,2],"description":"d"},"b":{"const":true},"c":{"enum":["x","",null]}}})"),
      R"({"type":"OBJECT","properties":{"a":{"type":"INTEGER","description":"d Allowed values: 1, 2."},"b":{"type":"BOOLEAN","description":"Allowed values: true."},"c":{"type":"STRING","nullable":true,"enum":["x"]}}})");
}

TEST(GeminiSchema, SubsetHasNoMapsPatternsOfNamesOrForeignFormats) {
  EXPECT_EQ(
      subset(
          R"({"type":"object","properties":{"m":{"type":"object","additionalProperties":{"type":"string"}},"u":{"type":"string","format":"uri","minLength":2},"t":{"type":"array","prefixItems":[{"type":"string"}]},"l":{"type":"array"},"n":{"type":"integer","exclusiveMinimum":0}}})"),
      R"({"type":"OBJECT","properties":{"m":{"type":"OBJECT"},"u":{"type":"STRING","minLength":2},"t":{"type":"ARRAY","items":{"anyOf":[{"type":"STRING"}]}},"l":{"type":"ARRAY","items":{"type":"STRING"}},"n":{"type":"INTEGER","minimum":0}}})");
  EXPECT_TRUE(lossy);
}

TEST(GeminiSchema, NoParametersAreNone) {
  EXPECT_EQ(json(""), "");
  EXPECT_EQ(json("{}"), "");
  EXPECT_EQ(subset(R"({"type":"object","properties":{}})"), "");
}

TEST(GeminiSchema, OpenApiIsReadAsJsonSchema) {
  EXPECT_EQ(
      plain(
          R"({"type":"OBJECT","properties":{"type":{"type":"STRING","nullable":true,"enum":["A"]},"n":{"type":"ARRAY","items":{"type":"INTEGER"},"minItems":"2"}},"required":["type"]})"),
      R"({"type":"object","properties":{"type":{"type":["string","null"],"enum":["A",null]},"n":{"type":"array","items":{"type":"integer"},"minItems":2}},"required":["type"]})");
  EXPECT_EQ(plain(R"({"anyOf":[{"type":"STRING"},{"type":"NULL"}],"description":"STRING"})"),
            R"({"anyOf":[{"type":"string"},{"type":"null"}],"description":"STRING"})");
}

}  // namespace
}  // namespace omniroute::codec::gemini
