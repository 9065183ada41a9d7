#include "omniroute/http/sse.hpp"

#include <cstring>

namespace omniroute::http {
namespace {

constexpr std::size_t stray_most = 64 * 1024;
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

}  // namespace

SseReader::SseReader(std::size_t limit) : limit_(limit) {}

void SseReader::feed(std::string_view bytes) {
  input_ = bytes;
  next_lf_ = nullptr;
  no_lf_ = false;
  if (skip_lf_ && !input_.empty()) {
    skip_lf_ = false;
    if (input_.front() == '\n') input_.remove_prefix(1);
  }
}

/// Length of the line at the front of input_, npos if it does not end there. A line ends in LF, CR or both; the next LF
/// is remembered, so that lines that end in CR do not search the whole piece again and again.
std::size_t SseReader::line_end() noexcept {
  if (next_lf_ && next_lf_ < input_.data()) next_lf_ = nullptr;
  if (!next_lf_ && !no_lf_) {
    next_lf_ = static_cast<const char*>(std::memchr(input_.data(), '\n', input_.size()));
    no_lf_ = next_lf_ == nullptr;
  }
  const std::size_t before_lf = next_lf_ ? static_cast<std::size_t>(next_lf_ - input_.data()) : input_.size();
  const void* cr = std::memchr(input_.data(), '\r', before_lf);
  if (cr) return static_cast<std::size_t>(static_cast<const char*>(cr) - input_.data());
  return next_lf_ ? before_lf : std::string_view::npos;
}

bool SseReader::next(SseEvent& event) {
  if (emitted_) {
    emitted_ = have_data_ = false;
    data_.clear();
    name_.clear();
  }
  while (!input_.empty() && !overflowed_) {
    const std::size_t end = line_end();
    if (end == std::string_view::npos) break;
    const std::string_view part = input_.substr(0, end);
    std::size_t used = end + 1;
    if (input_[end] == '\r') {
      if (used == input_.size()) {
        skip_lf_ = true;
      } else if (input_[used] == '\n') {
        ++used;
      }
    }
    input_.remove_prefix(used);
    std::string_view line = part;
    if (!pending_.empty()) {
      pending_.append(part);
      line = pending_;
    }
    const bool whole = take_line(line);
    pending_.clear();
    if (whole && !overflowed_) {
      emit(event);
      return true;
    }
  }
  keep_rest();
  return false;
}

void SseReader::emit(SseEvent& event) {
  event.name = name_;
  event.data = data_view_;
  emitted_ = true;
}

/// The fed piece goes away: an unfinished line, and the data of an unfinished event, are copied.
void SseReader::keep_rest() {
  if (overflowed_) {
    input_ = {};
    pending_ = std::string();
    data_ = std::string();
    return;
  }
  if (have_data_ && (data_view_.data() < data_.data() || data_view_.data() >= data_.data() + data_.size())) {
    data_.assign(data_view_);
    data_view_ = data_;
  }
  pending_.append(input_);
  input_ = {};
  if (pending_.size() > limit_ || pending_.size() + data_.size() > limit_) overflowed_ = true;
}

/// True at the end of an event that has data.
bool SseReader::take_line(std::string_view line) {
  std::size_t skipped = 0;
  if (start_) {
    start_ = false;
    if (line.starts_with(byte_order_mark)) skipped = byte_order_mark.size();
  }
  const std::string_view text = line.substr(skipped);
  if (text.empty()) {
    if (!have_data_) name_.clear();
    return have_data_;
  }
  if (text.front() == ':') return false;
  const std::size_t colon = text.find(':');
  const std::string_view field = text.substr(0, colon);
  std::size_t value_at = colon == std::string_view::npos ? text.size() : colon + 1;
  if (value_at < text.size() && text[value_at] == ' ') ++value_at;
  if (field == "data") {
    take_data(line, skipped + value_at);
  } else if (field == "event") {
    name_.assign(text.substr(value_at));
  } else if (field != "id" && field != "retry" && stray_.size() < stray_most) {
    stray_.append(text.substr(0, stray_most - stray_.size() - 1)).push_back('\n');
  }
  return false;
}

void SseReader::take_data(std::string_view line, std::size_t value_at) {
  if (!have_data_) {
    have_data_ = true;
    if (line.data() == pending_.data()) {  // the line was cut: its memory becomes the event's
      data_.swap(pending_);
      data_view_ = std::string_view(data_).substr(value_at);
    } else {
      data_view_ = line.substr(value_at);
    }
  } else {
    const std::string_view more = line.substr(value_at);
    const bool owned = data_view_.data() >= data_.data() && data_view_.data() < data_.data() + data_.size();
    if (owned) {
      data_.erase(0, static_cast<std::size_t>(data_view_.data() - data_.data()));
    } else {
      data_.assign(data_view_);
    }
    data_.push_back('\n');
    data_.append(more);
    data_view_ = data_;
  }
  if (data_view_.size() > limit_) overflowed_ = true;
}

bool SseReader::finish(SseEvent& event) {
  if (emitted_) {
    emitted_ = have_data_ = false;
    data_.clear();
    name_.clear();
  }
  if (overflowed_) return false;
  if (!pending_.empty()) {
    const std::string last = std::move(pending_);
    pending_.clear();
    take_line(last);
    if (have_data_ && (data_view_.data() < data_.data() || data_view_.data() > data_.data() + data_.size())) {
      data_.assign(data_view_);
      data_view_ = data_;
    }
  }
  if (!have_data_) return false;
  emit(event);
  return true;
}

}  // namespace omniroute::http
