#pragma once
#include "json_text.hpp"
#include "omniroute/json/document.hpp"
#include "place.hpp"

namespace omniroute::services {

/// Reads a text into nodes: RFC 8259 with comments and trailing commas.
class JsonText::Parser {
 public:
  Parser(std::string_view text, std::vector<Node>& nodes) : text_(text), nodes_(nodes) {}

  Status run() {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
    skip();
    if (at_ >= text_.size() || text_[at_] != '{') return wrong("an object must stand here");
    value(0);
    skip();
    if (!error_ && at_ < text_.size()) return wrong("something follows the end of the object");
    if (error_) return *error_;
    return {};
  }

 private:
  static constexpr int deepest = 200;

  Error wrong(const std::string& what) {
    if (!error_) error_ = Error(ErrorKind::conflict, place_in_text(text_, at_) + ": " + what);
    return *error_;
  }
  [[nodiscard]] char now() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  /// Blanks and comments.
  void skip() {
    for (;;) {
      while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) ++at_;
      if (text_.substr(at_, 2) == "//") {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (text_.substr(at_, 2) == "/*") {
        const std::size_t end = text_.find("*/", at_ + 2);
        if (end == std::string_view::npos) return void(wrong("this comment has no end"));
        at_ = end + 2;
      } else {
        return;
      }
    }
  }

  std::size_t value(int depth) {
    const std::size_t number = nodes_.size();
    nodes_.emplace_back();
    nodes_[number].begin = at_;
    if (depth > deepest) {
      wrong("the nesting is too deep");
    } else if (now() == '{' || now() == '[') {
      list(number, depth);
    } else if (now() == '"') {
      nodes_[number].kind = Kind::string;
      string();
    } else {
      scalar();
    }
    nodes_[number].end = at_;
    return number;
  }

  void list(std::size_t number, int depth) {
    const bool object = now() == '{';
    const char closing = object ? '}' : ']';
    nodes_[number].kind = object ? Kind::object : Kind::array;
    ++at_;
    for (skip(); !error_ && now() != closing; skip()) {
      Member member;
      member.key_begin = at_;
      if (object && !key(member)) return;
      if (error_) return;
      member.node = value(depth + 1);
      nodes_[number].members.push_back(std::move(member));
      if (error_) return;
      skip();
      if (now() == closing) break;
      if (now() != ',') return void(wrong(std::string("',' or '") + closing + "' must stand here"));
      ++at_;
    }
    if (!error_) ++at_;
  }

  bool key(Member& member) {
    if (now() != '"') return wrong("a name in double quotes must stand here"), false;
    const std::size_t begin = at_;
    string();
    if (error_) return false;
    json::append_unescaped(text_.substr(begin + 1, at_ - begin - 2), member.key);
    skip();
    if (now() != ':') return wrong("':' must stand here"), false;
    ++at_;
    skip();
    return !error_;
  }

  void string() {
    const std::size_t begin = at_;
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (static_cast<unsigned char>(text_[at_]) < 0x20) return void(wrong("this string has no end on its line"));
      if (text_[at_] == '\\') ++at_;
    }
    if (at_ >= text_.size()) {
      at_ = begin;
      return void(wrong("this string has no end"));
    }
    ++at_;
    checked(begin);
  }

  void scalar() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && std::string_view(" \t\r\n,]}:/\"").find(text_[at_]) == std::string_view::npos) ++at_;
    if (at_ == begin) return void(wrong("a value must stand here"));
    checked(begin);
  }

  /// Strings, numbers and words are as strict as anywhere else in this program.
  void checked(std::size_t begin) {
    json::Document document;
    if (document.parse(text_.substr(begin, at_ - begin))) return;
    at_ = begin;
    wrong("this is no value of JSON");
  }

  std::string_view text_;
  std::vector<Node>& nodes_;
  std::size_t at_ = 0;
  std::optional<Error> error_;
};

}  // namespace omniroute::services
