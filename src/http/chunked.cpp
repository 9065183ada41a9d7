#include "chunked.hpp"

#include <algorithm>
#include <cstring>

#include "grammar.hpp"

namespace omniroute::http {

ChunkedDecoder::Progress ChunkedDecoder::decode(char* bytes, std::size_t size) noexcept {
  Progress progress;
  std::size_t at = 0;
  while (at < size && state_ != State::done && state_ != State::failed) {
    if (state_ != State::data) {
      state_ = next(bytes[at++]);
      continue;
    }
    const std::size_t count = static_cast<std::size_t>(std::min<std::uint64_t>(left_, size - at));
    if (progress.size == 0) {
      progress.begin = at;
    } else {
      std::memmove(bytes + progress.begin + progress.size, bytes + at, count);
    }
    progress.size += count;
    at += count;
    left_ -= count;
    if (left_ == 0) state_ = State::data_cr;
  }
  progress.consumed = at;
  if (state_ == State::done) progress.step = Step::done;
  if (state_ == State::failed) progress.step = Step::failed;
  return progress;
}

void ChunkedDecoder::skip(std::size_t count) noexcept {
  left_ -= count;
  if (count > 0 && left_ == 0) state_ = State::data_cr;
}

ChunkedDecoder::State ChunkedDecoder::fail(std::string_view reason) noexcept {
  reason_ = reason;
  return State::failed;
}

ChunkedDecoder::State ChunkedDecoder::next(char c) noexcept {
  switch (state_) {
    case State::size_first:
    case State::size: return size_line(c);
    case State::size_lf:
      if (c != '\n') return fail("A chunk size line does not end in CRLF.");
      line_ = 0;
      return left_ == 0 ? State::trailer_first : State::data;
    case State::data_cr: return c == '\r' ? State::data_lf : fail("A chunk is longer than its size.");
    case State::data_lf: return c == '\n' ? State::size_first : fail("A chunk does not end in CRLF.");
    case State::trailer_first:
    case State::trailer_name:
    case State::trailer_value:
    case State::trailer_lf: return trailer(c);
    case State::last_lf: return c == '\n' ? State::done : fail("The last chunk does not end in CRLF.");
    case State::data:
    case State::done:
    case State::failed: return state_;
    default: return extension(c);
  }
}

ChunkedDecoder::State ChunkedDecoder::size_line(char c) noexcept {
  if (++line_ > limits_->chunk_line) return fail("A chunk size line is too long.");
  const int digit = hex_value(c);
  if (digit >= 0) {
    if (left_ > (static_cast<std::uint64_t>(INT64_MAX) - static_cast<std::uint64_t>(digit)) / 16)
      return fail("A chunk size is beyond all bounds.");
    left_ = left_ * 16 + static_cast<std::uint64_t>(digit);
    return State::size;
  }
  if (state_ == State::size_first) return fail("A chunk size is not a number.");
  if (c == '\r') return State::size_lf;
  if (c == ';') return State::ext_name_gap;
  if (c == ' ' || c == '\t') return State::ext_gap;
  return fail("A chunk size is not a number.");
}

/// chunk-ext = *( BWS ";" BWS token [ BWS "=" BWS ( token / quoted-string ) ] )
ChunkedDecoder::State ChunkedDecoder::extension(char c) noexcept {
  if (++line_ > limits_->chunk_line || ++extensions_ > limits_->head) return fail("The chunk extensions are too long.");
  const bool blank = c == ' ' || c == '\t';
  switch (state_) {
    case State::ext_gap:
      if (blank) return State::ext_gap;
      return c == ';' ? State::ext_name_gap : fail("A chunk size is followed by something else than an extension.");
    case State::ext_name_gap:
      if (blank) return State::ext_name_gap;
      return is(c, byte_token) ? State::ext_name : fail("A chunk extension has no name.");
    case State::ext_name:
      if (is(c, byte_token)) return State::ext_name;
      if (blank) return State::ext_name_after;
      [[fallthrough]];
    case State::ext_name_after:
      if (blank) return State::ext_name_after;
      if (c == '=') return State::ext_value_gap;
      if (c == ';') return State::ext_name_gap;
      return c == '\r' && state_ == State::ext_name ? State::size_lf : fail("A chunk extension is malformed.");
    case State::ext_value_gap:
      if (blank) return State::ext_value_gap;
      if (c == '"') return State::ext_quoted;
      return is(c, byte_token) ? State::ext_value : fail("A chunk extension has no value.");
    case State::ext_value:
      if (is(c, byte_token)) return State::ext_value;
      [[fallthrough]];
    case State::ext_after_quoted:
      if (c == ';') return State::ext_name_gap;
      if (c == '\r') return State::size_lf;
      return blank ? State::ext_gap : fail("A chunk extension is malformed.");
    case State::ext_quoted:
      if (c == '"') return State::ext_after_quoted;
      if (c == '\\') return State::ext_escaped;
      return is(c, byte_value) ? State::ext_quoted : fail("A chunk extension holds a control character.");
    case State::ext_escaped: return is(c, byte_value) ? State::ext_quoted : fail("A chunk extension holds a control character.");
    default: return fail("A chunk extension is malformed.");
  }
}

ChunkedDecoder::State ChunkedDecoder::trailer(char c) noexcept {
  if (++trailers_ > limits_->trailers + 2) return fail("The trailers are too large.");
  switch (state_) {
    case State::trailer_first:
      if (c == '\r') return State::last_lf;
      if (++trailer_fields_ > limits_->trailer_fields) return fail("There are too many trailers.");
      return is(c, byte_token) ? State::trailer_name : fail("A trailer is malformed.");
    case State::trailer_name:
      if (c == ':') return State::trailer_value;
      return is(c, byte_token) ? State::trailer_name : fail("A trailer is malformed.");
    case State::trailer_value:
      if (c == '\r') return State::trailer_lf;
      return is(c, byte_value) ? State::trailer_value : fail("A trailer holds a control character.");
    default: return c == '\n' ? State::trailer_first : fail("A trailer does not end in CRLF.");
  }
}

}  // namespace omniroute::http
