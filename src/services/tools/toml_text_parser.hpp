#pragma once
#include <algorithm>
#include <set>

#include "omniroute/json/document.hpp"
#include "place.hpp"
#include "toml_text.hpp"

namespace omniroute::services {

/// Reads a text into its lines of keys and headers (TOML 1.0). Of values it checks how they are written, not what numbers and dates mean.
class TomlText::Parser {
 public:
  Parser(std::string_view text, std::vector<Entry>& entries, std::vector<Table>& tables)
      : text_(text), entries_(entries), tables_(tables) {}

  Status run() {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
    tables_.push_back({{}, false, at_, at_});
    while (!error_ && at_ < text_.size()) line();
    if (error_) return *error_;
    return {};
  }

  /// Decodes a string as it stands between its quotes.
  static std::string decoded(std::string_view written) {
    if (written.size() < 2) return "";
    const bool literal = written.front() == '\'';
    const bool three = written.size() >= 6 && written[1] == written[0] && written[2] == written[0];
    std::string_view inside = written.substr(three ? 3 : 1, written.size() - (three ? 6 : 2));
    if (three && inside.starts_with("\r\n")) inside.remove_prefix(2);
    if (three && inside.starts_with("\n")) inside.remove_prefix(1);
    std::string text;
    // Those of JSON's escapes that TOML has mean the same; a line that ends in a backslash is only joined.
    if (literal || inside.find('\\') == std::string_view::npos) return std::string(inside);
    json::append_unescaped(inside, text);
    return text;
  }

