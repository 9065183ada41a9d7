#include "event_splitter.hpp"

namespace omniroute::pipeline {
namespace {

// The end of a blank line at or before `line_feed`, which is the position of an LF or a CR: the event ends behind it.
bool blank_line_ends_at(std::string_view bytes, std::size_t at) noexcept {
  if (bytes[at] == '\n') {
    if (at >= 1 && bytes[at - 1] == '\n') return true;
    return at >= 2 && bytes[at - 1] == '\r' && (bytes[at - 2] == '\n' || bytes[at - 2] == '\r');
  }
  return bytes[at] == '\r' && at >= 1 && bytes[at - 1] == '\r';
}

// The end of the last event in `bytes`, looking only at line ends from `from` on; 0 if there is none.
std::size_t last_boundary(std::string_view bytes, std::size_t from) noexcept {
  for (std::size_t at = bytes.size(); at-- > from;) {
    const std::size_t found = bytes.substr(from, at - from + 1).find_last_of("\r\n");
    if (found == std::string_view::npos) return 0;
    at = from + found;
    if (blank_line_ends_at(bytes, at)) return at + 1;
  }
  return 0;
}

}  // namespace

std::size_t EventSplitter::first_event(std::string_view bytes) noexcept {
  for (std::size_t at = bytes.find_first_of("\r\n"); at != std::string_view::npos; at = bytes.find_first_of("\r\n", at + 1)) {
    if (!blank_line_ends_at(bytes, at)) continue;
    // CR CR LF: the last LF still belongs to the blank line.
    const bool half = bytes[at] == '\r' && at + 1 < bytes.size() && bytes[at + 1] == '\n';
    return half ? at + 2 : at + 1;
  }
  return 0;
}

std::string_view EventSplitter::feed(std::string_view piece) {
  if (tail_.empty()) {
    const std::size_t end = last_boundary(piece, 0);
    tail_.assign(piece.substr(end));
    return piece.substr(0, end);
  }
  const std::size_t looked_at = tail_.size();
  tail_.append(piece);
  const std::size_t end = last_boundary(tail_, looked_at);
  if (end == 0) return {};
  whole_.assign(tail_, 0, end);
  tail_.erase(0, end);
  return whole_;
}

}  // namespace omniroute::pipeline
