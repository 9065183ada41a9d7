#include "omniroute/codec/array_reader.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace omniroute::codec {
namespace {

std::vector<std::string> elements(const std::vector<std::string>& pieces) {
  ArrayReader reader;
  std::vector<std::string> out;
  http::SseEvent event;
  for (const std::string& piece : pieces) {
    reader.feed(piece);
    while (reader.next(event)) out.emplace_back(event.data);
  }
  return out;
}

TEST(ArrayReader, GivesTheElementsOfAnArray) {
  EXPECT_EQ(elements({"[{\"a\":[1,{}]}\n,\r\n{\"b\":\"}\\\"]{\"}]\n"}), (std::vector<std::string>{R"({"a":[1,{}]})", R"({"b":"}\"]{"})"}));
}

TEST(ArrayReader, PiecesCutAnywhereGiveTheSame) {
  const std::string body = "[{\"t\":\"\\\\\"},\n{\"u\":{\"v\":[\"[\"]}}]";
  const std::vector<std::string> want = elements({body});
  ASSERT_EQ(want.size(), 2U);
  for (std::size_t a = 0; a <= body.size(); ++a) ASSERT_EQ(elements({body.substr(0, a), body.substr(a)}), want);
  std::vector<std::string> bytes;
  for (const char c : body) bytes.emplace_back(1, c);
  EXPECT_EQ(elements(bytes), want);
}

TEST(ArrayReader, AnObjectAloneIsTheOnlyElement) {
  EXPECT_EQ(elements({"{\"error\":{\"code\":4", "29}}\n"}), std::vector<std::string>{R"({"error":{"code":429}})"});
}

TEST(ArrayReader, AnElementThatIsCutIsNone) { EXPECT_TRUE(elements({"[{\"a\":1"}).empty()); }

TEST(ArrayReader, AnElementAboveTheLimitIsRefused) {
  ArrayReader reader(8);
  http::SseEvent event;
  reader.feed("[{\"a\":1},");
  EXPECT_TRUE(reader.next(event));
  reader.feed("{\"a\":\"123456789");
  EXPECT_FALSE(reader.next(event));
  EXPECT_TRUE(reader.overflowed());
}

}  // namespace
}  // namespace omniroute::codec
