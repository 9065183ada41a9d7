#include "query.hpp"

#include <charconv>

#include "omniroute/http/url.hpp"

namespace omniroute::api {

std::string Query::text(std::string_view name) const { return http::query_value(query_, name); }

std::optional<std::int64_t> Query::number(std::string_view name, std::int64_t least, std::int64_t most) {
  const std::string value = text(name);
  if (value.empty()) return std::nullopt;
  std::int64_t number = 0;
  const auto [end, failure] = std::from_chars(value.data(), value.data() + value.size(), number);
  const bool whole = failure == std::errc() && end == value.data() + value.size();
  if (whole && number >= least && number <= most) return number;
  refuse(name, "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  return std::nullopt;
}

void Query::refuse(std::string_view name, const std::string& what) {
  if (status_) status_ = Error(ErrorKind::bad_request, std::string(name) + ": " + what, std::string(name));
}

}  // namespace omniroute::api
