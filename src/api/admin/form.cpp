#include "form.hpp"

#include "omniroute/json/path.hpp"

namespace omniroute::api {
namespace {

constexpr std::string_view white_space = " \t\r\n";
constexpr std::string_view nothing = "{}";

}  // namespace

Form::Form(std::string_view body) {
  const bool empty = body.find_first_not_of(white_space) == std::string_view::npos;
  status_ = document_.parse(empty ? nothing : body);
  if (status_ && document_.root().is(json::Kind::object)) return;
  keep(Error(ErrorKind::bad_request, "The body must be a JSON object."));
  const Status cleared = document_.parse(nothing);  // every member is absent then
  static_cast<void>(cleared);
}

void Form::keep(Error error) {
  if (status_) status_ = std::move(error);
}

bool Form::is_null(std::string_view name) const {
  const json::Value value = document_.root().find(name);
  return value && value.absent();
}

void Form::refuse(std::string_view name, std::string_view what) {
  const json::At root(document_.root());
  keep(json::At(root, name).error(what));
}

std::optional<std::string> Form::text(std::string_view name) {
  const json::At root(document_.root());
  Result<std::optional<std::string>> value = json::At(root, name).text();
  if (value) return *std::move(value);
  keep(std::move(value).error());
  return std::nullopt;
}

std::optional<Secret> Form::secret(std::string_view name) {
  std::optional<std::string> value = text(name);
  if (!value) return std::nullopt;
  return Secret(*std::move(value));
}

std::optional<bool> Form::flag(std::string_view name) {
  const json::At root(document_.root());
  const Result<std::optional<bool>> value = json::At(root, name).boolean();
  if (value) return *value;
  keep(value.error());
  return std::nullopt;
}

std::optional<std::int64_t> Form::number(std::string_view name) {
  const json::At root(document_.root());
  const Result<std::optional<std::int64_t>> value = json::At(root, name).integer();
  if (value) return *value;
  keep(value.error());
  return std::nullopt;
}

std::optional<std::vector<std::string>> Form::texts(std::string_view name) {
  const json::At root(document_.root());
  const json::At list(root, name);
  if (list.absent()) return std::nullopt;
  if (std::optional<Error> wrong = list.wrong(json::Kind::array)) {
    keep(*std::move(wrong));
    return std::nullopt;
  }
  std::vector<std::string> values;
  const json::Value array = list.value();
  for (auto it = array.begin(); it != array.end(); ++it) {
    Result<std::string> value = json::At(list, *it, values.size()).required_text();
    if (!value) {
      keep(std::move(value).error());
      return std::nullopt;
    }
    values.push_back(*std::move(value));
  }
  return values;
}

}  // namespace omniroute::api
