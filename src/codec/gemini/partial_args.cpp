#include "gemini/partial_args.hpp"

#include <algorithm>
#include <charconv>

#include "omniroute/json/writer.hpp"

namespace omniroute::codec::gemini {
namespace {

constexpr std::size_t none_found = static_cast<std::size_t>(-1);
// No call has longer lists; a wild index must not fill the memory.
constexpr std::size_t longest_list = 10'000;

struct Step {
  std::string_view name;
  std::size_t index = 0;
  bool is_index = false;
};

// Takes ".name", "[3]", "['name']" or "[\"name\"]" off the front.
bool take_step(std::string_view& path, Step& step) {
  if (path.starts_with('.')) {
    const std::size_t end = std::min(path.find_first_of(".[", 1), path.size());
    step = {path.substr(1, end - 1)};
    path.remove_prefix(end);
    return !step.name.empty();
  }
  if (path.size() < 3 || path[0] != '[') return false;
  if (path[1] == '\'' || path[1] == '"') {
    const std::size_t end = path.find(path[1], 2);
    if (end == std::string_view::npos || end + 1 >= path.size() || path[end + 1] != ']') return false;
    step = {path.substr(2, end - 2)};
    path.remove_prefix(end + 2);
    return true;
  }
  const std::size_t end = path.find(']');
  if (end == std::string_view::npos) return false;
  step = {{}, 0, true};
  const auto [last, failure] = std::from_chars(path.data() + 1, path.data() + end, step.index);
  if (failure != std::errc() || last != path.data() + end || step.index > longest_list) return false;
  path.remove_prefix(end + 1);
  return true;
}

}  // namespace

void PartialArgs::clear() {
  nodes_.clear();
  nodes_.push_back({Kind::object});
}

std::size_t PartialArgs::member(std::size_t node, std::string_view name) {
  if (nodes_[node].kind == Kind::none) nodes_[node].kind = Kind::object;
  if (nodes_[node].kind != Kind::object) return none_found;
  for (const auto& [known, at] : nodes_[node].items)
    if (known == name) return at;
  nodes_.emplace_back();
  nodes_[node].items.emplace_back(name, nodes_.size() - 1);
  return nodes_.size() - 1;
}

std::size_t PartialArgs::element(std::size_t node, std::size_t index) {
  if (nodes_[node].kind == Kind::none) nodes_[node].kind = Kind::array;
  if (nodes_[node].kind != Kind::array) return none_found;
  while (nodes_[node].items.size() <= index) {
    nodes_.emplace_back();
    nodes_[node].items.emplace_back(std::string(), nodes_.size() - 1);
  }
  return nodes_[node].items[index].second;
}

std::size_t PartialArgs::walk(std::string_view path) {
  if (path.starts_with('$')) path.remove_prefix(1);
  std::size_t node = 0;
  while (!path.empty()) {
    Step step;
    if (!take_step(path, step)) return none_found;
    node = step.is_index ? element(node, step.index) : member(node, step.name);
    if (node == none_found) return none_found;
  }
  return node == 0 ? none_found : node;
}

void PartialArgs::take(json::Value piece) {
  const std::size_t at = walk(piece.find("jsonPath").text());
  if (at == none_found) return;
  Node& node = nodes_[at];
  if (const json::Value text = piece.find("stringValue"); text.is(json::Kind::string)) {
    if (node.kind != Kind::text) node.value.clear();
    node.kind = Kind::text;
    node.value += text.text();
    return;
  }
  for (const std::string_view key : {"numberValue", "boolValue"}) {
    if (const json::Value value = piece.find(key)) {
      node.kind = Kind::raw;
      node.value = value.raw();
      return;
    }
  }
  if (piece.find("nullValue")) {
    node.kind = Kind::raw;
    node.value = "null";
  }
}

void PartialArgs::write(std::size_t index, std::string& out) const {
  const Node& node = nodes_[index];
  switch (node.kind) {
    case Kind::none: out += "null"; return;
    case Kind::raw: out += node.value; return;
    case Kind::text: json::append_string(node.value, out); return;
    case Kind::object:
    case Kind::array: break;
  }
  const bool object = node.kind == Kind::object;
  out += object ? '{' : '[';
  bool first = true;
  for (const auto& [name, at] : node.items) {
    if (!first) out += ',';
    first = false;
    if (object) {
      json::append_string(name, out);
      out += ':';
    }
    write(at, out);
  }
  out += object ? '}' : ']';
}

std::string PartialArgs::text() const {
  std::string out;
  write(0, out);
  return out;
}

}  // namespace omniroute::codec::gemini
