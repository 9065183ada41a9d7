#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "omniroute/base/result.hpp"
#include "omniroute/base/task.hpp"
#include "omniroute/config/snapshot.hpp"
#include "omniroute/store/database.hpp"

namespace omniroute::services {

/// What stored decisions would have been under another configuration.
struct ReplayReport {
  struct Change {
    std::string request_id;
    std::int64_t time_ms = 0;
    std::string model;
    std::string before;  ///< "provider/model", or "refused"
    std::string after;
  };
  std::int64_t decisions = 0;
  std::int64_t changed = 0;                                          ///< another first choice
  std::int64_t reordered = 0;                                        ///< the same first choice, another order behind it
  std::int64_t unreadable = 0;                                       ///< of another version of the program
  std::map<std::pair<std::string, std::string>, std::int64_t> ways;  ///< how many changed from what to what
  std::vector<Change> changes;                                       ///< the first ones
};

/// Takes every stored decision since `since_ms` again under `config`, off the workers.
Task<Result<ReplayReport>> replay_decisions(store::Database& database, std::shared_ptr<const config::Snapshot> config,
                                            std::int64_t since_ms, std::size_t most_changes);

/// `present` with what a JSON object says in its place. Members, all optional: "combos" (a list, in place of all), "aliases"
/// ({name: model}), "wildcardAliases", "customModels", "chains" ({model: links}), "comboDefaults", "auto", "providerOverrides",
/// "settings" ({key: value}). Errors: bad_request naming the member.
Result<std::shared_ptr<const config::Snapshot>> proposed_config(const config::Snapshot& present, std::string_view json);

}  // namespace omniroute::services
