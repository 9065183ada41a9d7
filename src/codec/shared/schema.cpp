#include "shared/schema.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "omniroute/json/document.hpp"
#include "omniroute/json/writer.hpp"

namespace omniroute::codec {
namespace {

using json::Kind;
using json::Value;

struct United {
  std::vector<std::pair<std::string, std::string>> properties;  // name, raw schema; first mention wins
  std::vector<std::string> required;

  void add_property(std::string_view name, std::string_view raw) {
    const bool known = std::any_of(properties.begin(), properties.end(), [name](const auto& each) { return each.first == name; });
    if (!known) properties.emplace_back(name, raw);
  }
  void require(std::string_view name) {
    if (std::find(required.begin(), required.end(), name) == required.end()) required.emplace_back(name);
  }
};

void take_object(Value schema, United& out);

// The branches of one keyword: names required by all of them (by any of them for allOf) are required.
void take_branches(Value branches, bool all, United& out) {
  std::optional<std::vector<std::string>> common;
  for (auto it = branches.begin(); it != branches.end(); ++it) {
    United branch;
    take_object(*it, branch);
    for (const auto& [name, raw] : branch.properties) out.add_property(name, raw);
    if (all) {
      for (const std::string& name : branch.required) out.require(name);
    } else if (!common) {
      common = branch.required;
    } else {
      const auto elsewhere = [&branch](const std::string& name) {
        return std::find(branch.required.begin(), branch.required.end(), name) == branch.required.end();
      };
      common->erase(std::remove_if(common->begin(), common->end(), elsewhere), common->end());
    }
  }
  if (common)
    for (const std::string& name : *common) out.require(name);
}

void take_object(Value schema, United& out) {
  const Value properties = schema.find("properties");
  for (auto it = properties.begin(); it != properties.end(); ++it) out.add_property(it.key(), (*it).raw());
  const Value required = schema.find("required");
  for (auto it = required.begin(); it != required.end(); ++it)
    if ((*it).is(Kind::string)) out.require((*it).text());
  take_branches(schema.find("anyOf"), false, out);
  take_branches(schema.find("oneOf"), false, out);
  take_branches(schema.find("allOf"), true, out);
}

bool is_branch(std::string_view key) noexcept { return key == "anyOf" || key == "oneOf" || key == "allOf"; }

std::string with_type(Value root) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object().key("type").string("object");
  for (auto it = root.begin(); it != root.end(); ++it)
    if (it.key() != "type") writer.key(it.key()).raw((*it).raw());
  writer.end_object();
  return out;
}

}  // namespace

std::string object_schema(std::string_view schema) {
  constexpr std::string_view nothing = R"({"type":"object","properties":{}})";
  json::Document document;
  if (schema.empty() || !document.parse(schema)) return std::string(nothing);
  const Value root = document.root();
  if (!root.is(Kind::object) || root.size() == 0) return std::string(nothing);
  bool branches = false;
  for (auto it = root.begin(); it != root.end(); ++it) branches = branches || is_branch(it.key());
  if (!branches) return root.find("type").text() == "object" ? std::string(schema) : with_type(root);

  United united;
  take_object(root, united);
  std::string out;
  json::Writer writer(out);
  writer.begin_object().key("type").string("object");
  for (auto it = root.begin(); it != root.end(); ++it) {
    const std::string_view key = it.key();
    if (key != "type" && key != "properties" && key != "required" && !is_branch(key)) writer.key(key).raw((*it).raw());
  }
  writer.key("properties").begin_object();
  for (const auto& [name, raw] : united.properties) writer.key(name).raw(raw);
  writer.end_object();
  if (!united.required.empty()) {
    writer.key("required").begin_array();
    for (const std::string& name : united.required) writer.string(name);
    writer.end_array();
  }
  writer.end_object();
  return out;
}

}  // namespace omniroute::codec
