#pragma once
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace omniroute::catalog {

/// Checks a document against the part of JSON Schema that providers.schema.json uses: type, const, enum, pattern,
/// minLength, minimum, minItems, items, properties, required, additionalProperties and $ref into $defs.
/// Each entry of the answer is one violation with its path. A keyword it does not know is a violation, too.
class SchemaCheck {
 public:
  explicit SchemaCheck(nlohmann::json schema) : schema_(std::move(schema)) {}
  std::vector<std::string> violations(const nlohmann::json& document);

 private:
  void check(const nlohmann::json& rule, const nlohmann::json& value, const std::string& path);
  void check_keyword(const std::string& keyword, const nlohmann::json& rule, const nlohmann::json& value, const std::string& path);
  void check_object(const nlohmann::json& rule, const nlohmann::json& value, const std::string& path);
  void violate(const std::string& path, const std::string& what) { found_.push_back(path + ": " + what); }

  nlohmann::json schema_;
  std::vector<std::string> found_;
};

}  // namespace omniroute::catalog
