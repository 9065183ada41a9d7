#include "json_text.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "json_text_parser.hpp"

namespace omniroute::services {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view behind_last = "-";
constexpr std::string_view blanks = " \t\r\n";

/// `value` inside what the rest of the path has to make.
Json wrapped(const TextPath& path, std::size_t from, Json value) {
  for (std::size_t i = path.size(); i > from; --i) {
    Json outer = path[i - 1] == behind_last ? Json::array() : Json::object();
    if (outer.is_array()) {
      outer.push_back(std::move(value));
    } else {
      outer[path[i - 1]] = std::move(value);
    }
    value = std::move(outer);
  }
  return value;
}

std::string joined(const TextPath& path, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? "" : ".") + path[i];
  return text;
}

}  // namespace

Result<JsonText> JsonText::read(std::string text) {
  const std::size_t mark = text.starts_with("\xEF\xBB\xBF") ? 3 : 0;
  if (text.find_first_not_of(blanks, mark) == std::string::npos) text = text.substr(0, mark) + "{}\n";
  JsonText document(std::move(text));
  if (Status parsed = document.parse(); !parsed) return std::move(parsed).error();
  return document;
}

Status JsonText::parse() {
  nodes_.clear();
  return Parser(text_, nodes_).run();
}

const JsonText::Member* JsonText::member_of(const Node& parent, const std::string& name) const {
  if (parent.kind == Kind::array) {
    std::size_t index = 0;
    const auto read = std::from_chars(name.data(), name.data() + name.size(), index);
    return read.ec == std::errc() && index < parent.members.size() ? &parent.members[index] : nullptr;
  }
  const auto found = std::find_if(parent.members.rbegin(), parent.members.rend(), [&](const Member& each) { return each.key == name; });
  return found == parent.members.rend() ? nullptr : &*found;
}

const JsonText::Node* JsonText::find(const TextPath& path, std::size_t depth) const {
  const Node* node = &nodes_.front();
  for (std::size_t i = 0; i < depth; ++i) {
    const Member* member = member_of(*node, path[i]);
    if (member == nullptr) return nullptr;
    node = &nodes_[member->node];
  }
  return node;
}

std::optional<std::string> JsonText::text_at(const TextPath& path) const {
  const Node* node = find(path);
  if (node == nullptr || node->kind != Kind::string) return std::nullopt;
  std::string text;
  json::append_unescaped(std::string_view(text_).substr(node->begin + 1, node->end - node->begin - 2), text);
  return text;
}

std::size_t JsonText::size_of(const TextPath& path) const {
  const Node* node = find(path);
  return node != nullptr && node->kind == Kind::array ? node->members.size() : 0;
}

std::string JsonText::line_end() const {
  const std::size_t newline = text_.find('\n');
  return newline != std::string::npos && newline > 0 && text_[newline - 1] == '\r' ? "\r\n" : "\n";
}

std::string JsonText::unit() const {
  const Node& root = nodes_.front();
  if (!root.members.empty() && first_on_line(root.members.front().key_begin)) {
    std::string found = indent_at(root.members.front().key_begin);
    if (!found.empty()) return found;
  }
  return "  ";
}

std::string JsonText::indent_at(std::size_t offset) const {
  const std::size_t newline = text_.rfind('\n', offset == 0 ? 0 : offset - 1);
  const std::size_t begin = newline == std::string::npos ? 0 : newline + 1;
  return text_.substr(begin, std::min(text_.find_first_not_of(" \t", begin), text_.size()) - begin);
}

bool JsonText::first_on_line(std::size_t offset) const {
  while (offset > 0 && (text_[offset - 1] == ' ' || text_[offset - 1] == '\t')) --offset;
  return offset > 0 && text_[offset - 1] == '\n';
}

bool JsonText::on_one_line(const Node& node) const {
  return std::find(text_.begin() + static_cast<std::ptrdiff_t>(node.begin), text_.begin() + static_cast<std::ptrdiff_t>(node.end), '\n') ==
         text_.begin() + static_cast<std::ptrdiff_t>(node.end);
}

std::string JsonText::written(const Json& value, const std::string& indent, bool one_line) const {
  if (one_line) return value.dump();
  const std::string step = unit();
  const std::string plain = value.dump(static_cast<int>(step.size()), step.front());
  std::string text;
  for (const char c : plain) {
    if (c == '\n') {
      text += line_end() + indent;
    } else {
      text += c;
    }
  }
  return text;
}

std::size_t JsonText::comma_behind(std::size_t offset) const {
  for (;;) {
    offset = text_.find_first_not_of(blanks, offset);
    if (offset == std::string::npos) return offset;
    if (text_.compare(offset, 2, "//") == 0) {
      offset = text_.find('\n', offset);
    } else if (text_.compare(offset, 2, "/*") == 0) {
      offset = text_.find("*/", offset) + 2;
    } else {
      return text_[offset] == ',' ? offset : std::string::npos;
    }
  }
}

/// Behind the comments that stand on the same line.
std::size_t JsonText::behind_same_line(std::size_t offset) const {
  for (;;) {
    const std::size_t next = text_.find_first_not_of(" \t", offset);
    if (next == std::string::npos) return offset;
    if (text_.compare(next, 2, "//") == 0) {
      const std::size_t end = text_.find('\n', next);
      return end > 0 && text_[end - 1] == '\r' ? end - 1 : end;
    }
    if (text_.compare(next, 2, "/*") != 0) return offset;
    const std::size_t end = text_.find("*/", next) + 2;
    if (text_.find('\n', next) < end) return offset;
    offset = end;
  }
}

