#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "omniroute/base/result.hpp"
#include "omniroute/catalog/provider.hpp"
#include "omniroute/config/snapshot.hpp"
#include "omniroute/domain/account.hpp"
#include "omniroute/domain/format.hpp"

namespace omniroute::routing {

/// One thing to try: a model of a provider, through one account. Pointers live as long as the snapshot.
struct Target {
  const catalog::Provider* provider = nullptr;
  const domain::Account* account = nullptr;
  std::string model;  ///< as the upstream knows it
  domain::Format format = domain::Format::openai_chat;
};

/// What to try, in order.
struct Plan {
  std::vector<Target> targets;  ///< at least one
};

/// A model name taken apart.
struct Resolved {
  const catalog::Provider* provider = nullptr;
  std::string model;
};

/// The provider and upstream model a client's name stands for: "alias/model", "provider-id/model", "node-prefix/model" (cut
/// at the first slash; unknown models pass), or a bare name that one connected provider lists. Errors: bad_request (not a
/// model name, or several providers list it: the message names two), not_found (nobody knows it).
Result<Resolved> resolve(const config::Snapshot& snapshot, std::string_view name);

/// The targets for a client's model name: every active account of its provider, by priority. Errors: those of resolve();
/// bad_request if the provider has no active account; unsupported if its format is not spoken.
Result<Plan> plan(const config::Snapshot& snapshot, std::string_view name);

}  // namespace omniroute::routing
