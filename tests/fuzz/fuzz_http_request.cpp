// A request head, and the chunked body behind it: the same whole and in pieces, within bounds, with one framing.
#include <tuple>

#include "heads.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using omniroute::http::HeadParser;
  if (size == 0) return 0;
  std::string_view bytes = text_of(data + 1, size - 1);
  omniroute::http::Limits limits;
  HeadParser parser(HeadParser::Role::request, limits);
  if (parse_both_ways(parser, HeadParser::Role::request, limits, bytes) != HeadParser::Step::done) return 0;
  check(!parser.method(bytes).empty() && !parser.target(bytes).empty() && !parser.path(bytes).empty(),
        "a request has method, target, path");
  check(parser.framing() != omniroute::http::Framing::until_close, "a request's body ends before the connection does");
  if (parser.framing() == omniroute::http::Framing::chunked) decode_both_ways(limits, bytes.substr(parser.size()), 1 + data[0] % 16);
  return 0;
}
