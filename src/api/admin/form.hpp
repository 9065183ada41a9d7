#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "omniroute/base/result.hpp"
#include "omniroute/base/secret.hpp"
#include "omniroute/json/document.hpp"

namespace omniroute::api {

/// The JSON object a management request brings. Members are asked for by name and type; check() then tells the first that
/// does not fit. An empty body is an empty object, and null is an absent member.
class Form {
 public:
  /// `body` outlives the form.
  explicit Form(std::string_view body);

  std::optional<std::string> text(std::string_view name);
  std::optional<Secret> secret(std::string_view name);
  std::optional<bool> flag(std::string_view name);
  std::optional<std::int64_t> number(std::string_view name);
  std::optional<std::vector<std::string>> texts(std::string_view name);
  /// Whether the member is there and null: a word of its own for "take it away".
  [[nodiscard]] bool is_null(std::string_view name) const;
  /// Notes that a member does not fit, in words that follow its name: "must be …".
  void refuse(std::string_view name, std::string_view what);

  /// bad_request naming the first member that does not fit, or saying why the body is no JSON object.
  [[nodiscard]] const Status& check() const noexcept { return status_; }
  [[nodiscard]] json::Value root() const noexcept { return document_.root(); }

 private:
  void keep(Error error);
  json::Document document_;
  Status status_;
};

}  // namespace omniroute::api
