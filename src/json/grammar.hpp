#pragma once
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "omniroute/base/result.hpp"
#include "omniroute/json/document.hpp"

namespace omniroute::json {

/// RFC 8259, once. `Sink` is told what was read; Document keeps it, scan() throws it away.
///   void open(Kind, at); void close(end, count); void key(begin, end, escaped); void scalar(Kind, begin, end, escaped);
/// `begin`/`end` are byte offsets, for strings without the quotes' removal (raw).
template <class Sink>
class Grammar {
 public:
  Grammar(std::string_view text, Sink& sink) : text_(text), sink_(sink) {}

  Status run() {
    if (text_.size() > 0xfffffff0u) return fail("the text is larger than 4 GB");
    if (!valid_utf8(text_)) return Error(ErrorKind::bad_request, "The body is not valid UTF-8.");
    skip_space();
    if (!value()) return fail(problem_);
    while (depth_ > 0)
      if (!step()) return fail(problem_);
    skip_space();
    if (at_ != text_.size()) return fail("something follows the end of the value");
    return {};
  }

 private:
  struct Level {
    std::uint32_t count;
    std::uint32_t key_begin;  // of the member being read, for the path of an error
    std::uint32_t key_end;
    bool object;
  };

  [[nodiscard]] char peek() const noexcept { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip_space() noexcept {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c != ' ' && c != '\n' && c != '\r' && c != '\t') return;
      ++at_;
    }
  }
  bool no(const char* problem) noexcept {
    problem_ = problem;
    return false;
  }

  // One member or element of the innermost container, or its end.
  bool step() {
    Level& level = levels_[depth_ - 1];
    skip_space();
    const char closing = level.object ? '}' : ']';
    if (peek() == closing && !after_comma_) {
      ++at_;
      sink_.close(at_, level.count);
      --depth_;
      return true;
    }
    if (level.count > 0 && !after_comma_) {
      if (peek() != ',') return no(level.object ? "expected ',' or '}'" : "expected ',' or ']'");
      ++at_;
      after_comma_ = true;
      return true;
    }
    after_comma_ = false;
    if (level.object && !member_name(level)) return false;
    ++level.count;
    return value();
  }

  bool member_name(Level& level) {
    if (peek() != '"') return no("expected a member name in quotes");
    const std::size_t begin = at_;
    bool escaped = false;
    if (!string(escaped)) return false;
    sink_.key(begin, at_, escaped);
    level.key_begin = static_cast<std::uint32_t>(begin + 1);
    level.key_end = static_cast<std::uint32_t>(at_ - 1);
    skip_space();
    if (peek() != ':') return no("expected ':'");
    ++at_;
    skip_space();
    return true;
  }

  bool value() {
    const std::size_t begin = at_;
    switch (peek()) {
      case '{': return enter(Kind::object);
      case '[': return enter(Kind::array);
      case '"': {
        bool escaped = false;
        if (!string(escaped)) return false;
        sink_.scalar(Kind::string, begin, at_, escaped);
        return true;
      }
      case 't': return word("true", Kind::boolean);
      case 'f': return word("false", Kind::boolean);
      case 'n': return word("null", Kind::null);
      default: return number();
    }
  }

  bool enter(Kind kind) {
    if (depth_ == max_depth) return no("nested too deeply");
    sink_.open(kind, at_);
    ++at_;
    levels_[depth_++] = Level{0, 0, 0, kind == Kind::object};
    return true;
  }

  bool word(std::string_view literal, Kind kind) {
    if (text_.substr(at_, literal.size()) != literal) return no("not a JSON value");
    const std::size_t begin = at_;
    at_ += literal.size();
    sink_.scalar(kind, begin, at_, false);
    return true;
  }

  bool digits() noexcept {
    const std::size_t begin = at_;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
    return at_ > begin;
  }

