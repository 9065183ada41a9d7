#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>

#include "omniroute/json/document.hpp"
#include "omniroute/json/writer.hpp"

namespace omniroute::json {
namespace {

std::string read(std::string_view text) {
  Document document;
  return document.parse(text) ? std::string(document.root().text()) : "(refused)";
}

std::string literal(std::string_view text) {
  std::string out;
  append_string(text, out);
  return out;
}

std::string point(unsigned value) {
  std::string out;
  const auto push = [&out](unsigned byte) { out.push_back(static_cast<char>(byte)); };
  if (value < 0x80) {
    push(value);
  } else if (value < 0x800) {
    push(0xc0 | value >> 6), push(0x80 | (value & 0x3f));
  } else if (value < 0x10000) {
    push(0xe0 | value >> 12), push(0x80 | (value >> 6 & 0x3f)), push(0x80 | (value & 0x3f));
  } else {
    push(0xf0 | value >> 18), push(0x80 | (value >> 12 & 0x3f)), push(0x80 | (value >> 6 & 0x3f)), push(0x80 | (value & 0x3f));
  }
  return out;
}

TEST(Utf8, TakesTheFirstAndLastCharacterOfEachLength) {
  for (const unsigned value : {0x20u, 0x7fu, 0x80u, 0x7ffu, 0x800u, 0xd7ffu, 0xe000u, 0xffffu, 0x10000u, 0x10ffffu})
    EXPECT_EQ(read("\"" + point(value) + "\""), point(value)) << std::hex << value;
}

TEST(Utf8, IsCheckedWhereverItStandsInALongString) {
  // The fast path looks at several bytes at once; a bad one must be met at each place of such a group.
  for (std::size_t before = 0; before < 24; ++before) {
    const std::string padding(before, 'x');
    EXPECT_EQ(read("\"" + padding + "é\""), padding + "é");
    EXPECT_EQ(read("\"" + padding + "\xc3\"" + std::string(16, ' ')), "(refused)") << before;
    EXPECT_EQ(read("\"" + padding + "\n\""), "(refused)") << before;
  }
}

TEST(Escapes, EachMeansWhatTheStandardSays) {
  EXPECT_EQ(read(R"("\"\\\/\b\f\n\r\t")"), "\"\\/\b\f\n\r\t");
  EXPECT_EQ(read(R"("\u0041\u00e9\u20AC\uD83D\uDE00")"), "Aé€😀");
  EXPECT_EQ(read(R"("\u0000")"), std::string(1, '\0'));
}

TEST(Escapes, HalvesOfAPairAreKeptApart) {
  EXPECT_EQ(read(R"("\uD83D\u0041")"),
            "\xed\xa0\xbd"
            "A");
  EXPECT_EQ(read(R"("\uDE00\uD83D")"), "\xed\xb8\x80\xed\xa0\xbd");
  EXPECT_EQ(read(R"("\uD83D\uD83D\uDE00")"), "\xed\xa0\xbd😀");
}

TEST(AppendString, WritesWhatReadsBackTheSame) {
  std::string all;
  for (unsigned value = 1; value < 0x300; ++value) all += point(value);
  EXPECT_EQ(read(literal(all)), all);
  EXPECT_EQ(literal("\x01\x1f\"\\\n"), R"("\u0001\u001f\"\\\n")");
}

TEST(AppendString, ReplacesLoneHalvesOnly) {
  EXPECT_EQ(literal("a\xed\xa0\xbdz"), "\"a\xef\xbf\xbdz\"");
  EXPECT_EQ(literal("\xed\x9f\xbf"), "\"\xed\x9f\xbf\"");  // U+D7FF, the last before the surrogates
}

TEST(Writer, WritesNumbersThatReadBackTheSame) {
  for (const double value : {0.0, -0.0, 0.1, 1.0 / 3, 1e300, 5e-324, -123456.75, std::numeric_limits<double>::max()}) {
    std::string out;
    Writer(out).number(value);
    Document document;
    ASSERT_TRUE(document.parse(out)) << out;
    double back = 1;
    ASSERT_TRUE(document.root().number(back));
    EXPECT_EQ(back, value) << out;
  }
  for (const double value : {std::numeric_limits<double>::infinity(), std::nan("")}) {
    std::string out;
    Writer(out).number(value);
    EXPECT_EQ(out, "null");
  }
  std::string out;
  Writer(out).begin_array().integer(std::numeric_limits<std::int64_t>::min()).integer(std::numeric_limits<std::int64_t>::max()).end_array();
  EXPECT_EQ(out, "[-9223372036854775808,9223372036854775807]");
}

TEST(Writer, PutsCommasWhereTheyBelong) {
  std::string out = "data: ";
  Writer w(out);
  w.begin_object().key("a").begin_array().begin_object().end_object().begin_array().end_array().string("[").end_array();
  w.key("{").string("{").key("b").raw("{\"x\":1}").key("c").raw("").end_object();
  EXPECT_EQ(out, R"(data: {"a":[{},[],"["],"{":"{","b":{"x":1},"c":null})");
}

// Against another reader of the same standard, on texts that are nearly right. Left out: lone halves of a pair, which
// ours keeps on purpose.
TEST(Property, AgreesWithAnotherReaderOnWhatIsJson) {
  const std::string text = R"({"a":[1,-2.5e+3,true,null,"x\n\"y\" é"],"b":{"c":{},"d":[[]]},"e":"\\","f":0})";
  std::mt19937 dice(11);
  int refused = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string mutant = text;
    for (int changes = 1 + static_cast<int>(dice() % 2); changes > 0; --changes) {
      const std::size_t at = dice() % mutant.size();
      switch (dice() % 3) {
        case 0: mutant.erase(at, 1); break;
        case 1: mutant.insert(at, 1, R"({}[]",:\0 1eE+-.tn)"[dice() % 19]); break;
        default: mutant[at] = text[dice() % text.size()];
      }
    }
    Document document;
    const bool ours = document.parse(mutant).ok();
    ASSERT_EQ(ours, nlohmann::json::accept(mutant)) << mutant;
    refused += ours ? 0 : 1;
  }
  EXPECT_GT(refused, 1000);
}

}  // namespace
}  // namespace omniroute::json
