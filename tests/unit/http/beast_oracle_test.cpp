// Boost.Beast as a second opinion: where our parser accepts, both must see the same message and the same end of it.
#include <gtest/gtest.h>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <algorithm>
#include <random>

#include "chunked.hpp"
#include "head_parser.hpp"
#include "head_rows.hpp"

namespace omniroute::http {
namespace {

namespace beast = boost::beast::http;

const Limits limits;

/// What one reader makes of a message.
struct Reading {
  bool sound = false;
  std::string start;  // method and target, or the status
  std::vector<std::pair<std::string, std::string>> fields;
  std::string body;
  std::size_t size = 0;  // of the whole message
  bool operator==(const Reading&) const = default;
};

void PrintTo(const Reading& reading, std::ostream* out) {
  *out << (reading.sound ? "sound " : "refused ") << reading.start << " fields=" << reading.fields.size() << " body=" << reading.body
       << " size=" << reading.size;
}

template <bool is_request>
Reading ours(std::string text) {
  Reading reading;
  HeadParser parser(is_request ? HeadParser::Role::request : HeadParser::Role::response, limits);
  if (parser.parse(text) != HeadParser::Step::done) return reading;
  reading.start = is_request ? std::string(parser.method(text)) + " " + std::string(parser.target(text)) : std::to_string(parser.status());
  std::vector<HeaderView> fields;
  parser.views(text, fields);
  for (const HeaderView& field : fields) reading.fields.emplace_back(field.name, field.value);
  reading.size = parser.size();
  if (parser.framing() == Framing::until_close) {
    reading.body = text.substr(parser.size());
    reading.size = text.size();
  } else if (parser.framing() == Framing::length) {
    if (text.size() - parser.size() < *parser.content_length()) return Reading();
    reading.body = text.substr(parser.size(), static_cast<std::size_t>(*parser.content_length()));
    reading.size += reading.body.size();
  } else if (parser.framing() == Framing::chunked) {
    ChunkedDecoder decoder(limits);
    const ChunkedDecoder::Progress step = decoder.decode(text.data() + parser.size(), text.size() - parser.size());
    if (step.step != ChunkedDecoder::Step::done) return Reading();
    reading.body = text.substr(parser.size() + step.begin, step.size);
    reading.size += step.consumed;
  }
  reading.sound = true;
  return reading;
}

template <bool is_request>
Reading beasts(const std::string& text) {
  Reading reading;
  beast::parser<is_request, beast::string_body> parser;
  parser.eager(true);
  parser.header_limit(64 * 1024);
  boost::system::error_code error;
  // Beast refuses the empty line that RFC 9112 allows before a request.
  const std::size_t skipped = is_request && text.starts_with("\r\n") ? 2 : 0;
  std::size_t used = skipped;
  while (!parser.is_done() && used < text.size()) {
    const std::size_t took = parser.put(boost::asio::buffer(text.data() + used, text.size() - used), error);
    used += took;
    if (error && error != beast::error::need_more) return reading;
    if (took == 0) break;
  }
  if (!parser.is_done() && parser.need_eof()) parser.put_eof(error);
  if (!parser.is_done()) return reading;
  const auto& message = parser.get();
  if constexpr (is_request) {
    reading.start = std::string(message.method_string()) + " " + std::string(message.target());
  } else {
    reading.start = std::to_string(message.result_int());
  }
  for (const auto& field : message) reading.fields.emplace_back(field.name_string(), field.value());
  reading.body = message.body();
  reading.size = used;
  reading.sound = true;
  return reading;
}

/// Beast puts fields of one name together and adds trailers, which we drop: the order is let go, and more may be there.
void compare_as_sets(Reading& theirs, Reading& mine) {
  std::sort(theirs.fields.begin(), theirs.fields.end());
  std::sort(mine.fields.begin(), mine.fields.end());
  if (std::includes(theirs.fields.begin(), theirs.fields.end(), mine.fields.begin(), mine.fields.end())) theirs.fields = mine.fields;
}

template <bool is_request>
int agree(const std::string& text) {
  Reading mine = ours<is_request>(text);
  if (!mine.sound) return 0;
  // A status line without the blank before its missing phrase is common enough to be taken; Beast wants the blank.
  const bool blank_missing = !is_request && text.find("\r\n") == 12;
  Reading theirs = beasts<is_request>(blank_missing ? text.substr(0, 12) + " " + text.substr(12) : text);
  if (blank_missing && theirs.sound) --theirs.size;
  compare_as_sets(theirs, mine);
  EXPECT_EQ(theirs, mine) << text;
  return 1;
}

std::vector<std::string> request_seeds() {
  std::vector<std::string> seeds;
  const std::string start = "POST /x HTTP/1.1\r\nHost: h\r\n";
  for (const HeadRow& row : request_rows())
    if (row.text.size() < 4000) seeds.push_back(row.text + "AAAAAGET / HTTP/1.1\r\n\r\n");
  for (const ChunkRow& row : chunk_rows())
    if (row.text.size() < 4000) seeds.push_back(start + "Transfer-Encoding: chunked\r\n\r\n" + row.text + "GET / HTTP/1.1\r\n\r\n");
  return seeds;
}

std::vector<std::string> response_seeds() {
  std::vector<std::string> seeds;
  for (const ResponseRow& row : response_rows())
    if (row.text.size() < 4000) seeds.push_back(row.text + "AAAAA");
  for (const ChunkRow& row : chunk_rows())
    if (row.text.size() < 4000) seeds.push_back("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + row.text);
  return seeds;
}

std::string mutate(std::string text, std::mt19937& dice) {
  static const std::vector<std::string> bits{
      "\r\n",      "\n",   "\r",       " ", "\t", ":", "Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n", "Host: x\r\n",
      "0\r\n\r\n", "\xff", "HTTP/1.1", ";", ",",  "a", "5\r\nAAAAA\r\n",        "Connection: close\r\n"};
  const auto below = [&dice](std::size_t bound) { return static_cast<std::size_t>(dice() % bound); };
  for (std::size_t change = 1 + below(3); change > 0 && !text.empty(); --change) {
    const std::size_t at = below(text.size());
    switch (below(4)) {
      case 0: text[at] = static_cast<char>(below(256)); break;
      case 1: text.insert(at, bits[below(bits.size())]); break;
      case 2: text.erase(at, 1 + below(6)); break;
      default: text.insert(at, text.substr(below(text.size()), 1 + below(30)));
    }
  }
  return text;
}

TEST(BeastOracle, SeesTheSameRequestsWhereWeAccept) {
  std::mt19937 dice(20);
  int accepted = 0;
  const std::vector<std::string> seeds = request_seeds();
  for (const std::string& seed : seeds) accepted += agree<true>(seed);
  EXPECT_GT(accepted, 40);
  for (int i = 0; i < 10'000; ++i) accepted += agree<true>(mutate(seeds[dice() % seeds.size()], dice));
  EXPECT_GT(accepted, 500);
}

TEST(BeastOracle, SeesTheSameResponsesWhereWeAccept) {
  std::mt19937 dice(21);
  int accepted = 0;
  const std::vector<std::string> seeds = response_seeds();
  for (const std::string& seed : seeds) accepted += agree<false>(seed);
  EXPECT_GT(accepted, 10);
  for (int i = 0; i < 10'000; ++i) accepted += agree<false>(mutate(seeds[dice() % seeds.size()], dice));
  EXPECT_GT(accepted, 500);
}

}  // namespace
}  // namespace omniroute::http
