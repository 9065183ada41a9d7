#include "gemini/schema_writer.hpp"

#include <algorithm>
#include <vector>

#include "omniroute/json/document.hpp"
#include "omniroute/json/writer.hpp"
#include "shared/field_reader.hpp"

namespace omniroute::codec::gemini {
namespace {

using json::Kind;
using json::Value;

constexpr std::string_view dropped_everywhere = "$schema $id $comment";
constexpr std::string_view of_schema =
    "additionalProperties not if then else contains propertyNames unevaluatedItems unevaluatedProperties";
constexpr std::string_view of_list = "prefixItems";
constexpr std::string_view of_names = "patternProperties $defs definitions dependentSchemas";
// Kept in the subset as they are; the others are written by name.
constexpr std::string_view plain_in_subset =
    "default example minItems maxItems minLength maxLength minProperties maxProperties minimum maximum pattern propertyOrdering";
constexpr std::string_view annotations =
    "$schema $id $comment $defs definitions examples readOnly writeOnly deprecated $anchor additionalProperties";
constexpr std::size_t deepest = 40;

struct Keyword {
  std::string_view name;
  Value value;
};

/// One schema with its references followed and its allOf merged: keywords in order, names may repeat for what is united.
struct Flat {
  std::vector<Keyword> keywords;
  bool recursive = false;

  [[nodiscard]] Value find(std::string_view name) const {
    for (const Keyword& each : keywords)
      if (each.name == name) return each.value;
    return {};
  }
};

std::string upper(std::string_view word) {
  std::string out(word);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return out;
}

class Cleaner {
 public:
  Cleaner(Value root, SchemaForm form, bool& lossy) : root_(root), form_(form), lossy_(lossy) {}

  void write(Value schema, std::string& out) {
    json::Writer writer(out);
    if (!schema.is(Kind::object)) {
      // `true` and `false` are schemas too.
      if (subset() || schema.absent())
        writer.begin_object().end_object();
      else
        writer.raw(schema.raw());
      return;
    }
    const std::size_t followed = refs_.size();
    Flat flat;
    flatten(schema, flat);
    writer.begin_object();
    if (flat.recursive || refs_.size() > deepest) {
      lossy_ = true;
      writer.key("type").string("OBJECT");
    } else if (subset()) {
      write_subset(flat, writer);
    } else {
      write_json(flat, writer);
    }
    writer.end_object();
    refs_.resize(followed);
  }

 private:
  [[nodiscard]] bool subset() const noexcept { return form_ == SchemaForm::subset; }

  void flatten(Value schema, Flat& flat) {
    const Value branches = schema.find("allOf");
    const bool merges = branches.is(Kind::array) && (subset() || one_reference_at_most(schema, branches));
    const Value reference = subset() ? schema.find("$ref") : Value();
    for (auto it = schema.begin(); it != schema.end(); ++it) {
      const std::string_view key = it.key();
      const bool merged = (key == "$ref" && subset()) || (key == "allOf" && merges);
      if (!merged) flat.keywords.push_back({key, *it});
    }
    // What stands beside a reference goes before what it leads to.
    if (reference) follow(reference.text(), flat);
    if (merges)
      for (const Value branch : branches)
        if (branch.is(Kind::object)) flatten(branch, flat);
  }

  static bool one_reference_at_most(Value schema, Value branches) {
    std::size_t references = schema.find("$ref") ? 1 : 0;
    for (const Value branch : branches) references += branch.find("$ref") ? 1 : 0;
    return references <= 1;
  }

  void follow(std::string_view reference, Flat& flat) {
    const bool again = std::find(refs_.begin(), refs_.end(), reference) != refs_.end();
    const Value target = again ? Value() : resolve(reference);
    if (again || !target.is(Kind::object)) {
      flat.recursive = true;
      return;
    }
    refs_.emplace_back(reference);
    flatten(target, flat);
  }

