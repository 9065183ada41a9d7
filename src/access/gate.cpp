#include "omniroute/access/gate.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include "omniroute/crypto/digest.hpp"
#include "omniroute/crypto/gateway_key.hpp"

namespace omniroute::access {
namespace {

using domain::Scope;

constexpr domain::Scopes everything = Scope::inference | Scope::read | Scope::admin;

Error unauthorized(std::string message) {
  Error error(ErrorKind::unauthorized, std::move(message));
  error.code = "invalid_api_key";
  return error;
}

/// A browser says so with every request that a page makes; programs send neither header.
bool from_a_page(const http::Request& request) noexcept {
  const std::string_view site = request.header("sec-fetch-site");
  return !request.header("origin").empty() || (!site.empty() && site != "none");
}

/// What a reverse proxy passes on comes from loopback, whoever sent it.
bool passed_on(const http::Request& request) noexcept {
  constexpr std::array<std::string_view, 3> names{"x-forwarded-for", "forwarded", "x-real-ip"};
  return std::any_of(names.begin(), names.end(), [&request](std::string_view name) { return !request.header(name).empty(); });
}

std::string_view bearer(std::string_view authorization) noexcept {
  constexpr std::string_view scheme = "Bearer ";
  if (authorization.size() <= scheme.size() || !http::same_name(authorization.substr(0, scheme.size()), scheme)) return {};
  const std::size_t begin = authorization.find_first_not_of(' ', scheme.size());
  return begin == std::string_view::npos ? std::string_view() : authorization.substr(begin);
}

/// The key of a text, and why it does not count, if it does not.
struct Found {
  const domain::ApiKey* key = nullptr;
  const char* refusal = nullptr;
};

Found find_key(std::string_view text, const config::Snapshot& snapshot, std::int64_t now_ms) {
  // A typing error costs no lookup; texts of other shapes are those of keys that were taken over from another gateway.
  constexpr std::size_t longest_foreign = 512;
  if (text.empty() || text.size() > longest_foreign) return {};
  if (text.starts_with(crypto::gateway_key_begin) && !crypto::gateway_key_well_formed(text)) return {};
  const crypto::Sha256 hash = crypto::sha256(text);
  Found found{snapshot.key(hash), nullptr};
  if (found.key == nullptr) {
    found.key = snapshot.key_by_previous(hash);
    if (found.key != nullptr && now_ms >= found.key->previous_until_ms)
      found.refusal = "This API key has been replaced by a new one, and its time of grace is over.";
  }
  if (found.key == nullptr) return found;
  if (!found.key->active) found.refusal = "The API key is switched off.";
  if (found.key->expires_ms != 0 && now_ms >= found.key->expires_ms)
    found.refusal = "The API key has expired; its owner can give it more time.";
  return found;
}

std::int64_t wall_ms(const Clock& clock) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(clock.wall_now().time_since_epoch()).count();
}

}  // namespace

std::string_view presented_key(const http::Request& request) noexcept {
  if (const std::string_view key = bearer(request.header("authorization")); !key.empty()) return key;
  for (const std::string_view name : {"x-api-key", "x-goog-api-key", "api-key"})
    if (const std::string_view key = request.header(name); !key.empty()) return key;
  return {};
}

Result<Caller> Gate::admit(const http::Request& request, const config::Snapshot& snapshot, Scope needed) const {
  if (request.local) return Caller{Caller::Kind::local, {}, "command line", everything};
  const std::string_view text = presented_key(request);
  const Found found = find_key(text, snapshot, wall_ms(clock_));
  const domain::ApiKey* key = found.key;
  if (key != nullptr && found.refusal == nullptr) {
    if (!key->scopes.allows(needed))
      return Error(ErrorKind::forbidden, "The API key '" + key->name + "' lacks the scope '" + std::string(to_string(needed)) + "'.");
    return Caller{Caller::Kind::key, key->id, key->name, key->scopes};
  }
  if (needed == Scope::inference && on_loopback_ && !snapshot.settings().require_api_key && !passed_on(request)) {
    if (from_a_page(request)) return Error(ErrorKind::forbidden, "A web page needs an API key, even while programs do not.");
    return Caller{Caller::Kind::keyless, {}, {}, Scope::inference};
  }
  if (text.empty())
    return unauthorized(
        "There is no API key in the request: send it as 'Authorization: Bearer …' or 'x-api-key'. 'omniroute key create' makes one.");
  if (key != nullptr) return unauthorized(found.refusal);
  return unauthorized("The API key is not one of this gateway's.");
}

}  // namespace omniroute::access
