#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "omniroute/base/result.hpp"
#include "omniroute/base/task.hpp"
#include "omniroute/store/database.hpp"

namespace omniroute::store {

/// How long one request took.
struct RequestTime {
  std::string provider;  ///< id of the provider that answered, or was tried last; empty = nobody was asked
  int status = 0;        ///< as the client saw it
  std::int64_t total_ms = 0;
  std::optional<std::int64_t> first_token_ms;
  std::optional<std::int64_t> overhead_us;
  std::string trace;  ///< routing::Trace, encoded; empty where none is kept
};

/// The times of the newest requests.
class Latencies {
 public:
  explicit Latencies(Database& database) : database_(database) {}
  /// Takes one request after the other, the newest first, since then (Unix milliseconds), at most `limit`: on the reader's thread.
  /// Rows appended before the call count. Answers how many there were.
  Task<Result<int>> visit(std::int64_t since_ms, int limit, std::function<void(const RequestTime&)> take);

 private:
  Database& database_;
};

}  // namespace omniroute::store
