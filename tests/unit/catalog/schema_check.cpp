#include "schema_check.hpp"

#include <algorithm>
#include <regex>

namespace omniroute::catalog {
namespace {

using nlohmann::json;

bool has_type(const json& value, const std::string& type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_boolean();
  if (type == "integer") return value.is_number_integer();
  if (type == "number") return value.is_number();
  return false;
}

}  // namespace

std::vector<std::string> SchemaCheck::violations(const json& document) {
  found_.clear();
  check(schema_, document, "$");
  return found_;
}

void SchemaCheck::check(const json& rule, const json& value, const std::string& path) {
  for (const auto& [keyword, argument] : rule.items()) {
    (void)argument;
    check_keyword(keyword, rule, value, path);
  }
}

void SchemaCheck::check_keyword(const std::string& keyword, const json& rule, const json& value, const std::string& path) {
  const json& argument = rule[keyword];
  if (keyword == "$schema" || keyword == "$defs" || keyword == "title") return;
  if (keyword == "$ref") return check(schema_.at(json::json_pointer(argument.get<std::string>().substr(1))), value, path);
  if (keyword == "type") {
    if (!has_type(value, argument)) violate(path, "is no " + argument.get<std::string>());
  } else if (keyword == "const") {
    if (value != argument) violate(path, "is not " + argument.dump());
  } else if (keyword == "enum") {
    if (std::find(argument.begin(), argument.end(), value) == argument.end()) violate(path, value.dump() + " is not in the list");
  } else if (keyword == "pattern") {
    if (value.is_string() && !std::regex_search(value.get<std::string>(), std::regex(argument.get<std::string>())))
      violate(path, value.dump() + " does not match");
  } else if (keyword == "minLength") {
    if (value.is_string() && value.get<std::string>().size() < argument) violate(path, "is too short");
  } else if (keyword == "minimum") {
    if (value.is_number() && value < argument) violate(path, "is too small");
  } else if (keyword == "minItems") {
    if (value.is_array() && value.size() < argument) violate(path, "has too few elements");
  } else if (keyword == "items") {
    if (value.is_array())
      for (std::size_t i = 0; i < value.size(); ++i) check(argument, value[i], path + "[" + std::to_string(i) + "]");
  } else if (keyword == "properties") {
    if (value.is_object()) check_object(rule, value, path);
  } else if (keyword == "required") {
    for (const auto& name : argument)
      if (value.is_object() && !value.contains(name.get<std::string>())) violate(path, "lacks " + name.get<std::string>());
  } else if (keyword == "additionalProperties") {
    if (value.is_object() && !rule.contains("properties")) check_object(rule, value, path);
  } else {
    violate(path, "the schema uses the unknown keyword " + keyword);
  }
}

void SchemaCheck::check_object(const json& rule, const json& value, const std::string& path) {
  static const json none = json::object();
  const json& properties = rule.contains("properties") ? rule["properties"] : none;
  for (const auto& [name, member] : value.items()) {
    const std::string member_path = path + "." + name;
    if (properties.contains(name)) {
      check(properties[name], member, member_path);
    } else if (rule.contains("additionalProperties")) {
      const json& other = rule["additionalProperties"];
      if (other.is_object())
        check(other, member, member_path);
      else if (other == false)
        violate(member_path, "is not allowed");
    }
  }
}

}  // namespace omniroute::catalog
