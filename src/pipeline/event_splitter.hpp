#pragma once
#include <string>
#include <string_view>

namespace omniroute::pipeline {

/// Cuts a byte stream of server-sent events behind its last whole event, so that a stream which breaks inside an event
/// never shows half of it to a client. Bytes are copied only where a piece ends inside an event.
class EventSplitter {
 public:
  /// Adds a piece; returns the bytes up to the end of the last whole event (maybe none). The view lives until the next
  /// call, and no longer than `piece`.
  std::string_view feed(std::string_view piece);
  /// What is left of an unfinished event.
  [[nodiscard]] std::string_view tail() const noexcept { return tail_; }
  /// The length of the first event in `bytes`, its blank line included; 0 if none is whole.
  static std::size_t first_event(std::string_view bytes) noexcept;

 private:
  std::string tail_;   // begins with an unfinished event
  std::string whole_;  // the bytes returned last, when they had to be joined
};

}  // namespace omniroute::pipeline