void JsonText::insert(const Node& parent, const std::string& name, const Json& value) {
  const bool array = parent.kind == Kind::array;
  const bool empty = parent.members.empty();
  const bool root = parent.begin == nodes_.front().begin;
  // An empty list is as its surroundings are; one with elements goes on as it began.
  const bool one_line = empty ? !root && on_one_line(nodes_.front()) : on_one_line(parent);
  const bool tight = one_line && text_.find("\":") != std::string::npos && text_.find("\": ") == std::string::npos;
  const std::string outer = indent_at(parent.begin);
  const bool own_lines = !empty && first_on_line(parent.members.back().key_begin);
  const std::string indent = own_lines ? indent_at(parent.members.back().key_begin) : outer + unit();
  const std::string entry = (array ? "" : Json(name).dump() + (tight ? ":" : ": ")) + written(value, indent, one_line);
  if (empty) {
    const std::string inside =
        text_.substr(parent.begin + 1, parent.end - parent.begin - 2);  // blanks and comments of an empty list stay before
    const bool comment = inside.find_first_not_of(blanks) != std::string::npos;
    const std::string kept = comment ? inside.substr(0, inside.find_last_not_of(blanks) + 1) : "";
    const std::string filling = one_line ? kept + entry : kept + line_end() + indent + entry + line_end() + outer;
    text_.replace(parent.begin + 1, parent.end - parent.begin - 2, filling);
    return;
  }
  const std::size_t last = nodes_[parent.members.back().node].end;
  const std::size_t comma = comma_behind(last);
  const bool trailing = comma != std::string::npos;
  const std::size_t from = behind_same_line(trailing ? comma + 1 : last);
  const std::string gap = one_line ? (text_.find(", \"") != std::string::npos ? " " : "") : line_end() + indent;
  text_.insert(from, gap + entry + (trailing ? "," : ""));
  if (!trailing) text_.insert(last, ",");
}

Status JsonText::set(const TextPath& path, const Json& value) {
  for (std::size_t depth = 0; depth < path.size(); ++depth) {
    const Node* parent = find(path, depth);
    const bool wants_array = path[depth] == behind_last;
    const bool there = member_of(*parent, path[depth]) != nullptr;
    const bool fits = there || parent->kind == (wants_array ? Kind::array : Kind::object);
    if (!fits)
      return Error(ErrorKind::conflict, place_in_text(text_, parent->begin) + ": " + joined(path, depth) + " is " +
                                            (wants_array ? "no list" : "no object") + ", so nothing can be put into it");
    if (there) continue;
    insert(*parent, path[depth], wrapped(path, depth + 1, value));
    return parse();
  }
  const Node* node = find(path);
  const std::string_view present = std::string_view(text_).substr(node->begin, node->end - node->begin);
  if (Json::parse(present, nullptr, false, true) == value) return {};
  const bool one_line = value.is_primitive() || value.empty() || on_one_line(nodes_.front());
  text_.replace(node->begin, node->end - node->begin, written(value, indent_at(node->begin), one_line));
  return parse();
}

void JsonText::erase_member(const Node& parent, std::size_t index) {
  const Member& member = parent.members[index];
  std::size_t begin = member.key_begin;
  std::size_t end = nodes_[member.node].end;
  const std::size_t comma = comma_behind(end);
  const bool own_line = first_on_line(begin);
  if (comma != std::string::npos) end = comma + 1;
  const std::size_t rest = text_.find_first_not_of(" \t\r", end);
  const bool ends_line = rest != std::string::npos && text_[rest] == '\n';
  if (own_line && ends_line) {
    begin = text_.rfind('\n', begin - 1) + 1;
    end = rest + 1;
  } else if (comma != std::string::npos && !ends_line) {
    end = std::min(text_.find_first_not_of(" \t", end), text_.size());
  }
  const bool sole = parent.members.size() == 1;
  const std::size_t list_begin = parent.begin;
  const std::size_t list_end = parent.end - (end - begin);
  text_.erase(begin, end - begin);
  if (sole) {
    const std::string inside = text_.substr(list_begin + 1, list_end - list_begin - 2);
    if (inside.find_first_not_of(blanks) == std::string::npos) text_.erase(list_begin + 1, inside.size());
  } else if (comma == std::string::npos) {
    // It was the last one: the comma before it goes, and on one line the blank, too.
    const std::size_t before = nodes_[parent.members[index - 1].node].end;
    const std::size_t previous = comma_behind(before);
    const bool blank = previous + 1 < text_.size() && text_[previous + 1] == ' ' && !own_line;
    text_.erase(previous, blank ? 2 : 1);
  }
}

void JsonText::remove(TextPath path) {
  while (!path.empty()) {
    const Node* parent = find(path, path.size() - 1);
    const Member* member = parent == nullptr ? nullptr : member_of(*parent, path.back());
    if (member == nullptr) return;
    erase_member(*parent, static_cast<std::size_t>(member - parent->members.data()));
    path.pop_back();
    if (!parse()) return;
    // What holds nothing more goes with it; a comment is something.
    const Node* left = find(path);
    if (left->end - left->begin > 2) return;
  }
}

}  // namespace omniroute::services
