#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "connection.hpp"

namespace omniroute::store {

/// Walks the recorded bodies that hold all the words, the newest first.
class BodySearch {
 public:
  /// `last_usage`: bodies of requests that ended well after this usage row are passed over at once.
  static Result<BodySearch> begin(Connection& telemetry, std::string_view words, std::optional<std::int64_t> last_usage);
  /// The number of the next body; nothing at the end.
  Result<std::optional<std::int64_t>> next();

 private:
  explicit BodySearch(Statement statement) : statement_(std::move(statement)) {}
  Statement statement_;
};

}  // namespace omniroute::store
