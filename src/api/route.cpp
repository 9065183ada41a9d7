#include "route.hpp"

namespace omniroute::api {
namespace {

constexpr std::string_view wild_rest = "...}";

// Fits `path` to `pattern`, segment by segment.
bool fits(std::string_view pattern, std::string_view path, std::array<std::string_view, 2>& params) {
  std::size_t found = 0;
  while (!pattern.empty() && !path.empty()) {
    const std::size_t brace = pattern.find('{');
    const std::string_view fixed = pattern.substr(0, brace);
    if (brace == std::string_view::npos) return pattern == path;
    if (!path.starts_with(fixed)) return false;
    path.remove_prefix(fixed.size());
    pattern.remove_prefix(brace);
    const std::size_t close = pattern.find('}');
    const bool rest = pattern.substr(0, close + 1).ends_with(wild_rest);
    const std::string_view value = rest ? path : path.substr(0, path.find('/'));
    if (value.empty() || found == params.size()) return false;
    params[found++] = value;
    path.remove_prefix(value.size());
    pattern.remove_prefix(close + 1);
  }
  return pattern.empty() && path.empty();
}

bool serves(const Route& route, std::string_view method) { return route.method == method || (method == "HEAD" && route.method == "GET"); }

/// AI SDK's Google provider takes a model's name with a slash for the whole resource: "/v1beta/lab/m:generateContent".
bool lacks_models(std::string_view path) {
  const std::size_t base = path.find('/', 1);
  if (base == std::string_view::npos || (path.substr(0, base) != "/v1beta" && path.substr(0, base) != "/v1")) return false;
  const bool action = path.ends_with(":generateContent") || path.ends_with(":streamGenerateContent") || path.ends_with(":countTokens");
  return action && !path.substr(base).starts_with("/models/");
}

}  // namespace

std::string_view to_string(Guard guard) noexcept {
  switch (guard) {
    case Guard::open: return "open";
    case Guard::key: return "key";
    case Guard::read: return "read";
    case Guard::admin: return "admin";
    case Guard::recent: return "recent";
  }
  return "";
}

Match find_route(std::string_view method, std::string_view path) {
  Match match;
  for (const std::span<const Route> group : {v1_routes(), admin_routes(), router_routes(), page_routes()}) {
    for (const Route& route : group) {
      std::array<std::string_view, 2> params{};
      if (!fits(route.path, path, params)) continue;
      if (!serves(route, method)) {
        if (!match.allowed.empty()) match.allowed += ", ";
        match.allowed += route.method == "GET" ? "GET, HEAD" : route.method;
        continue;
      }
      match.route = &route;
      match.params = params;
      return match;
    }
  }
  return match;
}

std::string normal_path(std::string_view path) {
  // Users paste ".../v1" as base address everywhere; clients then add their own.
  while (path.starts_with("/v1/v1/") || path.starts_with("/v1/v1beta/")) path.remove_prefix(3);
  if (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  if (lacks_models(path)) {
    const std::size_t base = path.find('/', 1);
    return std::string(path.substr(0, base)) + "/models" + std::string(path.substr(base));
  }
  // Codex' base address may end in /codex; everything under it is the Responses API.
  if (path == "/codex") return "/v1/responses";
  if (path.starts_with("/codex/")) return normal_path(path.substr(6));
  for (const std::string_view alias : {"/chat/completions", "/completions", "/messages", "/models", "/responses"}) {
    if (path == alias || (path.starts_with(alias) && path[alias.size()] == '/')) return "/v1" + std::string(path);
  }
  return std::string(path);
}

domain::Format dialect_of(std::string_view path) {
  const Match match = find_route("POST", path);
  if (match.route != nullptr) return match.route->dialect;
  const Match get = find_route("GET", path);
  return get.route != nullptr ? get.route->dialect : domain::Format::openai_chat;
}

}  // namespace omniroute::api
