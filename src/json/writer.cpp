#include "omniroute/json/writer.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace omniroute::json {
namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";  // U+FFFD

// A surrogate in three-byte form: ED A0..BF 80..BF.
bool lone_surrogate(std::string_view text, std::size_t at) noexcept {
  return at + 2 < text.size() && static_cast<unsigned char>(text[at + 1]) >= 0xa0;
}

void append_control(unsigned char c, std::string& out) {
  switch (c) {
    case '\b': out += "\\b"; return;
    case '\f': out += "\\f"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
  }
  constexpr std::string_view digits = "0123456789abcdef";
  out += "\\u00";
  out.push_back(digits[c >> 4]);
  out.push_back(digits[c & 15]);
}

}  // namespace

void append_string(std::string_view text, std::string& out) {
  out.push_back('"');
  std::size_t kept = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto c = static_cast<unsigned char>(text[at]);
    if (c >= 0x20 && c != '"' && c != '\\' && c != 0xed) continue;
    if (c == 0xed && !lone_surrogate(text, at)) continue;
    out.append(text.substr(kept, at - kept));
    if (c == '"') {
      out += "\\\"";
    } else if (c == '\\') {
      out += "\\\\";
    } else if (c == 0xed) {
      out += replacement;
      at += 2;
    } else {
      append_control(c, out);
    }
    kept = at + 1;
  }
  out.append(text.substr(kept));
  out.push_back('"');
}

void append_compact(std::string_view json_text, std::string& out) {
  bool inside = false;
  std::size_t kept = 0;
  for (std::size_t at = 0; at < json_text.size(); ++at) {
    const char c = json_text[at];
    if (inside) {
      if (c == '\\') ++at;
      if (c == '"') inside = false;
    } else if (c == '"') {
      inside = true;
    } else if (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
      out.append(json_text.substr(kept, at - kept));
      kept = at + 1;
    }
  }
  if (kept < json_text.size()) out.append(json_text.substr(kept));
}

void Writer::separate() {
  if (out_.size() == start_) return;
  const char last = out_.back();
  if (last != '{' && last != '[' && last != ':') out_.push_back(',');
}

Writer& Writer::open(char bracket) {
  separate();
  out_.push_back(bracket);
  return *this;
}

Writer& Writer::close(char bracket) {
  out_.push_back(bracket);
  return *this;
}

Writer& Writer::key(std::string_view name) {
  separate();
  append_string(name, out_);
  out_.push_back(':');
  return *this;
}

Writer& Writer::string(std::string_view text) {
  separate();
  append_string(text, out_);
  return *this;
}

Writer& Writer::integer(std::int64_t value) {
  separate();
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out_.append(digits.data(), end);
  return *this;
}

Writer& Writer::number(double value) {
  if (!std::isfinite(value)) return null();
  separate();
  std::array<char, 40> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out_.append(digits.data(), end);
  return *this;
}

Writer& Writer::boolean(bool value) { return raw(value ? "true" : "false"); }

Writer& Writer::null() { return raw("null"); }

Writer& Writer::raw(std::string_view text) {
  separate();
  out_.append(text.empty() ? std::string_view("null") : text);
  return *this;
}

}  // namespace omniroute::json
