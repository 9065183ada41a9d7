#include "omniroute/services/yaml.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace omniroute::services {
namespace {

using Json = nlohmann::ordered_json;

TEST(Yaml, PlainScalarsAreReadByTheCoreSchemaAndQuotedOnesAreTexts) {
  const auto read = read_yaml("a: 1\nb: '1'\nc: true\nd: \"true\"\ne: ~\nf: 1.5\ng: no\nh: 2026-01-01\ni: [x, 2]\nj: {k: v}\n");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read,
            Json::parse(R"({"a":1,"b":"1","c":true,"d":"true","e":null,"f":1.5,"g":"no","h":"2026-01-01","i":["x",2],"j":{"k":"v"}})"));
}

TEST(Yaml, WhatIsWrittenReadsBackTheSame) {
  const Json json = Json::parse(
      R"({"a":[1,-2,3.5,null,true,"true","","~","1e3","007"," x ","a: b","# c","line\nbreak","'q'","\"q\"","ü","*","&a","- x","\t"],"b":{},"c":[],"d e":{"f":[{"g":1}]}})");
  const auto read = read_yaml(write_yaml(json));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, json) << write_yaml(json);
}

TEST(Yaml, ErrorsNameLineAndColumn) {
  EXPECT_NE(read_yaml("a: 1\na: 2\n").error().message.find("line 2, column 1"), std::string::npos);
  EXPECT_NE(read_yaml("a: [1, 2\nb: 3\n").error().message.find("line "), std::string::npos);
  EXPECT_FALSE(
      read_yaml("a: &x [1,1]\nb: &y [*x,*x,*x,*x,*x,*x,*x,*x,*x]\nc: &z [*y,*y,*y,*y,*y,*y,*y,*y,*y]\nd: &w [*z,*z,*z,*z,*z,*z,*z,*z,*z]\n"
                "e: &v [*w,*w,*w,*w,*w,*w,*w,*w,*w]\nf: [*v,*v,*v,*v,*v,*v,*v,*v,*v,*v,*v]\n"));
  EXPECT_EQ(place_in_yaml("keys:\n  - name: a\n  - nmae: b\n", "keys.1.nmae"), "line 3, column 5");
}

}  // namespace
}  // namespace omniroute::services
