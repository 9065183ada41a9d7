#include "omniroute/services/yaml.hpp"

#include <yaml-cpp/yaml.h>

#include <charconv>
#include <nlohmann/json.hpp>
#include <regex>

namespace omniroute::services {
namespace {

using Json = nlohmann::ordered_json;

constexpr int deepest = 64;
constexpr int most_nodes = 100'000;

Error at(const YAML::Mark& mark, const std::string& what) {
  if (mark.is_null()) return {ErrorKind::bad_request, what + "."};
  return {ErrorKind::bad_request,
          "line " + std::to_string(mark.line + 1) + ", column " + std::to_string(mark.column + 1) + ": " + what + "."};
}

/// A plain scalar by the core schema.
Json plain(const std::string& text) {
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") return nullptr;
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  static const std::regex integer("[-+]?[0-9]+");
  static const std::regex real("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");
  if (std::regex_match(text, integer)) {
    const char* begin = text.data() + (text.front() == '+' ? 1 : 0);
    std::int64_t number = 0;
    if (std::from_chars(begin, text.data() + text.size(), number).ec == std::errc()) return number;
  }
  if (std::regex_match(text, real)) return std::stod(text);
  return text;
}

class Reader {
 public:
  Result<Json> read(const YAML::Node& node, int depth) {
    if (++nodes_ > most_nodes || depth > deepest) return at(node.Mark(), "the document is too large or nested too deeply");
    switch (node.Type()) {
      case YAML::NodeType::Undefined:
      case YAML::NodeType::Null: return Json(nullptr);
      case YAML::NodeType::Scalar: return node.Tag() == "!" ? Json(node.Scalar()) : plain(node.Scalar());
      case YAML::NodeType::Sequence: return read_list(node, depth);
      case YAML::NodeType::Map: return read_map(node, depth);
    }
    return Json(nullptr);
  }

 private:
  Result<Json> read_list(const YAML::Node& node, int depth) {
    Json list = Json::array();
    for (const YAML::Node& entry : node) {
      Result<Json> value = read(entry, depth + 1);
      if (!value) return value;
      list.push_back(*std::move(value));
    }
    return list;
  }

  Result<Json> read_map(const YAML::Node& node, int depth) {
    Json map = Json::object();
    for (const auto& entry : node) {
      if (!entry.first.IsScalar()) return at(entry.first.Mark(), "a key must be a text");
      const std::string key = entry.first.Scalar();
      if (map.contains(key)) return at(entry.first.Mark(), "the key '" + key + "' stands here twice");
      Result<Json> value = read(entry.second, depth + 1);
      if (!value) return value;
      map[key] = *std::move(value);
    }
    return map;
  }

  int nodes_ = 0;
};

void write(YAML::Emitter& out, const Json& json) {
  if (json.is_object()) {
    out << YAML::BeginMap;
    for (const auto& [key, value] : json.items()) {
      out << YAML::Key << key << YAML::Value;
      write(out, value);
    }
    out << YAML::EndMap;
  } else if (json.is_array()) {
    out << YAML::BeginSeq;
    for (const Json& entry : json) write(out, entry);
    out << YAML::EndSeq;
  } else if (json.is_string()) {
    const auto text = json.get<std::string>();
    if (!plain(text).is_string() || text.find('\n') != std::string::npos) out << YAML::DoubleQuoted;
    out << text;
  } else if (json.is_null()) {
    out << YAML::Null;
  } else {
    out << json.dump();
  }
}

}  // namespace

Result<Json> read_yaml(std::string_view text) {
  try {
    return Reader().read(YAML::Load(std::string(text)), 0);
  } catch (const YAML::Exception& wrong) {
    return at(wrong.mark, wrong.msg);
  }
}

std::string write_yaml(const Json& json) {
  YAML::Emitter out;
  out.SetIndent(2);
  write(out, json);
  return std::string(out.c_str(), out.size()) + "\n";
}

std::string place_in_yaml(std::string_view text, std::string_view path) {
  try {
    YAML::Node node = YAML::Load(std::string(text));
    YAML::Mark mark = node.Mark();
    while (!path.empty()) {
      const std::size_t dot = path.find('.');
      const std::string name(path.substr(0, dot));
      path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
      YAML::Node next;
      if (node.IsSequence()) {
        std::size_t index = 0;
        const auto read = std::from_chars(name.data(), name.data() + name.size(), index);
        if (read.ec != std::errc() || index >= node.size()) break;
        next.reset(node[index]);
        mark = next.Mark();
      } else if (node.IsMap()) {
        for (const auto& entry : node) {
          if (entry.first.Scalar() != name) continue;
          next.reset(entry.second);
          mark = entry.first.Mark();
        }
      }
      if (!next.IsDefined() || (next.IsNull() && mark.is_null())) break;
      node.reset(next);
    }
    if (mark.is_null()) return "";
    return "line " + std::to_string(mark.line + 1) + ", column " + std::to_string(mark.column + 1);
  } catch (const YAML::Exception&) {
    return "";
  }
}

}  // namespace omniroute::services
