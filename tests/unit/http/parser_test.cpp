#include <gtest/gtest.h>

#include <random>

#include "chunked.hpp"
#include "head_parser.hpp"
#include "head_rows.hpp"

namespace omniroute::http {
namespace {

const Limits limits;

using Step = HeadParser::Step;
using Role = HeadParser::Role;

std::string bytes_of(const std::string& text) { return text.size() > 120 ? text.substr(0, 120) + "…" : text; }

/// Fed whole.
Step parse(HeadParser& parser, std::string_view text) { return parser.parse(text); }

/// Fed so that every prefix is seen; the memory moves each time.
Step parse_growing(HeadParser& parser, const std::string& text, std::size_t step) {
  for (std::size_t size = step; size < text.size(); size += step) {
    const std::string prefix = text.substr(0, size);
    const Step result = parser.parse(prefix);
    if (result != Step::more) return result;
  }
  return parser.parse(text);
}

TEST(HeadParser, GivesEveryRequestItsDue) {
  for (const HeadRow& row : request_rows()) {
    HeadParser parser(Role::request, limits);
    const Step step = parse(parser, row.text);
    if (row.status != 0) {
      EXPECT_EQ(step, Step::failed) << row.name << ": " << bytes_of(row.text);
      EXPECT_EQ(parser.fault().status, row.status) << row.name << ": " << parser.fault().reason;
      EXPECT_FALSE(parser.fault().reason.empty());
      continue;
    }
    ASSERT_EQ(step, Step::done) << row.name << ": " << parser.fault().reason;
    EXPECT_EQ(parser.size(), row.text.size()) << row.name;
    EXPECT_EQ(parser.method(row.text), row.method) << row.name;
    EXPECT_EQ(parser.path(row.text), row.path) << row.name;
    EXPECT_EQ(parser.query(row.text), row.query) << row.name;
  }
}

TEST(HeadParser, JudgesAlikeHoweverTheBytesAreCut) {
  for (const HeadRow& row : request_rows()) {
    for (const std::size_t step : {std::size_t{1}, std::size_t{2}, std::size_t{7}}) {
      if (row.text.size() > 20'000 && step < 7) continue;
      HeadParser parser(Role::request, limits);
      const Step result = parse_growing(parser, row.text, step);
      EXPECT_EQ(result == Step::done, row.status == 0) << row.name << " in steps of " << step;
      if (row.status == 0) {
        EXPECT_EQ(parser.path(row.text), row.path);
      }
    }
  }
}

TEST(HeadParser, CutInTwoAnywhereASoundRequestIsTheSame) {
  for (const HeadRow& row : request_rows()) {
    if (row.status != 0) continue;
    for (std::size_t cut = 0; cut < row.text.size(); ++cut) {
      HeadParser parser(Role::request, limits);
      ASSERT_EQ(parser.parse(row.text.substr(0, cut)), Step::more) << row.name << " cut at " << cut;
      ASSERT_EQ(parser.parse(row.text), Step::done) << row.name << " cut at " << cut;
      EXPECT_EQ(parser.method(row.text), row.method);
    }
  }
}

TEST(HeadParser, LeavesWhatFollowsTheHead) {
  const std::string text = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
  HeadParser parser(Role::request, limits);
  ASSERT_EQ(parser.parse(text + "\n\x01garbage"), Step::done);
  EXPECT_EQ(parser.size(), text.size());
}

TEST(HeadParser, TellsFramingAndConnection) {
  struct Row {
    std::string text;
    Framing framing;
    bool keep_alive;
  };
  const std::string head = "POST / HTTP/1.1\r\nHost: h\r\n";
  for (const Row& row : std::vector<Row>{
           {head + "\r\n", Framing::none, true},
           {head + "Content-Length: 7\r\n\r\n", Framing::length, true},
           {head + "Content-Length: 0\r\n\r\n", Framing::none, true},
           {head + "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n", Framing::chunked, false},
           {head + "Connection: x, Close ,y\r\n\r\n", Framing::none, false},
           {head + "Connection: keep-alive, close\r\n\r\n", Framing::none, false},
           {"GET / HTTP/1.0\r\n\r\n", Framing::none, false},
           {"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", Framing::none, true},
       }) {
    HeadParser parser(Role::request, limits);
    ASSERT_EQ(parser.parse(row.text), Step::done) << row.text;
    EXPECT_EQ(parser.framing(), row.framing) << row.text;
    EXPECT_EQ(parser.keep_alive(), row.keep_alive) << row.text;
  }
}

TEST(HeadParser, GivesFieldsInOrderAndTrimmed) {
  const std::string text = "GET / HTTP/1.1\r\nHost: h\r\nX-A:  a b \t\r\nx-a: second\r\nEmpty:\r\n\r\n";
  HeadParser parser(Role::request, limits);
  ASSERT_EQ(parser.parse(text), Step::done);
  std::vector<HeaderView> fields;
  parser.views(text, fields);
  ASSERT_EQ(fields.size(), 4u);
  EXPECT_EQ(find_header(fields, "X-a"), "a b");
  EXPECT_NE(find_header(fields, "empty").data(), nullptr);
  EXPECT_EQ(find_header(fields, "empty").size(), 0u);
  EXPECT_EQ(find_header(fields, "absent").data(), nullptr);
}

TEST(HeadParser, IsReadyAgainAfterReset) {
  HeadParser parser(Role::request, limits);
  ASSERT_EQ(parser.parse("POST /first HTTP/1.0\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"), Step::done);
  parser.reset();
  const std::string second = "GET /second HTTP/1.1\r\nHost: h\r\n\r\n";
  ASSERT_EQ(parser.parse(second), Step::done);
  EXPECT_EQ(parser.path(second), "/second");
  EXPECT_EQ(parser.framing(), Framing::none);
  EXPECT_FALSE(parser.expects_continue());
  EXPECT_FALSE(parser.http10());
}

TEST(HeadParser, GivesEveryResponseItsDue) {
  for (const ResponseRow& row : response_rows()) {
    for (const std::size_t step : {row.text.size(), std::size_t{5}}) {
      HeadParser parser(Role::response, limits);
      const Step result = parse_growing(parser, row.text, step);
      EXPECT_EQ(result == Step::done, row.accepted) << row.name << ": " << parser.fault().reason;
      if (row.accepted) {
        EXPECT_EQ(parser.status(), row.status) << row.name;
      }
    }
  }
}

TEST(HeadParser, KnowsHowAResponseEnds) {
  struct Row {
    std::string text;
    Framing framing;
    bool keep_alive;
  };
  for (const Row& row : std::vector<Row>{
           {"HTTP/1.1 200 OK\r\n\r\n", Framing::until_close, false},
           {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", Framing::length, true},
           {"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\n", Framing::length, false},
           {"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\n", Framing::length, true},
           {"HTTP/1.1 204 No Content\r\n\r\n", Framing::none, true},
           {"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", Framing::none, true},
           {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", Framing::chunked, true},
       }) {
    HeadParser parser(Role::response, limits);
    ASSERT_EQ(parser.parse(row.text), Step::done) << row.text;
    EXPECT_EQ(parser.framing(), row.framing) << row.text;
    EXPECT_EQ(parser.keep_alive(), row.keep_alive) << row.text;
  }
}

/// Decodes pieces of `step` bytes; the data, or nothing when it failed or did not end.
std::optional<std::string> dechunk(const std::string& text, std::size_t step, std::string* rest = nullptr) {
  ChunkedDecoder decoder(limits);
  std::string data;
  for (std::size_t at = 0; at < text.size();) {
    std::string piece = text.substr(at, step);
    const ChunkedDecoder::Progress progress = decoder.decode(piece.data(), piece.size());
    data.append(piece, progress.begin, progress.size);
    at += progress.consumed;
    if (progress.step == ChunkedDecoder::Step::failed) return std::nullopt;
    if (progress.step == ChunkedDecoder::Step::done) {
      if (rest) *rest = text.substr(at);
      return data;
    }
    if (progress.consumed != piece.size()) return std::nullopt;
  }
  return std::nullopt;
}

TEST(ChunkedDecoder, GivesEveryBodyItsDueInStepsOfAnySize) {
  for (const ChunkRow& row : chunk_rows()) {
    const std::size_t most = std::min<std::size_t>(row.text.size() + 1, 60);
    for (std::size_t step = 1; step <= most; ++step) {
      std::string rest;
      const std::optional<std::string> data = dechunk(row.text + "GET / HTTP/1.1", step, &rest);
      ASSERT_EQ(data.has_value(), row.sound) << row.name << " in steps of " << step;
      if (!data) continue;
      EXPECT_EQ(*data, row.data) << row.name;
      EXPECT_EQ(rest, "GET / HTTP/1.1") << row.name;
    }
    EXPECT_EQ(dechunk(row.text, row.text.size() + 1).has_value(), row.sound) << row.name;
  }
}

TEST(ChunkedDecoder, AnUnfinishedBodyIsNotDone) {
  const std::string whole = "5\r\nAAAAA\r\n0\r\nX: y\r\n\r\n";
  for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_FALSE(dechunk(whole.substr(0, size), size + 1)) << size;
}

TEST(ChunkedDecoder, SaysHowLargeAChunkWillBe) {
  ChunkedDecoder decoder(limits);
  std::string line = "40000000\r\nab";
  decoder.decode(line.data(), line.size());
  EXPECT_EQ(decoder.pending(), 0x40000000u - 2);
  decoder.skip(10);
  EXPECT_EQ(decoder.pending(), 0x40000000u - 12);
}

TEST(ChunkedDecoder, BoundsTheExtensionsOfAllChunksTogether) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "1;a=" + std::string(1000, 'b') + "\r\nx\r\n";
  text += "0\r\n\r\n";
  EXPECT_FALSE(dechunk(text, text.size()));
}

TEST(Parsers, SurviveAnyBytes) {
  std::mt19937 dice(7);
  const auto below = [&dice](std::size_t bound) { return static_cast<std::size_t>(dice() % bound); };
  for (int round = 0; round < 20'000; ++round) {
    const HeadRow& seed = request_rows()[below(request_rows().size())];
    std::string text = seed.text.substr(0, 2000);
    for (std::size_t change = below(6); change > 0 && !text.empty(); --change) {
      const std::size_t at = below(text.size());
      if (below(3) == 0) {
        text.erase(at, below(8));
      } else if (below(2) == 0) {
        text[at] = static_cast<char>(below(256));
      } else {
        text.insert(at, text.substr(below(text.size()), below(30)));
      }
    }
    for (const Role role : {Role::request, Role::response}) {
      HeadParser whole(role, limits);
      HeadParser cut(role, limits);
      const Step step = whole.parse(text);
      EXPECT_EQ(parse_growing(cut, text, 1 + below(40)) == Step::done, step == Step::done) << text;
    }
    ChunkedDecoder decoder(limits);
    decoder.decode(text.data(), text.size());
  }
}

}  // namespace
}  // namespace omniroute::http
