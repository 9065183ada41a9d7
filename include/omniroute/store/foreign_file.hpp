#pragma once
#include <optional>
#include <string>
#include <vector>

#include "omniroute/base/result.hpp"

namespace omniroute::store {

/// One table of another program's SQLite file, values as text; NULL is absent.
struct ForeignTable {
  std::string name;
  std::vector<std::string> columns;
  std::vector<std::vector<std::optional<std::string>>> rows;
};

/// What is wanted of such a file.
struct ForeignWish {
  std::vector<std::string> tables;   ///< read whole, if they are there
  std::vector<std::string> counted;  ///< only their rows are counted: one row, one column
};

/// Reads tables of another program's SQLite file, which may be in use by it; nothing is written, not even beside it. Views are no tables.
/// Errors, each one sentence that names the file: not_found; conflict for what is no database, is damaged, or is one of ours; too_large
/// above 20 000 rows a table or 64 MB in all.
Result<std::vector<ForeignTable>> read_foreign_file(const std::string& path, const ForeignWish& wish);

}  // namespace omniroute::store
