#include "gateway_entry.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "omniroute/config/settings.hpp"
#include "omniroute/services/yaml.hpp"

namespace omniroute::services {
namespace {

template <class T>
std::optional<T> value_of(const Json* json) {
  if (json == nullptr) return std::nullopt;
  return json->get<T>();
}

}  // namespace

bool is_reference(std::string_view text) noexcept { return text.starts_with("env:") || text.starts_with("file:"); }

Entry::Entry(const Json& json, std::string path, std::string_view yaml, const References& references, std::optional<Error>& failure)
    : json_(json), path_(std::move(path)), yaml_(yaml), references_(references), failure_(failure) {
  if (!json_.is_object()) fail("", "must be a map");
}

const Json* Entry::find(const char* name, const char* what, bool (*fits)(const Json&)) {
  asked_.insert(name);
  if (!json_.is_object()) return nullptr;
  const auto found = json_.find(name);
  if (found == json_.end() || found->is_null()) return nullptr;
  if (fits(*found)) return &*found;
  fail(name, what);
  return nullptr;
}

std::optional<std::string> Entry::text(const char* name) {
  return value_of<std::string>(find(name, "must be a text", [](const Json& json) { return json.is_string(); }));
}

std::optional<bool> Entry::flag(const char* name) {
  return value_of<bool>(find(name, "must be true or false", [](const Json& json) { return json.is_boolean(); }));
}

std::optional<std::int64_t> Entry::number(const char* name) {
  return value_of<std::int64_t>(find(name, "must be a whole number", [](const Json& json) { return json.is_number_integer(); }));
}

std::optional<double> Entry::real(const char* name) {
  return value_of<double>(find(name, "must be a number", [](const Json& json) { return json.is_number(); }));
}

std::optional<std::vector<std::string>> Entry::texts(const char* name) {
  return value_of<std::vector<std::string>>(find(name, "must be a list of texts", [](const Json& json) {
    return json.is_array() && std::all_of(json.begin(), json.end(), [](const Json& entry) { return entry.is_string(); });
  }));
}

std::optional<std::int64_t> Entry::money(const char* name) {
  const Json* found = find(name, "", [](const Json&) { return true; });
  if (found == nullptr) return std::nullopt;
  const std::optional<std::int64_t> nano = config::parse_money(found->is_string() ? found->get<std::string>() : found->dump());
  if (!nano) fail(name, "must be an amount in US dollars such as 12.50");
  return nano;
}

std::optional<Secret> Entry::secret(const char* name) {
  std::optional<std::string> value = text(name);
  if (!value) return std::nullopt;
  if (!is_reference(*value)) return Secret(*std::move(value));
  const auto found = references_.find(*value);
  if (found != references_.end()) return found->second;
  fail(name, "is a reference whose value did not come with the file");
  return std::nullopt;
}

std::string Entry::required(const char* name) {
  std::optional<std::string> value = text(name);
  if (!value) fail(name, "is required");
  return value.value_or("");
}

const Json* Entry::list(const char* name) {
  return find(name, "must be a list", [](const Json& json) { return json.is_array(); });
}

const Json* Entry::map(const char* name) {
  return find(name, "must be a map", [](const Json& json) { return json.is_object(); });
}

void Entry::fail(const std::string& name, const std::string& what) {
  if (failure_) return;
  const std::string where = name.empty() ? path_ : path_.empty() ? name : path_ + "." + name;
  const std::string place = place_in_yaml(yaml_, where);
  failure_ = Error(ErrorKind::bad_request, (place.empty() ? "" : place + ": ") + where + " " + what + ".", where);
}

const Json& Entry::whole() {
  if (json_.is_object())
    for (const auto& entry : json_.items()) asked_.insert(entry.key());
  return json_;
}

Json Entry::some(std::initializer_list<const char*> names) {
  Json some = Json::object();
  for (const char* name : names) {
    asked_.insert(name);
    if (json_.is_object() && json_.contains(name) && !json_[name].is_null()) some[name] = json_[name];
  }
  return some;
}

void Entry::refuse(const Error& error) {
  if (failure_) return;
  const std::string where = path_ + (error.param.empty() ? "" : "." + error.param);
  const std::string named = error.param + ": ";
  const std::string what = error.message.starts_with(named) ? error.message.substr(named.size()) : error.message;
  failure_ = Error(ErrorKind::bad_request, place_in_yaml(yaml_, where) + ": " + where + ": " + what, where);
}

void Entry::end() {
  if (!json_.is_object()) return;
  for (const auto& entry : json_.items())
    if (!asked_.contains(entry.key())) fail(entry.key(), "is not known here");
}

}  // namespace omniroute::services
