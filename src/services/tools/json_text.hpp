#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "omniroute/base/result.hpp"

namespace omniroute::services {

/// A way into a document: names of members; for an element of an array its number, or "-" for the one behind the last (as in RFC 6901).
using TextPath = std::vector<std::string>;

/// A JSON text of somebody else's, edited in place: what is not touched keeps every byte, with its order, indent and line ends. Comments
/// and a comma behind the last element, which editors' settings have, are read and kept.
class JsonText {
 public:
  /// An empty text counts as "{}". Error (conflict): "line 3, column 7: what is wrong"; or the root is no object.
  static Result<JsonText> read(std::string text);

  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  [[nodiscard]] bool has(const TextPath& path) const { return find(path) != nullptr; }
  /// A string's characters; nothing if there is none.
  [[nodiscard]] std::optional<std::string> text_at(const TextPath& path) const;
  /// Elements of the array there; 0 if there is none.
  [[nodiscard]] std::size_t size_of(const TextPath& path) const;

  /// Puts a value there; objects and arrays on the way are made. Error (conflict): on the way stands something else.
  Status set(const TextPath& path, const nlohmann::ordered_json& value);
  /// Takes a member or an element away, and what holds nothing more because of it. The root stays.
  void remove(TextPath path);

 private:
  struct Node;
  struct Member {
    std::string key;
    std::size_t key_begin = 0;  ///< of an element: where it begins
    std::size_t node = 0;
  };
  enum class Kind { scalar, string, object, array };
  struct Node {
    Kind kind = Kind::scalar;
    std::size_t begin = 0;
    std::size_t end = 0;
    std::vector<Member> members;
  };
  class Parser;

  explicit JsonText(std::string text) : text_(std::move(text)) {}
  Status parse();
  [[nodiscard]] const Node* find(const TextPath& path, std::size_t depth) const;
  [[nodiscard]] const Node* find(const TextPath& path) const { return find(path, path.size()); }
  [[nodiscard]] const Member* member_of(const Node& parent, const std::string& name) const;
  [[nodiscard]] std::string line_end() const;
  [[nodiscard]] std::string unit() const;
  [[nodiscard]] std::string indent_at(std::size_t offset) const;
  [[nodiscard]] bool first_on_line(std::size_t offset) const;
  [[nodiscard]] bool on_one_line(const Node& node) const;
  [[nodiscard]] std::string written(const nlohmann::ordered_json& value, const std::string& indent, bool one_line) const;
  [[nodiscard]] std::size_t behind_same_line(std::size_t offset) const;
  [[nodiscard]] std::size_t comma_behind(std::size_t offset) const;
  void insert(const Node& parent, const std::string& name, const nlohmann::ordered_json& value);
  void erase_member(const Node& parent, std::size_t index);

  std::string text_;
  std::vector<Node> nodes_;
};

}  // namespace omniroute::services
