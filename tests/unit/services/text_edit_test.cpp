#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tools/json_text.hpp"
#include "tools/line_diff.hpp"
#include "tools/toml_text.hpp"

namespace omniroute::services {
namespace {

using Json = nlohmann::ordered_json;

struct JsonRow {
  const char* name;
  std::string before;
  TextPath path;
  const char* value;  ///< nullptr: taken away
  std::string after;
  bool back = true;  ///< taken away again, the text is as it was
};

const JsonRow json_rows[] = {
    {"an empty file", "", {"a", "b"}, "1", "{\n  \"a\": {\n    \"b\": 1\n  }\n}\n", false},
    {"an empty object", "{}\n", {"a"}, "\"x\"", "{\n  \"a\": \"x\"\n}\n"},
    {"behind the last, with its indent",
     "{\n\t\"z\": 1,\n\t\"a\": [1,  2]\n}",
     {"b"},
     "{\"c\":[1]}",
     "{\n\t\"z\": 1,\n\t\"a\": [1,  2],\n\t\"b\": {\n\t\t\"c\": [\n\t\t\t1\n\t\t]\n\t}\n}"},
    {"into what is there",
     "{\n    \"env\": {\n        \"X\": \"1\"\n    },\n    \"y\": 2\n}\n",
     {"env", "N"},
     "\"v\"",
     "{\n    \"env\": {\n        \"X\": \"1\",\n        \"N\": \"v\"\n    },\n    \"y\": 2\n}\n"},
    {"another value, the rest as odd as it was",
     "{ \"b\":1 ,\"a\" : \"old\"  , \"c\":[ ] }",
     {"a"},
     "\"new\"",
     "{ \"b\":1 ,\"a\" : \"new\"  , \"c\":[ ] }",
     false},
    {"the same value changes nothing",
     "{\"n\": 1.0e3, \"o\":{ \"k\":true}}",
     {"o"},
     "{\"k\":true}",
     "{\"n\": 1.0e3, \"o\":{ \"k\":true}}",
     false},
    {"on one line", "{\"a\":1}", {"b"}, "2", "{\"a\":1,\"b\":2}"},
    {"on one line with blanks", "{\"a\": 1, \"c\": 3}", {"b"}, "2", "{\"a\": 1, \"c\": 3, \"b\": 2}"},
    {"lines that end in two characters",
     "{\r\n  \"a\": 1\r\n}\r\n",
     {"b"},
     "{\"c\":2}",
     "{\r\n  \"a\": 1,\r\n  \"b\": {\r\n    \"c\": 2\r\n  }\r\n}\r\n"},
    {"comments stay where they are",
     "// top\n{\n  // of a\n  \"a\": 1, // behind a\n  /* b */ \"b\": 2 // last\n}\n",
     {"c"},
     "3",
     "// top\n{\n  // of a\n  \"a\": 1, // behind a\n  /* b */ \"b\": 2, // last\n  \"c\": 3\n}\n"},
    {"a comma behind the last", "{\n  \"a\": 1,\n}\n", {"b"}, "2", "{\n  \"a\": 1,\n  \"b\": 2,\n}\n"},
    {"a new element",
     "{\n  \"l\": [\n    {\"n\": 1}\n  ]\n}\n",
     {"l", "-", "n"},
     "2",
     "{\n  \"l\": [\n    {\"n\": 1},\n    {\n      \"n\": 2\n    }\n  ]\n}\n",
     false},
    {"a mark of the byte order", "\xEF\xBB\xBF{\n  \"a\": 1\n}\n", {"b"}, "2", "\xEF\xBB\xBF{\n  \"a\": 1,\n  \"b\": 2\n}\n"},
    {"the first one away", "{\n  \"a\": 1,\n  \"b\": 2\n}\n", {"a"}, nullptr, "{\n  \"b\": 2\n}\n"},
    {"the last one away", "{\n  \"a\": 1,\n  \"b\": 2\n}\n", {"b"}, nullptr, "{\n  \"a\": 1\n}\n"},
    {"what holds nothing more goes, too",
     "{\n  \"a\": 1,\n  \"e\": {\n    \"f\": {\n      \"g\": 2\n    }\n  }\n}\n",
     {"e", "f", "g"},
     nullptr,
     "{\n  \"a\": 1\n}\n"},
    {"what holds a comment stays",
     "{\n  \"e\": {\n    // mine\n    \"g\": 2\n  }\n}\n",
     {"e", "g"},
     nullptr,
     "{\n  \"e\": {\n    // mine\n  }\n}\n"},
    {"an element away", "{\"l\": [{\"n\": 1}, {\"n\": 2}]}", {"l", "0"}, nullptr, "{\"l\": [{\"n\": 2}]}"},
    {"in the middle of a line", "{\"a\":1,\"b\":2,\"c\":3}", {"b"}, nullptr, "{\"a\":1,\"c\":3}"},
    {"a name with an escape", "{\"a\\u0062\": 1}", {"ab"}, "2", "{\"a\\u0062\": 2}", false},
};

TEST(JsonText, IsEditedInPlace) {
  for (const JsonRow& row : json_rows) {
    Result<JsonText> text = JsonText::read(row.before);
    ASSERT_TRUE(text) << row.name << ": " << text.error().message;
    if (row.value == nullptr) {
      text->remove(row.path);
    } else {
      const Status set = text->set(row.path, Json::parse(row.value));
      ASSERT_TRUE(set) << row.name << ": " << set.error().message;
    }
    EXPECT_EQ(text->text(), row.after) << row.name;
    if (row.value == nullptr || !row.back) continue;
    text->remove(row.path);
    EXPECT_EQ(text->text(), row.before) << row.name << ", and back";
  }
}

TEST(JsonText, WhatIsNoJsonIsRefusedWithItsPlace) {
  const std::pair<const char*, const char*> rows[] = {{"{\n  \"a\": 1\n  \"b\": 2\n}", "line 3, column 3"},
                                                      {"{\"a\": 'x'}", "line 1, column 7"},
                                                      {"{\"a\": 01}", "line 1, column 7"},
                                                      {"{\"\u00e4\": tru}", "line 1, column 7"},
                                                      {"{\"a\": \"x\n\"}", "line 1, column 9"},
                                                      {"{a: 1}", "line 1, column 2"},
                                                      {"{\"a\": 1", "line 1, column 8"},
                                                      {"[1]", "line 1, column 1"},
                                                      {"{} x", "line 1, column 4"},
                                                      {"{ /* x", "line 1, column 3"}};
  for (const auto& [text, place] : rows) {
    const Result<JsonText> read = JsonText::read(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().kind, ErrorKind::conflict);
    EXPECT_TRUE(read.error().message.starts_with(std::string(place) + ": ")) << text << ": " << read.error().message;
  }
}

TEST(JsonText, NothingIsPutIntoWhatIsNoObject) {
  Result<JsonText> text = JsonText::read("{\n  \"env\": [1]\n}");
  ASSERT_TRUE(text);
  const Status set = text->set({"env", "A"}, 1);
  ASSERT_FALSE(set);
  EXPECT_NE(set.error().message.find("line 2, column 10"), std::string::npos) << set.error().message;
  EXPECT_EQ(text->text(), "{\n  \"env\": [1]\n}");
}

const std::string toml =
    "# mine\nmodel = 'old' # why\napproval = \"never\"\n\n[a.\"b c\"] # table\nx = [1, # one\n  2]\ntext = \"\"\"\n[no.header]\nmodel = "
    "1\n\"\"\"\n";

TEST(TomlText, IsEditedInPlace) {
  Result<TomlText> text = TomlText::read(toml);
  ASSERT_TRUE(text) << text.error().message;
  EXPECT_EQ(text->text_at({"model"}), "old");
  EXPECT_EQ(text->text_at({"approval"}), "never");
  ASSERT_TRUE(text->set({"model"}, "new \"one\""));
  ASSERT_TRUE(text->set({"model_provider"}, "p"));
  ASSERT_TRUE(text->set({"s", "p", "name"}, "P"));
  ASSERT_TRUE(text->set({"s", "p", "url"}, "http://x/v1"));
  std::string after = toml;
  after.replace(after.find("'old'"), 5, R"("new \"one\"")");
  after.insert(after.find("\n\n[a") + 1, "model_provider = \"p\"\n");
  EXPECT_EQ(text->text(), after + "\n[s.p]\nname = \"P\"\nurl = \"http://x/v1\"\n");
  for (const TextPath& path : {TextPath{"model_provider"}, {"s", "p", "name"}, {"s", "p", "url"}}) text->remove(path);
  ASSERT_TRUE(text->set({"model"}, "old"));
  after = toml;
  after.replace(after.find("'old'"), 5, "\"old\"");
  EXPECT_EQ(text->text(), after);
}

TEST(TomlText, KeysOfNoTableComeBeforeTheFirstHeader) {
  for (const std::string before : {"", "[t]\nx = 1\n", "# c\n\n[t]\nx = 1\n"}) {
    Result<TomlText> text = TomlText::read(before);
    ASSERT_TRUE(text);
    ASSERT_TRUE(text->set({"model"}, "m"));
    ASSERT_TRUE(text->set({"other"}, "o"));
    const Result<TomlText> again = TomlText::read(text->text());
    ASSERT_TRUE(again);
    EXPECT_EQ(again->text_at({"model"}), "m");
    EXPECT_EQ(again->text_at({"other"}), "o");
    text->remove({"model"});
    text->remove({"other"});
    EXPECT_EQ(text->text(), before);
  }
}

TEST(TomlText, ATableWithMoreThanOursStays) {
  Result<TomlText> text = TomlText::read("[s.p]\nname = \"P\"\nmine = 1\n");
  ASSERT_TRUE(text);
  text->remove({"s", "p", "name"});
  EXPECT_EQ(text->text(), "[s.p]\nmine = 1\n");
}

TEST(TomlText, WhatCannotBeAddedToIsRefused) {
  for (const char* before : {"s = { p = { name = \"x\" } }\n", "s.p.other = 1\n", "[[s]]\nx = 1\n", "[s]\np = 1\n"}) {
    Result<TomlText> text = TomlText::read(before);
    ASSERT_TRUE(text) << before;
    const Status set = text->set({"s", "p", "name"}, "P");
    ASSERT_FALSE(set) << before;
    EXPECT_NE(set.error().message.find("line "), std::string::npos) << set.error().message;
    EXPECT_EQ(text->text(), before);
  }
}

TEST(TomlText, WhatIsNoTomlIsRefusedWithItsPlace) {
  const std::pair<const char*, const char*> rows[] = {{"a = 1\nb =\n", "line 2, column 4"}, {"a = \"x\n", "line 1, column 5"},
                                                      {"a = x\n", "line 1, column 5"},      {"a 1\n", "line 1, column 3"},
                                                      {"[t\nx = 1\n", "line 1, column 3"},  {"a = 1\na = 2\n", "line 2, column 3"},
                                                      {"[t]\n[t]\n", "line 2, column 3"},   {"a = [1, 2\n", "line 2, column 1"},
                                                      {"a = 1 2\n", "line 1, column 7"},    {"a = { b = 1\n}\n", "line 1, column 12"}};
  for (const auto& [text, place] : rows) {
    const Result<TomlText> read = TomlText::read(text);
    ASSERT_FALSE(read) << text;
    EXPECT_TRUE(read.error().message.starts_with(std::string(place) + ": ")) << text << ": " << read.error().message;
  }
}

TEST(LineDiff, ShowsWhatDiffersWithThreeLinesAround) {
  EXPECT_EQ(line_diff("a\n", "a\n"), "");
  EXPECT_EQ(line_diff("", "a\n"), "@@ -0,0 +1,1 @@\n+a\n");
  EXPECT_EQ(line_diff("1\n2\n3\n4\n5\n6\n7\n8\n", "1\n2\n3\n4\nx\n6\n7\n8\n"), "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+x\n 6\n 7\n 8\n");
  EXPECT_EQ(line_diff("a\nb", "a\nb\n"), "@@ -1,2 +1,2 @@\n a\n-b\n\\ no line end\n+b\n");
  const std::string far = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n";
  std::string changed = far;
  changed.replace(changed.find("2\n"), 1, "two").replace(changed.find("11\n"), 2, "eleven");
  EXPECT_EQ(line_diff(far, changed), "@@ -1,5 +1,5 @@\n 1\n-2\n+two\n 3\n 4\n 5\n@@ -8,5 +8,5 @@\n 8\n 9\n 10\n-11\n+eleven\n 12\n");
}

TEST(LineDiff, SecretsAreNotShown) {
  const std::string shown = without_secrets(
      "{\"apiKey\": \"sk-secret-of-mine-4711\", \"model\": \"m\",\n \"Authorization\" : \"Bearer abcdefghijklmnop\", \"x\": "
      "[\"sk-another-secret-0815\"]}\n"
      "token = 'tok-tok-tok-tok-9999' # \nenv_key = \"OPENAI_API_KEY\"\nkeys = \"short\"\n");
  for (const char* secret : {"secret-of-mine", "another-secret", "abcdefghijkl", "tok-tok", "short"})
    EXPECT_EQ(shown.find(secret), std::string::npos) << shown;
  for (const char* kept : {"\"model\": \"m\"", "4711\"", "OPENAI_API_KEY", "9999'"})
    EXPECT_NE(shown.find(kept), std::string::npos) << shown;
}

}  // namespace
}  // namespace omniroute::services