  // "#/$defs/Name": a JSON pointer into the root.
  [[nodiscard]] Value resolve(std::string_view reference) const {
    if (reference == "#") return root_;
    if (!reference.starts_with("#/")) return {};
    Value at = root_;
    reference.remove_prefix(2);
    while (at) {
      const std::size_t end = std::min(reference.find('/'), reference.size());
      std::string step;
      for (std::size_t n = 0; n < end; ++n) {
        const bool escape = reference[n] == '~' && n + 1 < end;
        step.push_back(escape ? (reference[n + 1] == '1' ? '/' : '~') : reference[n]);
        if (escape) ++n;
      }
      at = at.find(step);
      if (end == reference.size()) return at;
      reference.remove_prefix(end + 1);
    }
    return at;
  }

  void write_named(const Flat& flat, std::string_view keyword, json::Writer& out) {
    out.key(keyword).begin_object();
    std::vector<std::string_view> seen;
    for (const Keyword& each : flat.keywords) {
      if (each.name != keyword) continue;
      for (auto it = each.value.begin(); it != each.value.end(); ++it) {
        const std::string_view name = it.key();
        if (std::find(seen.begin(), seen.end(), name) != seen.end()) continue;
        seen.push_back(name);
        std::string schema;
        write(*it, schema);
        out.key(name).raw(schema);
      }
    }
    out.end_object();
  }

  void write_list(std::string_view name, const std::vector<Value>& schemas, json::Writer& out) {
    out.key(name).begin_array();
    for (const Value schema : schemas) {
      std::string text;
      write(schema, text);
      out.raw(text);
    }
    out.end_array();
  }

  void write_one(std::string_view name, Value schema, json::Writer& out) {
    std::string text;
    write(schema, text);
    out.key(name).raw(text);
  }

  /// Names that any of the united `required` lists has and that are properties.
  void write_required(const Flat& flat, json::Writer& out) {
    std::vector<std::string_view> names;
    const auto is_property = [&flat](std::string_view name) {
      return std::any_of(flat.keywords.begin(), flat.keywords.end(),
                         [name](const Keyword& each) { return each.name == "properties" && each.value.find(name); });
    };
    for (const Keyword& each : flat.keywords) {
      if (each.name != "required") continue;
      for (const Value name : each.value)
        if (is_property(name.text()) && std::find(names.begin(), names.end(), name.text()) == names.end()) names.push_back(name.text());
    }
    if (names.empty()) return;
    out.key("required").begin_array();
    for (const std::string_view name : names) out.string(name);
    out.end_array();
  }

  static std::vector<Value> elements(Value list) {
    std::vector<Value> out;
    for (const Value each : list) out.push_back(each);
    return out;
  }

  void write_json(const Flat& flat, json::Writer& out) {
    std::vector<std::string_view> done;
    for (const Keyword& each : flat.keywords) {
      if (std::find(done.begin(), done.end(), each.name) != done.end()) continue;
      done.push_back(each.name);
      write_keyword(flat, each, out);
    }
  }

  void write_keyword(const Flat& flat, const Keyword& each, json::Writer& out) {
    const auto [name, value] = each;
    if (lists(dropped_everywhere, name)) return;
    if (name == "const") {
      if (!flat.find("enum")) out.key("enum").begin_array().raw(value.raw()).end_array();
    } else if (name == "title" && flat.find("properties").find("title")) {
      // A title beside a property of that name is refused.
    } else if (name == "properties" && value.is(Kind::object)) {
      write_named(flat, name, out);
    } else if (name == "required" && value.is(Kind::array) && flat.find("properties")) {
      write_required(flat, out);
    } else if (lists(of_names, name) && value.is(Kind::object)) {
      write_named(flat, name, out);
    } else if (name == "oneOf" || name == "anyOf") {
      if (name == "anyOf" || !flat.find("anyOf")) write_list("anyOf", elements(value), out);
    } else if (value.is(Kind::array) && (lists(of_list, name) || name == "items" || name == "allOf")) {
      write_list(name, elements(value), out);
    } else if (value.is(Kind::object) && (lists(of_schema, name) || name == "items")) {
      write_one(name, value, out);
    } else {
      out.key(name).raw(value.raw());
    }
  }

  // ---- the subset