  bool number() {
    const std::size_t begin = at_;
    if (peek() == '-') ++at_;
    if (peek() == '0') {
      ++at_;
    } else if (!digits()) {
      return no(at_ == text_.size() ? "the text ends too early" : "not a JSON value");
    }
    if (peek() == '.') {
      ++at_;
      if (!digits()) return no("a digit must follow the decimal point");
    }
    if (peek() == 'e' || peek() == 'E') {
      ++at_;
      if (peek() == '+' || peek() == '-') ++at_;
      if (!digits()) return no("a digit must follow the exponent");
    }
    sink_.scalar(Kind::number, begin, at_, false);
    return true;
  }

  // The high bit of each byte of `word` that is a quote, a backslash or a control character. Bytes above a hit may be
  // flagged falsely (borrow); the lowest one never is.
  static std::uint64_t special(std::uint64_t word) noexcept {
    constexpr std::uint64_t ones = 0x0101010101010101ull;
    constexpr std::uint64_t highs = 0x8080808080808080ull;
    const std::uint64_t quote = word ^ (ones * '"');
    const std::uint64_t backslash = word ^ (ones * '\\');
    return (((quote - ones) & ~quote) | ((backslash - ones) & ~backslash) | ((word - ones * 0x20) & ~word)) & highs;
  }

  // Moves to the next quote, backslash or control character; false at the end of the text.
  bool seek_special() noexcept {
    static_assert(std::endian::native == std::endian::little, "the lowest byte of a word must be its first");
    while (at_ + 8 <= text_.size()) {
      std::uint64_t word = 0;
      std::memcpy(&word, text_.data() + at_, 8);
      const std::uint64_t hits = special(word);
      if (hits != 0) {
        at_ += static_cast<std::size_t>(std::countr_zero(hits)) / 8;
        return true;
      }
      at_ += 8;
    }
    for (; at_ < text_.size(); ++at_) {
      const auto c = static_cast<unsigned char>(text_[at_]);
      if (c == '"' || c == '\\' || c < 0x20) return true;
    }
    return false;
  }

  bool string(bool& escaped) {
    ++at_;  // the opening quote
    while (seek_special()) {
      if (text_[at_] == '"') {
        ++at_;
        return true;
      }
      if (text_[at_] != '\\') return no("a control character stands in a string; it must be escaped");
      escaped = true;
      if (!escape()) return false;
    }
    return no("a string is not closed");
  }

  bool escape() {
    ++at_;
    switch (peek()) {
      case '"':
      case '\\':
      case '/':
      case 'b':
      case 'f':
      case 'n':
      case 'r':
      case 't': ++at_; return true;
      case 'u': {
        ++at_;
        for (int n = 0; n < 4; ++n, ++at_) {
          const char c = peek();
          const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
          if (!hex) return no("\\u needs four hexadecimal digits");
        }
        return true;
      }
      default: return no("unknown escape in a string");
    }
  }

  [[nodiscard]] Status fail(const char* problem) const {
    std::string path;
    for (std::size_t n = 0; n < depth_; ++n) {
      const Level& level = levels_[n];
      if (!path.empty()) path += '.';
      if (level.object) {
        path += text_.substr(level.key_begin, level.key_end - level.key_begin);
      } else {
        path += std::to_string(level.count == 0 ? 0 : level.count - 1);
      }
    }
    constexpr std::size_t longest_path = 200;
    if (path.size() > longest_path) path = path.substr(0, longest_path) + "…";
    for (char& c : path)
      if (static_cast<unsigned char>(c) < 0x20) c = '?';
    std::string message = "The body is not valid JSON: " + std::string(problem) + " at byte " + std::to_string(at_);
    if (!path.empty()) message += " (in " + path + ")";
    message += ".";
    return Error(ErrorKind::bad_request, std::move(message), std::move(path));
  }

  std::string_view text_;
  Sink& sink_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  bool after_comma_ = false;
  const char* problem_ = "";
  Level levels_[max_depth];
};

}  // namespace omniroute::json
