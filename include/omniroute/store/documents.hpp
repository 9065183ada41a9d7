#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "omniroute/base/result.hpp"

namespace omniroute::store {

class Transaction;

/// A JSON text under its kind and key.
struct Document {
  std::string kind;
  std::string key;
  std::string json;
};

/// The table of what the router is told. What the texts mean is config's affair.
class Documents {
 public:
  explicit Documents(Transaction& transaction) : transaction_(transaction) {}
  /// By kind and key.
  Result<std::vector<Document>> all();
  Result<std::vector<Document>> of_kind(std::string_view kind);
  /// Inserts, or replaces the text.
  Status save(const Document& document);
  /// False if there was none.
  Result<bool> remove(std::string_view kind, std::string_view key);

 private:
  Transaction& transaction_;
};

}  // namespace omniroute::store