  /// What the type keyword, the branches and the enum come to.
  struct Shape {
    std::string type;
    std::vector<std::string_view> types;  // several: branches of their own
    std::vector<Value> branches;
    std::vector<std::string_view> words;  // enum of texts
    std::string values;                   // other values, for the description
    bool nullable = false;
  };

  static bool is_null_schema(Value schema) {
    const Value type = schema.find("type");
    return type.text() == "null" || type.text() == "NULL" || (schema.find("const") && schema.find("const").absent());
  }

  void take_values(Value list, Shape& shape) {
    const auto elements_of = list.is(Kind::array) ? elements(list) : std::vector<Value>{list};
    const bool words =
        std::all_of(elements_of.begin(), elements_of.end(), [](Value each) { return each.is(Kind::string) || each.is(Kind::null); });
    for (const Value each : elements_of) {
      if (each.is(Kind::null)) {
        shape.nullable = true;
      } else if (words) {
        if (!each.text().empty()) shape.words.push_back(each.text());
      } else {
        shape.values.append(shape.values.empty() ? "" : ", ").append(each.raw());
      }
    }
    if (!shape.values.empty()) lossy_ = true;
    for (const Value each : elements_of)
      if (shape.type.empty()) shape.type = type_of(each);
  }

  static std::string type_of(Value value) {
    switch (value.kind()) {
      case Kind::string: return "STRING";
      case Kind::number: return value.raw().find_first_of(".eE") == std::string_view::npos ? "INTEGER" : "NUMBER";
      case Kind::boolean: return "BOOLEAN";
      case Kind::array: return "ARRAY";
      case Kind::object: return "OBJECT";
      case Kind::null: return {};
    }
    return {};
  }

  Shape shape_of(Flat& flat) {
    Shape shape;
    shape.nullable = flat.find("nullable").boolean();
    const Value type = flat.find("type");
    if (type.is(Kind::string)) shape.types.push_back(type.text());
    for (const Value each : type)
      if (type.is(Kind::array)) shape.types.push_back(each.text());
    const auto is_null = [](std::string_view word) { return word == "null" || word == "NULL"; };
    if (shape.types.size() > 1 && std::any_of(shape.types.begin(), shape.types.end(), is_null)) shape.nullable = true;
    if (shape.types.size() > 1) std::erase_if(shape.types, is_null);
    if (shape.types.size() == 1) shape.type = upper(shape.types.front());
    take_branches(flat, shape);
    if (const Value list = flat.find("enum"))
      take_values(list, shape);
    else if (const Value one = flat.find("const"))
      take_values(one, shape);
    if (shape.type.empty() && flat.find("properties")) shape.type = "OBJECT";
    if (shape.type.empty() && flat.find("items")) shape.type = "ARRAY";
    return shape;
  }

  // anyOf and oneOf without their null; one that is left over is the schema itself.
  void take_branches(Flat& flat, Shape& shape) {
    for (const std::string_view keyword : {"anyOf", "oneOf"}) {
      for (const Value branch : flat.find(keyword)) {
        if (is_null_schema(branch))
          shape.nullable = true;
        else
          shape.branches.push_back(branch);
      }
    }
    if (shape.branches.size() != 1) return;
    Flat only;
    flatten(shape.branches.front(), only);
    shape.branches.clear();
    flat.recursive = flat.recursive || only.recursive;
    flat.keywords.insert(flat.keywords.end(), only.keywords.begin(), only.keywords.end());
    const Value type = flat.find("type");
    if (shape.type.empty() && type.is(Kind::string)) shape.type = upper(type.text());
    if (shape.type.empty() && type.is(Kind::array))
      for (const Value each : type) {
        if (each.text() == "null")
          shape.nullable = true;
        else
          shape.types.push_back(each.text());
      }
    if (shape.types.size() == 1 && shape.type.empty()) shape.type = upper(shape.types.front());
  }

