// A response head as a provider may send it, and the chunked body behind it.
#include <tuple>

#include "heads.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using omniroute::http::HeadParser;
  if (size == 0) return 0;
  std::string_view bytes = text_of(data + 1, size - 1);
  omniroute::http::Limits limits;
  HeadParser parser(HeadParser::Role::response, limits);
  if (parse_both_ways(parser, HeadParser::Role::response, limits, bytes) != HeadParser::Step::done) return 0;
  check(parser.status() >= 100 && parser.status() <= 999, "a status has three digits");
  if (parser.framing() == omniroute::http::Framing::chunked) decode_both_ways(limits, bytes.substr(parser.size()), 1 + data[0] % 16);
  return 0;
}
