#include "omniroute/json/path.hpp"

#include "omniroute/json/writer.hpp"

namespace omniroute::json {

std::string At::path() const {
  if (parent_ == nullptr) return {};
  std::string path = parent_->path();
  if (!path.empty()) path += '.';
  return path += key_.empty() ? std::to_string(index_) : std::string(key_);
}

Error At::error(std::string_view what) const {
  std::string where = path();
  std::string message = where.empty() ? "The body " + std::string(what) : where + ": " + std::string(what);
  return {ErrorKind::bad_request, std::move(message), std::move(where)};
}

std::optional<Error> At::wrong(Kind kind) const {
  if (value_.absent() || value_.kind() == kind) return std::nullopt;
  return error("must be " + std::string(to_string(kind)) + ", not " + std::string(to_string(value_.kind())));
}

Result<std::optional<std::string>> At::text() const {
  if (auto problem = wrong(Kind::string)) return *std::move(problem);
  if (value_.absent()) return std::optional<std::string>();
  return std::optional<std::string>(value_.text());
}

Result<std::optional<bool>> At::boolean() const {
  if (auto problem = wrong(Kind::boolean)) return *std::move(problem);
  if (value_.absent()) return std::optional<bool>();
  return std::optional<bool>(value_.boolean());
}

Result<std::optional<std::int64_t>> At::integer() const {
  if (auto problem = wrong(Kind::number)) return *std::move(problem);
  if (value_.absent()) return std::optional<std::int64_t>();
  std::int64_t number_read = 0;
  if (!value_.integer(number_read)) return error("must be a whole number");
  return std::optional<std::int64_t>(number_read);
}

Result<std::optional<double>> At::number() const {
  if (auto problem = wrong(Kind::number)) return *std::move(problem);
  if (value_.absent()) return std::optional<double>();
  double number_read = 0;
  if (!value_.number(number_read)) return error("is out of range");
  return std::optional<double>(number_read);
}

Result<std::string> At::required_text() const {
  if (value_.absent()) return error("is required");
  if (auto problem = wrong(Kind::string)) return *std::move(problem);
  return std::string(value_.text());
}

}  // namespace omniroute::json
