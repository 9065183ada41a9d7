#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "omniroute/base/result.hpp"
#include "omniroute/base/task.hpp"
#include "omniroute/domain/body_record.hpp"
#include "omniroute/store/database.hpp"

namespace omniroute::store {

/// What requests and answers said, for those whose owner wants it recorded.
class Bodies {
 public:
  using Cleaner = std::function<void(domain::BodyRecord&)>;

  explicit Bodies(Database& database) : database_(database) {}
  /// Fire and forget. `clean` masks what may not be kept; it runs on the writer's thread, before anything is written.
  void keep(domain::BodyRecord record, Cleaner clean);
  Task<Result<std::optional<domain::BodyRecord>>> find(std::string request_id);
  /// Forgets all of them.
  Task<Status> clear();

 private:
  Database& database_;
};

}  // namespace omniroute::store
