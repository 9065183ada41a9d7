#include "omniroute/http/sse.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <vector>

namespace omniroute::http {
namespace {

struct Event {
  std::string name;
  std::string data;
  bool operator==(const Event&) const = default;
};

void PrintTo(const Event& event, std::ostream* out) { *out << '[' << event.name << '|' << event.data << ']'; }

/// What a reader makes of the pieces, with what finish() gives at the end.
std::vector<Event> read(const std::vector<std::string>& pieces, SseReader& reader) {
  std::vector<Event> events;
  SseEvent event;
  for (const std::string& piece : pieces) {
    const std::string fed = piece;  // its memory ends with this round: no view may survive it
    reader.feed(fed);
    while (reader.next(event)) events.push_back({std::string(event.name), std::string(event.data)});
  }
  while (reader.finish(event)) events.push_back({std::string(event.name), std::string(event.data)});
  return events;
}

std::vector<Event> read(const std::vector<std::string>& pieces) {
  SseReader reader;
  return read(pieces, reader);
}

struct Row {
  const char* name;
  std::string text;
  std::vector<Event> events;
};

const std::vector<Row>& rows() {
  static const std::vector<Row> all{
      {"one event", "data: a\n\n", {{"", "a"}}},
      {"named", "event: delta\ndata: {\"a\":1}\n\n", {{"delta", "{\"a\":1}"}}},
      {"name after data", "data: a\nevent: x\n\n", {{"x", "a"}}},
      {"crlf", "event: e\r\ndata: a\r\n\r\ndata: b\r\n\r\n", {{"e", "a"}, {"", "b"}}},
      {"cr alone", "event: e\rdata: a\r\rdata: b\r\r", {{"e", "a"}, {"", "b"}}},
      {"mixed ends", "data: a\r\ndata: b\rdata: c\n\r\n", {{"", "a\nb\nc"}}},
      {"no space", "data:a\n\n", {{"", "a"}}},
      {"two spaces", "data:  a\n\n", {{"", " a"}}},
      {"several lines", "data: a\ndata:\ndata: c\n\n", {{"", "a\n\nc"}}},
      {"first line empty", "data:\ndata: b\n\n", {{"", "\nb"}}},
      {"empty data", "data\n\n", {{"", ""}}},
      {"comments", ": ping\n\ndata: a\n: inside\n\n:\n\n", {{"", "a"}}},
      {"id and retry", "id: 7\nretry: 10\ndata: a\n\n", {{"", "a"}}},
      {"name without data", "event: x\n\ndata: a\n\n", {{"", "a"}}},
      {"mark of byte order",
       "\xef\xbb\xbf"
       "data: a\n\n",
       {{"", "a"}}},
      {"mark in the middle",
       "data: \xef\xbb\xbf"
       "a\n\n",
       {{"",
         "\xef\xbb\xbf"
         "a"}}},
      {"unclosed last", "data: a\n\ndata: b\n", {{"", "a"}, {"", "b"}}},
      {"unended last line", "data: a\n\nevent: e\ndata: b", {{"", "a"}, {"e", "b"}}},
      {"unended second line", "data: a\ndata: b", {{"", "a\nb"}}},
      {"many blank lines", "\n\n\ndata: a\n\n\n\ndata: b\n\n", {{"", "a"}, {"", "b"}}},
      {"colons in data", "data: a: b: c\n\n", {{"", "a: b: c"}}},
      {"utf8", "data: größe 路由 🚀\n\n", {{"", "größe 路由 🚀"}}},
      {"done inside text", "data: {\"t\":\"[DONE]\"}\n\ndata: [DONE]\n\n", {{"", "{\"t\":\"[DONE]\"}"}, {"", "[DONE]"}}},
      {"nothing", "", {}},
      {"only blank", "\r\n\r\n", {}},
  };
  return all;
}

TEST(SseReader, ReadsEveryRowWhole) {
  for (const Row& row : rows()) EXPECT_EQ(read({row.text}), row.events) << row.name;
}

TEST(SseReader, ReadsEveryRowCutAtAnyTwoPlaces) {
  for (const Row& row : rows()) {
    for (std::size_t first = 0; first <= row.text.size(); ++first) {
      for (std::size_t second = first; second <= row.text.size(); ++second) {
        const std::vector<std::string> pieces{row.text.substr(0, first), row.text.substr(first, second - first), row.text.substr(second)};
        ASSERT_EQ(read(pieces), row.events) << row.name << " cut at " << first << " and " << second;
      }
    }
  }
}

TEST(SseReader, ReadsEveryRowByteByByte) {
  for (const Row& row : rows()) {
    std::vector<std::string> bytes;
    for (const char c : row.text) bytes.emplace_back(1, c);
    EXPECT_EQ(read(bytes), row.events) << row.name;
  }
}

TEST(SseReader, DoesNotCopyAnEventThatLiesWholeInAPiece) {
  SseReader reader;
  const std::string piece = "event: e\ndata: {\"text\":\"hello\"}\n\n";
  reader.feed(piece);
  SseEvent event;
  ASSERT_TRUE(reader.next(event));
  EXPECT_EQ(event.data.data(), piece.data() + piece.find('{'));
}

TEST(SseReader, KeepsStrayText) {
  SseReader reader;
  const std::vector<Event> events = read({"data: a\n\n{\"error\":\n {\"code\": 500}}\n"}, reader);
  EXPECT_EQ(events, (std::vector<Event>{{"", "a"}}));
  EXPECT_EQ(reader.stray(), "{\"error\":\n {\"code\": 500}}\n");
}

TEST(SseReader, KeepsStrayTextWithoutALineEnd) {
  SseReader reader;
  read({"{\"error\":", "\"x\"}"}, reader);
  EXPECT_EQ(reader.stray(), "{\"error\":\"x\"}\n");
}

TEST(SseReader, KeepsAtMost64KBOfStrayText) {
  SseReader reader;
  std::string line(1000, 'x');
  line.push_back('\n');
  for (int i = 0; i < 1000; ++i) read({line}, reader);
  EXPECT_LE(reader.stray().size(), 64u * 1024);
  EXPECT_GT(reader.stray().size(), 60u * 1024);
}

TEST(SseReader, RefusesAnEventAboveItsLimit) {
  const std::string big(101, 'x');
  for (const std::string& text :
       {"data: " + big + "\n\n", "data: " + big, "data: " + big.substr(0, 60) + "\ndata: " + big.substr(0, 60) + "\n\n"}) {
    for (const std::size_t cut : {std::size_t{0}, std::size_t{3}, std::size_t{50}, text.size()}) {
      SseReader reader(100);
      const std::vector<Event> events = read({text.substr(0, cut), text.substr(cut)}, reader);
      EXPECT_TRUE(reader.overflowed()) << text.size() << ' ' << cut;
      EXPECT_TRUE(events.empty());
    }
  }
}

TEST(SseReader, GivesTheEventsBeforeAnOverflowAndNoneAfter) {
  SseReader reader(100);
  const std::vector<Event> events = read({"data: a\n\n", "data: " + std::string(200, 'x'), "\n\ndata: b\n\n"}, reader);
  EXPECT_EQ(events, (std::vector<Event>{{"", "a"}}));
  EXPECT_TRUE(reader.overflowed());
}

/// Time to read `bytes` of the text in pieces of 16 KB.
double seconds_for(const std::string& text) {
  SseReader reader;
  SseEvent event;
  const auto begin = std::chrono::steady_clock::now();
  for (std::size_t at = 0; at < text.size(); at += 16384) {
    reader.feed(std::string_view(text).substr(at, 16384));
    while (reader.next(event)) {
    }
  }
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

TEST(SseReader, DoesNotGrowQuadratically) {
  std::string cr_lines;
  while (cr_lines.size() < (4u << 20)) cr_lines += "data: x\r\r";
  std::string one_line = "data: " + std::string(12u << 20, 'x') + "\n\n";
  std::string many_lines;
  while (many_lines.size() < (4u << 20)) many_lines += "data: xx\n";
  many_lines += "\n";
  // A quadratic reader needs minutes for these.
  EXPECT_LT(seconds_for(cr_lines), 5.0);
  EXPECT_LT(seconds_for(one_line), 5.0);
  EXPECT_LT(seconds_for(many_lines), 5.0);
}

}  // namespace
}  // namespace omniroute::http
