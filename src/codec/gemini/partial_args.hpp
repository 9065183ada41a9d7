#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "omniroute/json/document.hpp"

namespace omniroute::codec::gemini {

/// Arguments of a call that come in pieces (Vertex, on request): values, each with the JSON path it belongs to. Texts
/// of one path are joined; numbers stay as written.
class PartialArgs {
 public:
  PartialArgs() { clear(); }
  void clear();
  /// One element of `partialArgs`. Paths that make no sense are skipped.
  void take(json::Value piece);
  /// The arguments so far, as a JSON object.
  [[nodiscard]] std::string text() const;

 private:
  enum class Kind : std::uint8_t { none, object, array, text, raw };
  struct Node {
    Kind kind = Kind::none;
    std::string value{};                                       // text: its characters; raw: JSON
    std::vector<std::pair<std::string, std::size_t>> items{};  // names are empty in arrays
  };
  std::size_t member(std::size_t node, std::string_view name);
  std::size_t element(std::size_t node, std::size_t index);
  /// The node a path leads to, made on the way; none_found if it cannot be.
  std::size_t walk(std::string_view path);
  void write(std::size_t node, std::string& out) const;

  std::vector<Node> nodes_;
};

}  // namespace omniroute::codec::gemini
