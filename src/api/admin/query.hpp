#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "omniroute/base/result.hpp"

namespace omniroute::api {

/// The members of a query string; the first that does not fit is kept as an error.
class Query {
 public:
  /// `query` outlives this.
  explicit Query(std::string_view query) : query_(query) {}

  [[nodiscard]] std::string text(std::string_view name) const;
  /// Absent or empty: nothing.
  std::optional<std::int64_t> number(std::string_view name, std::int64_t least, std::int64_t most);
  /// bad_request naming the first member that does not fit.
  [[nodiscard]] const Status& check() const noexcept { return status_; }
  void refuse(std::string_view name, const std::string& what);

 private:
  std::string_view query_;
  Status status_;
};

}  // namespace omniroute::api
