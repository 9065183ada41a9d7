#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "omniroute/base/result.hpp"
#include "omniroute/json/document.hpp"

namespace omniroute::json {

/// A value together with the way to it, so that a wrong type is refused by name ("messages.1.content.0.type").
/// The way is a chain of stack objects and costs nothing until an error needs its text.
class At {
 public:
  explicit At(Value root) : value_(root) {}
  /// The member `key` of `parent`; `key` must outlive this.
  At(const At& parent, std::string_view key) : value_(parent.value_.find(key)), parent_(&parent), key_(key) {}
  /// A known value of `parent`: an element by its number, or a member met while walking.
  At(const At& parent, Value value, std::size_t index) : value_(value), parent_(&parent), index_(index) {}
  At(const At& parent, Value value, std::string_view key) : value_(value), parent_(&parent), key_(key) {}

  [[nodiscard]] Value value() const noexcept { return value_; }
  [[nodiscard]] bool absent() const noexcept { return value_.absent(); }
  [[nodiscard]] std::string path() const;

  /// bad_request naming the path: "<path>: <what>".
  [[nodiscard]] Error error(std::string_view what) const;
  /// Nothing if the value is absent or of that kind, else the error "must be a string".
  [[nodiscard]] std::optional<Error> wrong(Kind kind) const;

  // An absent value is nullopt; a wrong type is an error.
  [[nodiscard]] Result<std::optional<std::string>> text() const;
  [[nodiscard]] Result<std::optional<bool>> boolean() const;
  [[nodiscard]] Result<std::optional<std::int64_t>> integer() const;
  [[nodiscard]] Result<std::optional<double>> number() const;
  /// As text(), but it must be there.
  [[nodiscard]] Result<std::string> required_text() const;

 private:
  Value value_;
  const At* parent_ = nullptr;
  std::string_view key_;
  std::size_t index_ = 0;
};

}  // namespace omniroute::json
