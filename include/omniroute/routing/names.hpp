#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "omniroute/base/result.hpp"
#include "omniroute/catalog/provider.hpp"
#include "omniroute/config/snapshot.hpp"

namespace omniroute::routing {

/// A model name taken apart.
struct Resolved {
  const catalog::Provider* provider = nullptr;
  std::string model;
};

/// The provider and upstream model a name stands for: "alias/model", "provider-id/model", "node-prefix/model" (cut at the first
/// slash; unknown models pass), or a bare name that one connected provider lists. Aliases and wildcards are followed; combos
/// are not names of one model. Errors: bad_request (not a model name, or several providers list it: the message names two),
/// not_found (nobody knows it).
Result<Resolved> resolve(const config::Snapshot& snapshot, std::string_view name);

/// What a name becomes by alias or wildcard; the name itself if neither fits.
std::string renamed(const config::RoutingTable& routing, std::string_view name);

/// ":floor" and ":nitro" behind a name: the cheapest, or the fastest, first.
enum class Suffix : std::uint8_t { none, floor, nitro };
/// Takes such a suffix off `name`, unless the whole of it is a model that somebody lists.
Suffix take_suffix(const config::Snapshot& snapshot, std::string_view& name);

/// The connected providers that list a bare name.
std::vector<const catalog::Provider*> connected_listing(const config::Snapshot& snapshot, std::string_view name);

/// True if a name fits one of the patterns (exact, "prefix/*", any '*'); no patterns allow everything.
bool allowed(std::span<const std::string> patterns, std::string_view name) noexcept;

/// True if `name` means that provider: its id, alias or display name, without case.
bool means_provider(std::string_view name, const catalog::Provider& provider) noexcept;

}  // namespace omniroute::routing
