#pragma once
#include <string>
#include <vector>

namespace omniroute::app {

/// Rows for people: a line of capitals, columns as wide as their widest cell. Control characters in cells are shown as '?'.
class Table {
 public:
  explicit Table(std::vector<std::string> titles) : rows_{std::move(titles)} {}
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  [[nodiscard]] std::string text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace omniroute::app
