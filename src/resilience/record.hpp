#pragma once
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

namespace omniroute::resilience {

/// A line of words parted by spaces: how the state machines are kept.
class Record {
 public:
  Record& add(std::int64_t number) { return add(std::string_view(std::to_string(number))); }
  Record& add(std::string_view word) {
    if (!text_.empty()) text_ += ' ';
    text_ += word;
    return *this;
  }
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  std::string text_;
};

/// Takes such a line apart. A missing or wrong word makes it no good.
class RecordReader {
 public:
  explicit RecordReader(std::string_view text) : rest_(text) {}
  std::string_view word() {
    const std::size_t end = rest_.find(' ');
    const std::string_view found = rest_.substr(0, end);
    rest_ = end == std::string_view::npos ? std::string_view() : rest_.substr(end + 1);
    good_ = good_ && !found.empty();
    return found;
  }
  std::int64_t number() {
    const std::string_view text = word();
    std::int64_t value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    good_ = good_ && failure == std::errc() && end == text.data() + text.size();
    return value;
  }
  /// All that is left.
  std::string_view rest() noexcept { return rest_; }
  [[nodiscard]] bool good() const noexcept { return good_; }

 private:
  std::string_view rest_;
  bool good_ = true;
};

}  // namespace omniroute::resilience
