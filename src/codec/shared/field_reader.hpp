#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "omniroute/json/path.hpp"
#include "omniroute/json/writer.hpp"

namespace omniroute::codec {

/// Reads members into fields and keeps the first error, so that a reader need not check after each one. An absent
/// member (or null) leaves its field as it is.
class FieldReader {
 public:
  void text(const json::At& at, std::string& out);
  void boolean(const json::At& at, bool& out);
  void boolean(const json::At& at, std::optional<bool>& out);
  void integer(const json::At& at, std::optional<std::int64_t>& out);
  void number(const json::At& at, std::optional<double>& out);
  /// A value of any kind as raw JSON without white space; "" stays if it is absent.
  void raw(const json::At& at, std::string& out);
  /// True if the value is there and of that kind. Absent: false. Another kind: false, and an error.
  bool has(const json::At& at, json::Kind kind);
  /// As has(), but it is an error if the value is absent.
  bool needs(const json::At& at, json::Kind kind);

  void fail(const json::At& at, std::string_view what);
  [[nodiscard]] bool failed() const noexcept { return error_.has_value(); }
  [[nodiscard]] Error take() { return *std::move(error_); }

 private:
  std::optional<Error> error_;
};

/// The members of an object except those named (apart by spaces) and those that are null, as a raw JSON object without
/// white space; "" if none is left.
std::string members_except(json::Value object, std::string_view known);

/// True if `words` (apart by spaces) has that one.
[[nodiscard]] bool lists(std::string_view words, std::string_view wanted) noexcept;

/// Where a JSON text has that word as a member's name (its opening quote), from `from` on; npos if nowhere. Cheap: it looks for
/// the word, as quotes stand everywhere.
[[nodiscard]] std::size_t find_name(std::string_view text, std::string_view word, std::size_t from = 0) noexcept;

/// Writes the members of a raw JSON object ("" = none) into the object that `writer` has open.
void write_members(std::string_view object, json::Writer& writer);

}  // namespace omniroute::codec
