#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "omniroute/base/result.hpp"
#include "omniroute/base/task.hpp"
#include "omniroute/store/database.hpp"

namespace omniroute::store {

/// One thing that the router has learnt, as the line its class writes; empty = forgotten.
struct RouterRecord {
  std::string key;
  std::string record;
};

/// What the router has learnt, kept beside usage: written without waiting, read once at the start.
class RouterState {
 public:
  explicit RouterState(Database& database) : database_(database) {}
  void save(std::vector<RouterRecord> records);
  Task<Result<std::vector<RouterRecord>>> all();

 private:
  Database& database_;
};

/// A kept decision.
struct StoredTrace {
  std::int64_t usage_id = 0;
  std::string request_id;
  std::string key_id;
  std::int64_t time_ms = 0;
  std::int64_t latency_ms = 0;
  int status = 0;             ///< as the client saw it
  std::string error_kind;     ///< empty = it went well
  std::string error_message;  ///< what the client was told
  std::string data;           ///< routing::Trace, encoded
};

/// The decision traces, beside their usage rows. They are written with the rows (UsageRow::trace).
class Traces {
 public:
  explicit Traces(Database& database) : database_(database) {}
  /// The newest one of that request; `key_id`, if given, must be the row's.
  Task<Result<std::optional<StoredTrace>>> find(std::string request_id, std::optional<std::string> key_id);
  /// Takes one trace after the other, oldest first, after the one numbered `after`, from `since_ms` on, at most `limit`: on the
  /// reader's thread, so that a long row of them holds up no worker. Answers the last one's number; 0 = there was none.
  Task<Result<std::int64_t>> visit(std::int64_t after, std::int64_t since_ms, int limit, std::function<void(const StoredTrace&)> take);

 private:
  Database& database_;
};

}  // namespace omniroute::store
