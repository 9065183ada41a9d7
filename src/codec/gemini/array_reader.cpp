#include "omniroute/codec/array_reader.hpp"

namespace omniroute::codec {

void ArrayReader::feed(std::string_view bytes) {
  if (overflowed_) return;
  buffer_.erase(0, done_);
  at_ -= done_;
  done_ = 0;
  buffer_.append(bytes);
}

// True at the last character of an element.
bool ArrayReader::step(char c) noexcept {
  if (in_string_) {
    if (escaped_)
      escaped_ = false;
    else if (c == '\\')
      escaped_ = true;
    else if (c == '"')
      in_string_ = false;
    return false;
  }
  switch (c) {
    case '"': in_string_ = depth_ > 0; return false;
    case '{': ++depth_; return false;
    case '[': depth_ += depth_ > 0 ? 1 : 0; return false;
    case '}':
    case ']': return depth_ > 0 && --depth_ == 0;
    default: return false;
  }
}

bool ArrayReader::next(http::SseEvent& event) {
  while (!overflowed_ && at_ < buffer_.size()) {
    const bool outside = depth_ == 0;
    const bool last = step(buffer_[at_++]);
    if (outside && depth_ > 0) done_ = at_ - 1;  // an element begins
    if (!last) continue;
    event = {{}, std::string_view(buffer_).substr(done_, at_ - done_)};
    done_ = at_;
    return true;
  }
  if (depth_ == 0) done_ = at_;
  overflowed_ = overflowed_ || buffer_.size() - done_ > limit_;
  return false;
}

}  // namespace omniroute::codec
