#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "omniroute/base/result.hpp"

namespace omniroute::http {

/// One server-sent event. Views into the reader's buffer; they live until the next call of next() or feed().
struct SseEvent {
  std::string_view name;  ///< the `event:` field, or empty
  std::string_view data;  ///< `data:` lines joined with LF
};

/// Reads server-sent events (WHATWG HTML, section 9.2) from bytes cut anywhere: LF, CRLF, CR, BOM, comments.
///   reader.feed(bytes); while (reader.next(event)) …; at the end of the body: reader.finish(event)
/// An event that lies whole in one fed piece is not copied. Bounded: an event above `limit` bytes is an error.
class SseReader {
 public:
  explicit SseReader(std::size_t limit = 32u << 20);
  /// Adds bytes; they must stay alive until next() has returned false.
  void feed(std::string_view bytes);
  /// The next whole event; false when more bytes are needed. Events without a data line are skipped.
  bool next(SseEvent& event);
  /// After the last byte: an event that lacks only its blank line. False if there is none.
  bool finish(SseEvent& event);
  /// Text outside any field (a bare JSON error after the events, say); at most 64 KB of it is kept.
  [[nodiscard]] std::string_view stray() const noexcept { return stray_; }
  /// Set once the limit was passed; next() then returns false for ever.
  [[nodiscard]] bool overflowed() const noexcept { return overflowed_; }

 private:
  [[nodiscard]] std::size_t line_end() noexcept;
  bool take_line(std::string_view line);
  void take_data(std::string_view line, std::size_t value_at);
  void keep_rest();
  void emit(SseEvent& event);

  std::size_t limit_;
  std::string_view input_;         // what is left of the fed piece
  const char* next_lf_ = nullptr;  // the first LF of input_, once looked for
  bool no_lf_ = false;             // there is none
  std::string pending_;            // an unfinished line of earlier pieces
  std::string data_;               // data lines joined, when an event has several or was cut
  std::string_view data_view_;     // the event's data: in the fed piece, or in data_
  std::string name_;
  std::string stray_;
  bool have_data_ = false;
  bool emitted_ = false;  // the last call gave an event; its views end now
  bool skip_lf_ = false;  // the last piece ended in CR
  bool start_ = true;
  bool overflowed_ = false;
};

}  // namespace omniroute::http
