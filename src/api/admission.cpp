#include "admission.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>

#include "omniroute/access/client.hpp"
#include "omniroute/net/address.hpp"

namespace omniroute::api {
namespace {

bool same_text(std::string_view a, std::string_view b) { return http::same_name(a, b); }

/// The authority's host part, brackets included.
std::string_view host_of(std::string_view authority) {
  if (authority.starts_with('[')) return authority.substr(0, authority.find(']') + 1);
  return authority.substr(0, authority.find(':'));
}

/// "https://gateway.example.com" of "https://gateway.example.com/path".
std::string_view origin_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  return url.substr(0, url.find('/', scheme + 3));
}

bool is_own_name(std::string_view host) {
  constexpr std::array<std::string_view, 3> names{"localhost", "127.0.0.1", "[::1]"};
  return std::any_of(names.begin(), names.end(), [host](std::string_view name) { return same_text(host, name); });
}

/// An address, or a name that no name server of the world answers for: of one label, or under a domain kept for private use
/// (RFC 6762, RFC 8375, ICANN's reservation of .internal).
bool is_no_page_name(std::string_view host) {
  if (host.starts_with('[')) return net::parse_address(host.substr(1, host.find(']') - 1)).has_value();
  if (net::parse_address(host) || host.find('.') == std::string_view::npos) return true;
  constexpr std::array<std::string_view, 4> private_domains{".local", ".home.arpa", ".internal", ".lan"};
  return std::any_of(private_domains.begin(), private_domains.end(), [host](std::string_view domain) { return host.ends_with(domain); });
}

Error login_again() {
  Error error(ErrorKind::forbidden, "This needs a login of the last 30 minutes: give the password again, then repeat it.");
  error.code = "recent_login_required";
  return error;
}

bool is_json(std::string_view content_type) {
  std::string_view kind = content_type.substr(0, content_type.find(';'));
  while (kind.ends_with(' ')) kind.remove_suffix(1);
  return same_text(kind, "application/json");
}

}  // namespace

Result<access::Caller> admit(const Services& services, const Call& call, Guard guard) {
  const config::Snapshot& snapshot = *call.lane.config;
  if (call.request.local) return services.gate.admit(call.request, snapshot, domain::Scope::admin);
  switch (guard) {
    case Guard::open: return access::Caller{};
    case Guard::key: return services.gate.admit(call.request, snapshot, domain::Scope::inference);
    case Guard::read:
    case Guard::admin:
    case Guard::recent: break;
  }
  if (!access::Login::presented_token(call.request).empty()) {
    Result<access::Caller> session = services.login.admit(call.request);
    // A browser may send an ended session's cookie along with a key that is good.
    if (session && guard == Guard::recent && !session->recent_login) return login_again();
    if (session || access::presented_key(call.request).empty()) return session;
  }
  return services.gate.admit(call.request, snapshot, guard == Guard::read ? domain::Scope::read : domain::Scope::admin);
}

Status check_host(const Services& services, const http::Request& request, const config::Settings& settings) {
  if (request.local) return {};
  const std::string_view authority = request.header("host");
  const std::string_view host = host_of(authority);
  if (host.empty() || is_own_name(host)) return {};
  if (!services.on_loopback && is_no_page_name(host)) return {};
  for (const std::string& url : settings.public_urls) {
    const std::string_view own = origin_of(url);
    if (!own.empty() && same_text(host, host_of(own.substr(own.find("://") + 3)))) return {};
  }
  return Error(ErrorKind::forbidden,
               "This gateway does not go by the name in the Host header. Use http://localhost, or name its public address in the setting "
               "public_urls (BASE_URL).",
               "host");
}

Status check_address(const Services& services, const http::Request& request, const config::Snapshot& snapshot) {
  if (request.local) return {};
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(services.clock.wall_now().time_since_epoch());
  return access::check_address(request.client, snapshot, now.count());
}

Status check_change(const http::Request& request, const config::Settings& settings) {
  if (request.local) return {};
  const std::string_view site = request.header("sec-fetch-site");
  const bool foreign_site = !site.empty() && site != "same-origin" && site != "none";
  const std::string_view origin = request.header("origin");
  bool own_origin =
      origin.empty() || same_text(origin, (request.client_tls ? "https://" : "http://") + std::string(request.header("host")));
  for (const std::string& url : settings.public_urls) own_origin = own_origin || same_text(origin, origin_of(url));
  if (foreign_site || !own_origin)
    return Error(ErrorKind::forbidden,
                 "Pages of other origins may not change anything here. Behind a proxy, name the gateway's public address in the setting "
                 "public_urls (BASE_URL).");
  const bool needs_json = request.method == "POST" || !request.body.empty();
  if (needs_json && !is_json(request.header("content-type")))
    return Error(ErrorKind::bad_request, "The management API takes JSON: send the header content-type: application/json.", "content-type");
  return {};
}

bool page_over_tls(const http::Request& request) { return request.client_tls || request.header("origin").starts_with("https://"); }

}  // namespace omniroute::api
