#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace omniroute::json {

/// Appends a JSON string literal. Text is UTF-8; a lone surrogate in three-byte form becomes U+FFFD.
void append_string(std::string_view text, std::string& out);

/// Appends valid JSON without the white space between its tokens; nothing else changes. Raw values that go into one
/// line of a stream must have passed through here.
void append_compact(std::string_view json_text, std::string& out);

/// Builds JSON by appending to one buffer. Commas come by themselves; nesting is the caller's to close.
///   Writer w(out); w.begin_object().key("model").string(name).key("n").integer(1).end_object();
class Writer {
 public:
  explicit Writer(std::string& out) : out_(out), start_(out.size()) {}
  Writer& begin_object() { return open('{'); }
  Writer& end_object() { return close('}'); }
  Writer& begin_array() { return open('['); }
  Writer& end_array() { return close(']'); }
  Writer& key(std::string_view name);
  Writer& string(std::string_view text);
  Writer& integer(std::int64_t value);
  /// Shortest text that reads back the same; null for infinities and NaN, which JSON cannot say.
  Writer& number(double value);
  Writer& boolean(bool value);
  Writer& null();
  /// A value that is JSON already. An empty text writes null.
  Writer& raw(std::string_view text);

 private:
  Writer& open(char bracket);
  Writer& close(char bracket);
  void separate();
  std::string& out_;
  std::size_t start_;
};

}  // namespace omniroute::json
