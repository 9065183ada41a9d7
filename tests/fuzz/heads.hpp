#pragma once
#include <algorithm>
#include <string>
#include <vector>

#include "check.hpp"
#include "chunked.hpp"
#include "head_parser.hpp"

/// Parses a head whole and byte by byte, and holds both against each other.
inline omniroute::http::HeadParser::Step parse_both_ways(omniroute::http::HeadParser& whole, omniroute::http::HeadParser::Role role,
                                                         const omniroute::http::Limits& limits, std::string_view bytes) {
  using Step = omniroute::http::HeadParser::Step;
  Step step = whole.parse(bytes);
  omniroute::http::HeadParser slow(role, limits);
  Step last = Step::more;
  for (std::size_t n = 1; n <= bytes.size() && last == Step::more; ++n) last = slow.parse(bytes.substr(0, n));
  if (bytes.empty()) last = slow.parse(bytes);
  check(step == last, "a head reads the same whole and byte by byte");
  if (step == Step::failed) {
    check(!whole.fault().reason.empty(), "a refused head has a reason");
  } else if (step == Step::done) {
    check(whole.size() == slow.size() && whole.size() <= bytes.size(), "a head has one size");
    check(whole.framing() == slow.framing() && whole.content_length() == slow.content_length(), "a head has one framing");
    std::vector<omniroute::http::HeaderView> views;
    whole.views(bytes, views);
    check(views.size() <= limits.fields, "the bound on fields holds");
    for (const omniroute::http::HeaderView& view : views) {
      check(!view.name.empty() && view.name.data() >= bytes.data() && view.value.size() <= bytes.size(), "fields point into the head");
      check(view.value.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos, "no value holds a line end or NUL");
    }
  }
  return step;
}

/// Takes the framing off a chunked body in one piece and in pieces of `step` bytes; both must give the same.
inline void decode_both_ways(const omniroute::http::Limits& limits, std::string_view body, std::size_t step) {
  using Decoder = omniroute::http::ChunkedDecoder;
  auto decode = [&limits, body](std::size_t size) {
    Decoder decoder(limits);
    std::string data;
    Decoder::Step last = Decoder::Step::more;
    std::size_t consumed = 0;
    for (std::size_t at = 0; at < body.size() && last == Decoder::Step::more; at += size) {
      std::string piece(body.substr(at, size));
      Decoder::Progress progress = decoder.decode(piece.data(), piece.size());
      check(progress.begin + progress.size <= piece.size() && progress.consumed <= piece.size(), "a decoder stays inside its bytes");
      data.append(piece, progress.begin, progress.size);
      consumed += progress.consumed;
      last = progress.step;
    }
    return std::tuple(last, last == Decoder::Step::failed ? std::string() : data, last == Decoder::Step::done ? consumed : 0);
  };
  check(decode(body.size() + 1) == decode(step), "a chunked body reads the same in pieces");
}