  void write_subset(Flat& flat, json::Writer& out) {
    const Shape shape = shape_of(flat);
    const bool several = shape.types.size() > 1 && shape.branches.empty();
    if (!shape.type.empty() && shape.branches.empty()) out.key("type").string(shape.type);
    if (several) {
      out.key("anyOf").begin_array();
      for (const std::string_view type : shape.types) {
        out.begin_object().key("type").string(upper(type));
        if (upper(type) == "ARRAY") write_items(flat, out);
        out.end_object();
      }
      out.end_array();
    }
    if (!shape.branches.empty()) write_list("anyOf", shape.branches, out);
    if (shape.nullable) out.key("nullable").boolean(true);
    if (!shape.words.empty() && shape.type == "STRING") {
      out.key("enum").begin_array();
      for (const std::string_view word : shape.words) out.string(word);
      out.end_array();
    }
    write_description(flat, shape, out);
    if (const Value title = flat.find("title"); title.is(Kind::string)) out.key("title").string(title.text());
    write_format(flat, shape, out);
    if (!flat.find("properties").absent() && flat.find("properties").size() > 0) write_named(flat, "properties", out);
    write_required(flat, out);
    if (shape.type == "ARRAY") write_items(flat, out);
    write_plain(flat, out);
  }

  static void write_description(const Flat& flat, const Shape& shape, json::Writer& out) {
    std::string text(flat.find("description").text());
    if (!shape.values.empty()) text.append(text.empty() ? "" : " ").append("Allowed values: ").append(shape.values).append(".");
    if (!text.empty()) out.key("description").string(text);
  }

  void write_format(const Flat& flat, const Shape& shape, json::Writer& out) {
    const std::string_view format = flat.find("format").text();
    if (format.empty()) return;
    const std::string_view known = shape.type == "STRING" ? "enum date-time" : shape.type == "NUMBER" ? "float double" : "int32 int64";
    if (lists(known, format))
      out.key("format").string(format);
    else
      lossy_ = true;
  }

  void write_items(const Flat& flat, json::Writer& out) {
    const Value items = flat.find("items");
    const Value prefix = flat.find("prefixItems");
    if (items.is(Kind::object) && items.size() > 0) return write_one("items", items, out);
    const Value list = items.is(Kind::array) ? items : prefix;
    if (list.size() == 0) {
      out.key("items").begin_object().key("type").string("STRING").end_object();
      return;
    }
    lossy_ = true;
    out.key("items").begin_object();
    write_list("anyOf", elements(list), out);
    out.end_object();
  }

  void write_plain(const Flat& flat, json::Writer& out) {
    std::vector<std::string_view> done;
    for (const auto& [name, value] : flat.keywords) {
      if (std::find(done.begin(), done.end(), name) != done.end()) continue;
      done.push_back(name);
      if (lists(plain_in_subset, name)) {
        out.key(name).raw(value.raw());
      } else if (name == "exclusiveMinimum" || name == "exclusiveMaximum") {
        lossy_ = true;
        const std::string_view bound = name == "exclusiveMinimum" ? "minimum" : "maximum";
        if (value.is(Kind::number) && !flat.find(bound)) out.key(bound).raw(value.raw());
      } else if (!lists(annotations, name) && !written_by_name(name)) {
        lossy_ = true;
      } else if (name == "additionalProperties" && value.is(Kind::object)) {
        lossy_ = true;
      }
    }
  }

  static bool written_by_name(std::string_view name) noexcept {
    return lists("type anyOf oneOf enum const nullable description title format properties required items prefixItems", name);
  }

  Value root_;
  SchemaForm form_;
  bool& lossy_;
  std::vector<std::string> refs_;
};

}  // namespace

std::string clean_schema(std::string_view schema, SchemaForm form, bool& lossy) {
  json::Document document;
  if (schema.empty() || !document.parse(schema) || !document.root().is(Kind::object) || document.root().size() == 0) return {};
  std::string out;
  Cleaner(document.root(), form, lossy).write(document.root(), out);
  if (form == SchemaForm::json) return out;
  const bool empty_object = out.find("\"properties\"") == std::string::npos && out.starts_with(R"({"type":"OBJECT")");
  return empty_object ? std::string() : out;
}

}  // namespace omniroute::codec::gemini
