#include "omniroute/routing/names.hpp"

#include <algorithm>

namespace omniroute::routing {
namespace {

constexpr std::size_t longest_name = 512;

Error refuse(std::string message) { return {ErrorKind::bad_request, std::move(message), "model"}; }

Error unknown(std::string message) {
  Error error(ErrorKind::not_found, std::move(message), "model");
  error.code = "model_not_found";
  return error;
}

bool is_name(std::string_view name) {
  const bool printable = std::none_of(name.begin(), name.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  return !name.empty() && name.size() <= longest_name && printable && name.find("../") == std::string_view::npos;
}

bool connected(const config::Snapshot& snapshot, const catalog::Provider& provider) { return !snapshot.accounts(provider.id).empty(); }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool same(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

// A bare name: only providers that could answer now are asked, so that it means the same thing until an account is added.
Result<Resolved> resolve_bare(const config::Snapshot& snapshot, std::string_view name) {
  const std::vector<const catalog::Provider*> able = connected_listing(snapshot, name);
  const auto openai = std::find_if(able.begin(), able.end(), [](const catalog::Provider* p) { return p->id == "openai"; });
  if (openai != able.end()) return Resolved{*openai, std::string(name)};
  if (able.size() == 1) return Resolved{able.front(), std::string(name)};
  if (able.size() > 1) {
    return refuse("Several connected providers list the model '" + std::string(name) + "'. Name one: '" + able[0]->alias + "/" +
                  std::string(name) + "' or '" + able[1]->alias + "/" + std::string(name) + "'.");
  }
  const catalog::Provider* fallback = snapshot.provider("openai");
  if (fallback != nullptr && connected(snapshot, *fallback)) return Resolved{fallback, std::string(name)};
  const auto listing = snapshot.listing(name);
  if (!listing.empty())
    return unknown("The model '" + std::string(name) + "' is listed by " + listing.front()->name + ", which has no active account here.");
  return unknown("No connected provider lists the model '" + std::string(name) +
                 "'. Write it as 'provider/model'; GET /v1/models lists what is there.");
}

Result<Resolved> resolve_present(const config::Snapshot& snapshot, std::string_view name) {
  const std::size_t slash = name.find('/');
  if (slash == std::string_view::npos) return resolve_bare(snapshot, name);
  const std::string_view prefix = name.substr(0, slash);
  const std::string_view rest = name.substr(slash + 1);
  const catalog::Provider* provider = snapshot.provider(prefix);
  if (provider == nullptr) {
    // Some upstream names hold a slash themselves ("meta/llama-3"): a listed one is found without its provider's prefix.
    if (!snapshot.listing(name).empty()) return resolve_bare(snapshot, name);
    return unknown("There is no provider or node with the prefix '" + std::string(prefix) + "'.");
  }
  if (rest.empty()) return refuse("The model name '" + std::string(name) + "' ends behind its provider.");
  return Resolved{provider, std::string(snapshot.catalog().current_model(provider->id, rest))};
}

}  // namespace

std::vector<const catalog::Provider*> connected_listing(const config::Snapshot& snapshot, std::string_view name) {
  std::vector<const catalog::Provider*> able;
  for (const catalog::Provider* provider : snapshot.listing(name))
    if (connected(snapshot, *provider)) able.push_back(provider);
  return able;
}

std::string renamed(const config::RoutingTable& routing, std::string_view name) {
  if (name.find('/') == std::string_view::npos) {
    if (const std::string* target = routing.alias(name)) return *target;
  }
  return routing.wildcard(name).value_or(std::string(name));
}

Result<Resolved> resolve(const config::Snapshot& snapshot, std::string_view name) {
  if (!is_name(name)) return refuse("'model' is not a usable model name.");
  const std::string present = renamed(snapshot.routing(), name);
  if (!is_name(present)) return refuse("'" + std::string(name) + "' stands for '" + present + "', which is not a usable model name.");
  return resolve_present(snapshot, present);
}

Suffix take_suffix(const config::Snapshot& snapshot, std::string_view& name) {
  for (const auto& [text, suffix] : {std::pair<std::string_view, Suffix>(":floor", Suffix::floor), {":nitro", Suffix::nitro}}) {
    if (!name.ends_with(text) || name.size() == text.size()) continue;
    if (snapshot.routing().alias(name) != nullptr || !snapshot.listing(name).empty()) return Suffix::none;
    name.remove_suffix(text.size());
    return suffix;
  }
  return Suffix::none;
}

bool allowed(std::span<const std::string> patterns, std::string_view name) noexcept {
  return patterns.empty() || std::any_of(patterns.begin(), patterns.end(),
                                         [name](const std::string& pattern) { return domain::fits_wildcard(pattern, name, nullptr); });
}

bool means_provider(std::string_view name, const catalog::Provider& provider) noexcept {
  return same(name, provider.id) || same(name, provider.alias) || same(name, provider.name);
}

}  // namespace omniroute::routing
