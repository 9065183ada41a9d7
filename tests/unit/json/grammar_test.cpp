#include <gtest/gtest.h>

#include <array>
#include <random>

#include "omniroute/json/document.hpp"
#include "omniroute/json/path.hpp"
#include "omniroute/json/writer.hpp"

namespace omniroute::json {
namespace {

bool accepted(std::string_view text) {
  Document document;
  return document.parse(text).ok();
}

TEST(Grammar, TakesWhatRfc8259Allows) {
  for (const char* text : {"null",
                           "true",
                           "false",
                           "0",
                           "-0",
                           "1",
                           "-1",
                           "10",
                           "1.5",
                           "1e3",
                           "1E+3",
                           "1e-3",
                           "-0.0e0",
                           "123456789012345678901234567890",
                           R"("")",
                           R"("a")",
                           R"("\"\\\/\b\f\n\r\t\u00e9")",
                           R"("\ud83d\ude00")",
                           R"("\ud83d")",
                           "[]",
                           "[1]",
                           "[1,2]",
                           "[[],[{}]]",
                           "{}",
                           R"({"a":1})",
                           R"({"a":1,"a":2})",
                           R"({"":{}})",
                           " \t\r\n[ 1 , 2 ] \n",
                           R"({ "a" : [ true , null ] })",
                           "\"\x7f\"",
                           "\"é路😀\""}) {
    EXPECT_TRUE(accepted(text)) << text;
  }
}

TEST(Grammar, RefusesEverythingElse) {
  for (const char* text : {"",
                           " ",
                           "nul",
                           "nulll",
                           "True",
                           "tru",
                           "+1",
                           "01",
                           "-",
                           "-a",
                           "1.",
                           ".5",
                           "1e",
                           "1e+",
                           "0x1",
                           "NaN",
                           "Infinity",
                           "-Infinity",
                           "\"",
                           "\"a",
                           "'a'",
                           "\"\\",
                           "\"\\x\"",
                           "\"\\u12\"",
                           "\"\\u12g4\"",
                           "\"a\nb\"",
                           "\"a\tb\"",
                           "[",
                           "]",
                           "[1",
                           "[1,",
                           "[1,]",
                           "[,1]",
                           "[1 2]",
                           "[1,,2]",
                           "{",
                           "}",
                           "{\"a\"}",
                           "{\"a\":}",
                           "{\"a\":1,}",
                           "{,}",
                           "{a:1}",
                           "{\"a\" 1}",
                           "{\"a\":1 \"b\":2}",
                           "{1:2}",
                           "[1}",
                           "{\"a\":1]",
                           "1 2",
                           "{} {}",
                           "[]]",
                           "null,",
                           "//c\n1",
                           "/*c*/1",
                           "\xef\xbb\xbf{}"}) {
    EXPECT_FALSE(accepted(text)) << text;
  }
  EXPECT_FALSE(accepted(std::string_view("[1]\0", 4)));
  EXPECT_FALSE(accepted(std::string_view("\"\0\"", 3)));
}

TEST(Grammar, RefusesTextThatIsNotUtf8) {
  // Unicode 15, table 3-7: overlong forms, surrogates, beyond U+10FFFF, lone and missing continuation bytes.
  for (const char* bytes : {"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf0\x80\x80\x80", "\xf4\x90\x80\x80",
                            "\xf5\x80\x80\x80", "\xff", "\xfe", "\xc3", "\xe2\x82", "\xf0\x9f\x98", "a\xc3(", "\xe2(\xa1"}) {
    EXPECT_FALSE(accepted("\"" + std::string(bytes) + "\""));
  }
}

TEST(Grammar, BoundsTheDepth) {
  const auto nested = [](std::size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); };
  EXPECT_TRUE(accepted(nested(max_depth)));
  EXPECT_FALSE(accepted(nested(max_depth + 1)));
  EXPECT_FALSE(accepted(std::string(100'000, '[')));
  std::string objects;
  for (int level = 0; level < 100'000; ++level) objects += R"({"a":)";
  EXPECT_FALSE(accepted(objects));
}

TEST(Grammar, SaysWhereItStumbled) {
  struct Row {
    const char* text;
    const char* path;
    const char* words;
  };
  const Row rows[] = {{R"({"messages":[{"role":"user"},{"role":tru}]})", "messages.1.role", "not a JSON value at byte 37"},
                      {R"({"a":{"b":[1,2,)", "a.b.2", ""},
                      {R"({"a" 1})", "a", "expected ':'"},
                      {R"([1 2])", "0", "expected ',' or ']'"}};
  for (const Row& row : rows) {
    Document document;
    const Status status = document.parse(row.text);
    ASSERT_FALSE(status) << row.text;
    EXPECT_EQ(status.error().kind, ErrorKind::bad_request);
    EXPECT_EQ(status.error().param, row.path) << row.text;
    EXPECT_NE(status.error().message.find(row.words), std::string::npos) << status.error().message;
  }
}

TEST(Document, KeepsValuesAsWritten) {
  Document document;
  const std::string text = R"({"n":12345678901234567890123,"d":1.0,"e":1E5,"o":{"b":1,"a":[ 1 , 2 ]},"s":"\u0041"})";
  ASSERT_TRUE(document.parse(text));
  const Value root = document.root();
  EXPECT_EQ(root.find("n").raw(), "12345678901234567890123");
  EXPECT_EQ(root.find("d").raw(), "1.0");
  EXPECT_EQ(root.find("e").raw(), "1E5");
  EXPECT_EQ(root.find("o").raw(), R"({"b":1,"a":[ 1 , 2 ]})");
  EXPECT_EQ(root.find("s").raw(), R"("\u0041")");
  EXPECT_EQ(root.find("s").text(), "A");
  EXPECT_EQ(root.size(), 5u);
  EXPECT_FALSE(root.find("absent"));
}

TEST(Document, TakesTheLastOfEqualNames) {
  Document document;
  ASSERT_TRUE(document.parse(R"({"a":1,"\u0061":2})"));
  EXPECT_EQ(document.root().find("a").raw(), "2");
}

TEST(Document, CanBeUsedAgain) {
  Document document;
  ASSERT_TRUE(document.parse(R"(["\n"])"));
  EXPECT_EQ((*document.root().begin()).text(), "\n");
  ASSERT_FALSE(document.parse("["));
  EXPECT_FALSE(document.root());
  ASSERT_TRUE(document.parse("7"));
  EXPECT_EQ(document.root().raw(), "7");
}

TEST(Document, ReadsNumbers) {
  struct Row {
    const char* text;
    bool whole;
    std::int64_t value;
  };
  const Row rows[] = {{"0", true, 0},
                      {"-5", true, -5},
                      {"9223372036854775807", true, 9223372036854775807},
                      {"9223372036854775808", false, 0},
                      {"1.0", true, 1},
                      {"1e3", true, 1000},
                      {"1.5", false, 0},
                      {"1e300", false, 0},
                      {"\"1\"", false, 0}};
  for (const Row& row : rows) {
    Document document;
    ASSERT_TRUE(document.parse(row.text));
    std::int64_t value = 0;
    EXPECT_EQ(document.root().integer(value), row.whole) << row.text;
    if (row.whole) {
      EXPECT_EQ(value, row.value);
    }
  }
}

TEST(Text, JoinsSurrogatesAndKeepsLoneOnes) {
  Document document;
  ASSERT_TRUE(document.parse(R"(["\ud83d\ude00","\ud83d","\ude00x","\ud83dA"])"));
  std::vector<std::string> texts;
  for (auto it = document.root().begin(); it != document.root().end(); ++it) texts.emplace_back((*it).text());
  EXPECT_EQ(texts[0], "😀");
  EXPECT_EQ(texts[1], "\xed\xa0\xbd");
  EXPECT_EQ(texts[2], "\xed\xb8\x80x");
  std::string out;
  append_string(texts[1], out);
  EXPECT_EQ(out, "\"\xef\xbf\xbd\"");
}

TEST(Scan, FindsMembersOfTheRootAlone) {
  const std::string text = R"({"x":{"model":"inner"},"mod\u0065l":"outer","stream":true,"a":["model"]})";
  std::array<Member, 3> members{Member{"model"}, Member{"stream"}, Member{"absent"}};
  ASSERT_TRUE(scan(text, members));
  EXPECT_EQ(members[0].value, R"("outer")");
  EXPECT_EQ(members[0].seen, 1u);
  EXPECT_EQ(members[1].value, "true");
  EXPECT_TRUE(members[2].value.empty());
}

TEST(Scan, CountsEqualNamesAndTakesObjectsOnly) {
  std::array<Member, 1> members{Member{"a"}};
  ASSERT_TRUE(scan(R"({"a":{"x":1},"a":[2]})", members));
  EXPECT_EQ(members[0].seen, 2u);
  EXPECT_EQ(members[0].value, "[2]");
  EXPECT_FALSE(scan("[]", members));
  EXPECT_FALSE(scan("\"a\"", members));
}

/// Random values, so that reader and writer can be held against each other.
class Generator {
 public:
  explicit Generator(unsigned seed) : dice_(seed) {}
  void value(Writer& writer, int depth) {
    switch (roll(depth > 3 ? 5 : 7)) {
      case 0: writer.null(); break;
      case 1: writer.boolean(roll(2) == 0); break;
      case 2: writer.integer(static_cast<std::int64_t>(dice_())); break;
      case 3: writer.number(static_cast<double>(dice_()) / 7.0); break;
      case 4: writer.string(text()); break;
      case 5:
        writer.begin_array();
        for (int n = roll(5); n > 0; --n) value(writer, depth + 1);
        writer.end_array();
        break;
      default:
        writer.begin_object();
        for (int n = roll(5); n > 0; --n) {
          writer.key(text());
          value(writer, depth + 1);
        }
        writer.end_object();
    }
  }

 private:
  int roll(int sides) { return static_cast<int>(dice_() % static_cast<unsigned>(sides)); }
  std::string text() {
    static const std::array<std::string, 10> pieces{
        "a", "\"", "\\", "\n", "é", "路由", "😀", std::string(1, '\x01'), "plain words of some length", "/"};
    std::string out;
    for (int n = roll(6); n > 0; --n) out += pieces[static_cast<std::size_t>(roll(10))];
    return out;
  }
  std::mt19937 dice_;
};

TEST(Property, WhatTheWriterWritesBothReadersTake) {
  for (unsigned seed = 0; seed < 500; ++seed) {
    std::string text;
    Writer writer(text);
    Generator generator(seed);
    writer.begin_object().key("v");
    generator.value(writer, 0);
    writer.end_object();
    Document document;
    ASSERT_TRUE(document.parse(text)) << text;
    std::array<Member, 1> members{Member{"v"}};
    ASSERT_TRUE(scan(text, members)) << text;
    EXPECT_EQ(members[0].value, document.root().find("v").raw());
  }
}

TEST(Property, DocumentAndScanRefuseTheSameTexts) {
  std::mt19937 dice(7);
  std::string text;
  Writer writer(text);
  Generator generator(42);
  writer.begin_object();
  for (int member = 0; member < 5; ++member) {
    writer.key("k");
    generator.value(writer, 0);
  }
  writer.end_object();
  for (int round = 0; round < 3000; ++round) {
    std::string mutant = text;
    mutant[dice() % mutant.size()] = static_cast<char>(dice());
    std::array<Member, 1> members{Member{"k"}};
    Document document;
    const bool object = document.parse(mutant).ok() && document.root().is(Kind::object);
    EXPECT_EQ(object, scan(mutant, members).ok()) << mutant;
  }
}

TEST(At, NamesTheWayToAWrongValue) {
  Document document;
  ASSERT_TRUE(document.parse(R"({"messages":[{"role":5}],"n":"x","big":1e300})"));
  const At root(document.root());
  const At messages(root, "messages");
  const At first(messages, *messages.value().begin(), std::size_t{0});
  const At role(first, "role");
  const auto wrong = role.text();
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().param, "messages.0.role");
  EXPECT_EQ(wrong.error().message, "messages.0.role: must be a string, not a number");
  EXPECT_FALSE(At(root, "n").integer());
  EXPECT_FALSE(At(root, "big").integer());
  EXPECT_FALSE(At(root, "absent").required_text());
  ASSERT_TRUE(At(root, "absent").text());
  EXPECT_FALSE(At(root, "absent").text()->has_value());
}

}  // namespace
}  // namespace omniroute::json
