#include <gtest/gtest.h>

#include "omniroute/json/writer.hpp"

namespace omniroute::json {
namespace {

std::string compact(std::string_view text) {
  std::string out;
  append_compact(text, out);
  return out;
}

TEST(AppendCompact, TakesWhiteSpaceOutBetweenTokensOnly) {
  EXPECT_EQ(compact("{ \"a b\" : [ 1 ,\r\n\t2.0 ] , \"c\\\" d\" : \"e  f\" }\n"), "{\"a b\":[1,2.0],\"c\\\" d\":\"e  f\"}");
}

TEST(AppendCompact, LeavesNumbersEscapesAndOrderAsWritten) {
  const std::string text = R"({"z":1e5,"a":12345678901234567890,"u":"\u00e9\\","z":-0.0})";
  EXPECT_EQ(compact(text), text);
}

TEST(AppendCompact, TakesScalarsAndNothing) {
  EXPECT_EQ(compact("  \"x y\" "), "\"x y\"");
  EXPECT_EQ(compact(" null "), "null");
  EXPECT_EQ(compact(""), "");
}

}  // namespace
}  // namespace omniroute::json