 private:
  static constexpr int deepest = 100;
  static bool bare(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-'; }

  void wrong(const std::string& what) {
    if (!error_) error_ = Error(ErrorKind::conflict, place_in_text(text_, at_) + ": " + what);
  }
  [[nodiscard]] char now() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  [[nodiscard]] bool at_line_end() const { return at_ >= text_.size() || now() == '\n' || text_.substr(at_, 2) == "\r\n"; }
  void blanks() {
    while (now() == ' ' || now() == '\t') ++at_;
  }
  void comment() {
    if (now() == '#') at_ = std::min(text_.find('\n', at_), text_.size());
    if (at_ > 0 && now() == '\n' && text_[at_ - 1] == '\r') --at_;
  }
  /// Blanks, comments and line ends, as between the elements of an array.
  void space() {
    for (;;) {
      blanks();
      if (now() == '#') comment();
      if (now() == '\r' || now() == '\n')
        ++at_;
      else
        return;
    }
  }

  void line() {
    const std::size_t begin = at_;
    blanks();
    if (now() == '[') {
      header(begin);
    } else if (now() != '#' && !at_line_end()) {
      entry(begin);
    } else {
      finish();
    }
  }

  /// The rest of a line that may hold a comment, and its end.
  void finish() {
    blanks();
    if (now() == '#') comment();
    if (!at_line_end()) return wrong("nothing more may stand on this line");
    if (now() == '\r') ++at_;
    if (now() == '\n') ++at_;
  }

  void header(std::size_t begin) {
    const bool list = text_.substr(at_, 2) == "[[";
    at_ += list ? 2 : 1;
    Table table{{}, list, begin, 0};
    keys(table.path);
    if (!error_ && text_.substr(at_, list ? 2 : 1) != (list ? "]]" : "]")) wrong("']' must stand here");
    if (error_) return;
    if (!list && !seen_.insert(table.path).second) return wrong("this table stands here twice");
    at_ += list ? 2 : 1;
    finish();
    table.line_end = at_;
    if (list) seen_.erase(seen_.lower_bound(table.path), seen_.end());  // its tables begin anew
    tables_.push_back(std::move(table));
    own_.clear();
  }

  void entry(std::size_t begin) {
    Entry entry;
    entry.line = begin;
    entry.table = tables_.size() - 1;
    TextPath own;
    keys(own);
    if (!error_ && now() != '=') wrong("'=' must stand here");
    if (error_) return;
    if (!own_.insert(own).second) return wrong("this key stands here twice");
    ++at_;
    blanks();
    entry.value = at_;
    value(0);
    entry.value_end = at_;
    if (error_) return;
    finish();
    entry.line_end = at_;
    entry.path = tables_.back().path;
    entry.path.insert(entry.path.end(), own.begin(), own.end());
    entries_.push_back(std::move(entry));
  }

  void keys(TextPath& path) {
    for (;;) {
      blanks();
      const std::size_t begin = at_;
      if (now() == '"' || now() == '\'') {
        string();
        if (error_) return;
        path.push_back(decoded(text_.substr(begin, at_ - begin)));
      } else {
        while (at_ < text_.size() && bare(now())) ++at_;
        if (at_ == begin) return wrong("a key must stand here");
        path.emplace_back(text_.substr(begin, at_ - begin));
      }
      blanks();
      if (now() != '.') return;
      ++at_;
    }
  }

  void value(int depth) {
    if (depth > deepest) return wrong("the nesting is too deep");
    switch (now()) {
      case '"':
      case '\'': return string();
      case '[': return array(depth);
      case '{': return inline_table(depth);
      default: return scalar();
    }
  }

  void string() {
    const std::size_t begin = at_;
    const char quote = now();
    const std::string three(3, quote);
    if (text_.substr(at_, 3) == three) {
      at_ += 3;
      while (at_ < text_.size() && text_.substr(at_, 3) != three) at_ += quote == '"' && now() == '\\' ? 2 : 1;
      if (at_ >= text_.size()) return at_ = begin, wrong("this string has no end");
      at_ += 3;
      while (now() == quote && at_ - begin < text_.size()) ++at_;  // up to two quotes may stand right before the end
      return;
    }
    for (++at_; !at_line_end() && now() != quote; ++at_) {
      if (quote == '"' && now() == '\\') ++at_;
      if (at_line_end()) break;
    }
    if (at_line_end()) return at_ = begin, wrong("this string has no end on its line");
    ++at_;
  }

  void array(int depth) {
    ++at_;
    for (space(); !error_ && now() != ']'; space()) {
      value(depth + 1);
      if (error_) return;
      space();
      if (now() == ']') break;
      if (now() != ',') return wrong("',' or ']' must stand here");
      ++at_;
    }
    if (!error_) ++at_;
  }

  void inline_table(int depth) {
    ++at_;
    blanks();
    while (!error_ && now() != '}') {
      TextPath path;
      keys(path);
      if (!error_ && now() != '=') wrong("'=' must stand here");
      if (error_) return;
      ++at_;
      blanks();
      value(depth + 1);
      blanks();
      if (error_ || now() == '}') break;
      if (now() != ',') return wrong("',' or '}' must stand here");
      ++at_;
      blanks();
    }
    if (!error_) ++at_;
  }

  void scalar() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && (bare(now()) || now() == '+' || now() == '.' || now() == ':')) ++at_;
    // A date and its time may be parted by a blank.
    if (at_ - begin == 10 && text_[begin + 4] == '-' && now() == ' ' && at_ + 1 < text_.size() && text_[at_ + 1] >= '0' &&
        text_[at_ + 1] <= '9')
      for (++at_; at_ < text_.size() && (bare(now()) || now() == '+' || now() == '.' || now() == ':');) ++at_;
    const std::string_view word = text_.substr(begin, at_ - begin);
    const bool known = word == "true" || word == "false" || word == "inf" || word == "nan";
    const bool number = !word.empty() && (std::string_view("+-0123456789").find(word.front()) != std::string_view::npos);
    if (known || number) return;
    at_ = begin;
    wrong("a value must stand here; texts stand in quotes");
  }

  std::string_view text_;
  std::vector<Entry>& entries_;
  std::vector<Table>& tables_;
  std::set<TextPath> seen_;
  std::set<TextPath> own_;
  std::size_t at_ = 0;
  std::optional<Error> error_;
};

}  // namespace omniroute::services
