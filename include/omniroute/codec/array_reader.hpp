#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "omniroute/http/sse.hpp"

namespace omniroute::codec {

/// Reads a stream that is one JSON array sent in pieces (Gemini's streamGenerateContent without alt=sse) and gives its
/// elements as events without a name, as SseReader gives those of an event stream. A body that is one object, such as an
/// error, is its only element. Elements are not checked further; bounded as SseReader is.
///   reader.feed(bytes); while (reader.next(event)) …
class ArrayReader {
 public:
  explicit ArrayReader(std::size_t limit = 32u << 20) : limit_(limit) {}
  void feed(std::string_view bytes);
  /// The next whole element; its view lives until the next call of next() or feed().
  bool next(http::SseEvent& event);
  /// Set once an element passed the limit; next() then returns false for ever.
  [[nodiscard]] bool overflowed() const noexcept { return overflowed_; }

 private:
  bool step(char c) noexcept;

  std::size_t limit_;
  std::string buffer_;     // from the beginning of the open element
  std::size_t at_ = 0;     // looked at up to here
  std::size_t done_ = 0;   // given out up to here
  std::size_t depth_ = 0;  // inside an element
  bool in_string_ = false;
  bool escaped_ = false;
  bool overflowed_ = false;
};

}  // namespace omniroute::codec
