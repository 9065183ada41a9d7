#include <algorithm>
#include <array>

#include "gemini/reading.hpp"
#include "omniroute/json/writer.hpp"

namespace omniroute::codec::gemini {
namespace {

using json::Kind;
using json::Value;

// Keywords whose value is a schema, a list of schemas, or an object of named schemas.
constexpr std::string_view of_schema =
    "items additionalProperties not if then else contains propertyNames unevaluatedItems unevaluatedProperties";
constexpr std::string_view of_list = "anyOf oneOf allOf prefixItems any_of items";
constexpr std::string_view of_names = "properties patternProperties $defs definitions dependentSchemas";
// int64 members, which Google's JSON spells as strings.
constexpr std::string_view of_count =
    "minItems maxItems minLength maxLength minProperties maxProperties min_items max_items min_length max_length";

class Plain {
 public:
  explicit Plain(std::string& out) : out_(out) {}

  void schema(Value value) {
    if (!value.is(Kind::object)) {
      json::append_compact(value.raw(), out_);
      return;
    }
    const bool nullable = value.find("nullable").boolean();
    out_ += '{';
    bool first = true;
    for (auto it = value.begin(); it != value.end(); ++it) {
      const std::string_view key = it.key();
      if (key == "nullable" && (*it).is(Kind::boolean)) continue;
      if (!first) out_ += ',';
      first = false;
      json::append_string(key, out_);
      out_ += ':';
      keyword(key, *it, nullable);
    }
    out_ += '}';
  }

 private:
  void keyword(std::string_view key, Value value, bool nullable) {
    if (key == "type") return type(value, nullable);
    if (key == "enum" && nullable && value.is(Kind::array)) return nullable_enum(value);
    if (lists(of_names, key) && value.is(Kind::object)) return named(value);
    if (lists(of_list, key) && value.is(Kind::array)) return list(value);
    if (lists(of_schema, key)) return schema(value);
    if (lists(of_count, key) && value.is(Kind::string)) return count(value);
    json::append_compact(value.raw(), out_);
  }

  void one_type(Value value) {
    std::string word(value.text());
    std::transform(word.begin(), word.end(), word.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    json::append_string(word, out_);
  }

  void type(Value value, bool nullable) {
    if (value.is(Kind::string) && !nullable) return one_type(value);
    out_ += '[';
    bool first = true;
    const auto add = [&](Value word) {
      if (!first) out_ += ',';
      first = false;
      one_type(word);
    };
    if (value.is(Kind::string)) add(value);
    for (const Value word : value) add(word);
    if (nullable) out_ += first ? "\"null\"" : ",\"null\"";
    out_ += ']';
  }

  void nullable_enum(Value value) {
    json::append_compact(value.raw(), out_);
    out_.pop_back();
    out_ += value.size() == 0 ? "null]" : ",null]";
  }

  void named(Value value) {
    out_ += '{';
    bool first = true;
    for (auto it = value.begin(); it != value.end(); ++it) {
      if (!first) out_ += ',';
      first = false;
      json::append_string(it.key(), out_);
      out_ += ':';
      schema(*it);
    }
    out_ += '}';
  }

  void list(Value value) {
    out_ += '[';
    bool first = true;
    for (const Value each : value) {
      if (!first) out_ += ',';
      first = false;
      schema(each);
    }
    out_ += ']';
  }

  void count(Value value) {
    const std::string_view digits = value.text();
    const bool number = !digits.empty() && digits.size() < 19 && digits.find_first_not_of("0123456789") == std::string_view::npos;
    out_ += number && (digits.size() == 1 || digits[0] != '0') ? digits : value.raw();
  }

  std::string& out_;
};

}  // namespace

std::string plain_schema(Value schema) {
  std::string out;
  Plain(out).schema(schema);
  return out;
}

}  // namespace omniroute::codec::gemini
