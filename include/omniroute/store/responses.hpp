#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "omniroute/base/result.hpp"
#include "omniroute/base/task.hpp"
#include "omniroute/domain/stored_response.hpp"
#include "omniroute/store/database.hpp"

namespace omniroute::store {

/// The kept answers of the Responses API. Each belongs to a gateway key, and is not there for any other. Kept for 30 days,
/// as the vendor does.
class Responses {
 public:
  explicit Responses(Database& database) : database_(database) {}
  /// Fire and forget; the calls below see it.
  void save(domain::StoredResponse response);
  Task<Result<std::optional<domain::StoredResponse>>> find(std::string id, std::string key_id);
  /// A response and all it goes on from, oldest first; empty if one of them is not there. At most 1000.
  Task<Result<std::vector<domain::StoredResponse>>> chain(std::string id, std::string key_id);
  /// False if there was none.
  Task<Result<bool>> remove(std::string id, std::string key_id);

 private:
  Database& database_;
};

}  // namespace omniroute::store
