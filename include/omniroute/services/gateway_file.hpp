#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "omniroute/base/result.hpp"
#include "omniroute/config/batch.hpp"
#include "omniroute/config/environment.hpp"
#include "omniroute/config/hidden_models.hpp"
#include "omniroute/config/snapshot.hpp"

/// The configuration as one YAML file: exported, compared, applied. Objects go by the names people know: a node by its prefix, a connection
/// by provider and name, a key by its name. What the file does not mention stays as it is, unless it is pruned.
namespace omniroute::services {

/// `with_secrets` puts the credentials in the clear into it: for an export that is encrypted at once. Without them a file changes no
/// credential.
std::string export_gateway(const config::Snapshot& snapshot, const config::HiddenModels& hidden, bool with_secrets);

/// One step from the present configuration to the file's.
struct FileStep {
  std::string action;               ///< "create", "update", "remove"
  std::string kind;                 ///< "node", "connection", "key", "setting", "price", "budget", "hidden model"
  std::string name;                 ///< "groq/main"
  std::vector<std::string> fields;  ///< what differs; never the values of secrets
  config::Change change;
};

/// What the references of a file stand for: "env:NAME" and "file:/path" to their values.
using References = std::map<std::string, Secret, std::less<>>;
/// Looks them up, on the machine and in the environment of who applies the file. Errors name line and column.
Result<References> resolve_references(std::string_view yaml, const config::Environment& environment);

/// What the file would change, in an order in which it can be done. Members that nobody knows, wrong types and unresolved references are
/// errors (bad_request) that name line and column. `prune` also removes what the file does not mention, in the sections that it has.
Result<std::vector<FileStep>> plan_gateway(std::string_view yaml, const config::Snapshot& snapshot, const config::HiddenModels& hidden,
                                           bool prune, const References& references);

}  // namespace omniroute::services
