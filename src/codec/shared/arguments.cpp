#include "shared/arguments.hpp"

#include "omniroute/json/document.hpp"
#include "omniroute/json/writer.hpp"

namespace omniroute::codec {
namespace {

constexpr std::string_view blanks = " \t\r\n";

bool blank(std::string_view text) noexcept { return text.find_first_not_of(blanks) == std::string_view::npos; }

// Closes what a cut left open: a string, then arrays and objects from the inside out.
std::string closed(std::string_view text) {
  std::string out(text);
  std::string open;
  bool in_string = false;
  bool escaped = false;
  for (const char c : text) {
    if (in_string) {
      if (!escaped && c == '"') in_string = false;
      escaped = !escaped && c == '\\';
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      open.push_back(c == '{' ? '}' : ']');
    } else if ((c == '}' || c == ']') && !open.empty()) {
      open.pop_back();
    }
  }
  if (escaped) out.pop_back();
  if (in_string) out.push_back('"');
  if (!in_string) {
    while (!out.empty() && (blanks.find(out.back()) != std::string_view::npos || out.back() == ',')) out.pop_back();
    if (!out.empty() && out.back() == ':') out += "null";
  }
  return out.append(open.rbegin(), open.rend());
}

std::string valued(std::string_view raw) { return "{\"value\":" + std::string(raw) + "}"; }

}  // namespace

std::string as_object(std::string_view arguments) {
  if (blank(arguments)) return "{}";
  json::Document document;
  if (document.parse(arguments)) {
    const json::Value root = document.root();
    if (root.is(json::Kind::object)) return std::string(root.raw());
    return root.absent() ? "{}" : valued(root.raw());
  }
  const std::string repaired = closed(arguments);
  if (repaired.front() == '{' && document.parse(repaired)) return repaired;
  std::string text;
  json::append_string(arguments, text);
  return valued(text);
}

std::string_view as_text(std::string_view arguments) noexcept {
  return blank(arguments) || arguments == "null" ? std::string_view("{}") : arguments;
}

std::string wrap_input(std::string_view input) {
  std::string out = "{\"input\":";
  json::append_string(input, out);
  return out += '}';
}

std::string unwrap_input(std::string_view arguments) {
  json::Document document;
  if (!document.parse(arguments)) return std::string(arguments);
  const json::Value input = document.root().find("input");
  return input.is(json::Kind::string) ? std::string(input.text()) : std::string(arguments);
}

void Balance::take(std::string_view piece) noexcept {
  for (const char c : piece) {
    if (in_string_) {
      if (!escaped_ && c == '"') in_string_ = false;
      escaped_ = !escaped_ && c == '\\';
    } else if (c == '"') {
      in_string_ = true;
    } else if (c == '{' || c == '[') {
      ++depth_;
      begun_ = true;
    } else if (c == '}' || c == ']') {
      --depth_;
    }
  }
}

void InputUnwrapper::take(std::string_view piece, std::string& out) {
  if (state_ == State::behind) return;
  if (state_ == State::another_shape) {
    out.append(piece);
    return;
  }
  held_.append(piece);
  if (state_ == State::before) {
    // {"input":" with any white space; held until it is whole.
    constexpr std::string_view wanted = "{\"input\":\"";
    std::size_t at = 0;
    std::size_t matched = 0;
    while (at < held_.size() && matched < wanted.size()) {
      if (held_[at] == wanted[matched]) {
        ++matched;
      } else if (blanks.find(held_[at]) == std::string_view::npos) {
        state_ = State::another_shape;
        out.append(held_);
        held_.clear();
        return;
      }
      ++at;
    }
    if (matched < wanted.size()) return;
    held_.erase(0, at);
    state_ = State::inside;
  }
  std::size_t end = 0;
  while (end < held_.size() && held_[end] != '"') {
    if (held_[end] != '\\') {
      ++end;
      continue;
    }
    // An escape is taken whole; a \u that may be half of a pair waits for what follows it.
    const std::size_t length = end + 1 < held_.size() && held_[end + 1] == 'u' ? 6 : 2;
    if (end + length > held_.size()) break;
    const bool high = length == 6 && (held_[end + 2] == 'd' || held_[end + 2] == 'D') &&
                      (held_[end + 3] == '8' || held_[end + 3] == '9' || (held_[end + 3] | 0x20) == 'a' || (held_[end + 3] | 0x20) == 'b');
    if (high && end + 12 > held_.size() && held_.find('"', end) == std::string::npos) break;
    end += high && end + 12 <= held_.size() && held_[end + 6] == '\\' ? 12 : length;
  }
  json::append_unescaped(std::string_view(held_).substr(0, end), out);
  if (end < held_.size() && held_[end] == '"') state_ = State::behind;
  held_.erase(0, state_ == State::behind ? held_.size() : end);
}

}  // namespace omniroute::codec
