#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json_text.hpp"
#include "omniroute/base/result.hpp"

namespace omniroute::services {

/// A TOML text (1.0) of somebody else's, edited in place: lines that are not touched keep every byte, comments among them.
class TomlText {
 public:
  /// Error (conflict): "line 3, column 7: what is wrong".
  static Result<TomlText> read(std::string text);

  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  /// A string's characters; nothing if there is none.
  [[nodiscard]] std::optional<std::string> text_at(const TextPath& path) const;

  /// Puts a string there: all but the last name are the table, which is made at the end if it is not there.
  /// Error (conflict): that table is written in a way that cannot be added to, such as on one line.
  Status set(const TextPath& path, const std::string& value);
  /// Takes the line away, and its table's header if nothing follows it.
  void remove(const TextPath& path);

 private:
  struct Entry {
    TextPath path;  ///< with its table's
    std::size_t line = 0;
    std::size_t value = 0;
    std::size_t value_end = 0;
    std::size_t line_end = 0;  ///< behind the newline
    std::size_t table = 0;     ///< number of its header; 0 = before the first one
  };
  struct Table {
    TextPath path;
    bool list = false;  ///< [[…]]
    std::size_t line = 0;
    std::size_t line_end = 0;
  };
  class Parser;

  explicit TomlText(std::string text) : text_(std::move(text)) {}
  Status parse();
  [[nodiscard]] const Entry* entry_at(const TextPath& path) const;
  [[nodiscard]] std::size_t table_at(const TextPath& path) const;
  [[nodiscard]] std::string line_end() const;
  [[nodiscard]] std::size_t end_of_table(std::size_t table) const;
  void remove_if_empty(std::size_t table);
  void append_line(std::size_t offset, const std::string& line);

  std::string text_;
  std::vector<Entry> entries_;
  std::vector<Table> tables_;  ///< the first is the root
};

}  // namespace omniroute::services
