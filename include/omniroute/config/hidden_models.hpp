#pragma once
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "omniroute/base/result.hpp"
#include "omniroute/base/task.hpp"

namespace omniroute::store {
class Database;
}

namespace omniroute::config {

/// The models that the owner keeps out of lists; whoever names one is served all the same. No request asks for it, so it is
/// read where a list is made and is no part of a snapshot. RoutingEditor::hide_model() changes it.
class HiddenModels {
 public:
  using ByProvider = std::map<std::string, std::set<std::string, std::less<>>, std::less<>>;  ///< provider or node id

  /// As stored now. Errors: those of the database.
  static Task<Result<HiddenModels>> read(store::Database& database);
  [[nodiscard]] bool contains(std::string_view provider_id, std::string_view model) const noexcept;
  [[nodiscard]] const ByProvider& by_provider() const noexcept { return by_provider_; }

 private:
  ByProvider by_provider_;
};

}  // namespace omniroute::config
