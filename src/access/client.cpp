#include "omniroute/access/client.hpp"

#include <algorithm>
#include <vector>

#include "omniroute/net/address.hpp"

namespace omniroute::access {
namespace {

using Ranges = std::vector<net::AddressRange>;

bool any_contains(const Ranges& ranges, const net::AddressBytes& address) {
  return std::any_of(ranges.begin(), ranges.end(), [&](const net::AddressRange& range) { return range.contains(address); });
}

bool is_trusted(std::string_view literal, const Ranges& trusted) {
  const auto address = net::parse_address(literal);
  return address && any_contains(trusted, *address);
}

/// An address as X-Forwarded-For has it: perhaps with a port, IPv6 then in brackets.
std::string_view without_port(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  if (text.starts_with('[')) return text.substr(1, text.find(']') - 1);
  if (std::count(text.begin(), text.end(), ':') == 1) return text.substr(0, text.find(':'));
  return text;
}

/// All values of a header that may be there several times, in order.
std::vector<std::string_view> entries_of(const http::Request& request, std::string_view name) {
  std::vector<std::string_view> entries;
  for (const http::HeaderView& header : request.headers) {
    if (!http::same_name(header.name, name)) continue;
    std::string_view rest = header.value;
    for (;;) {
      const std::size_t comma = rest.find(',');
      entries.push_back(without_port(rest.substr(0, comma)));
      if (comma == std::string_view::npos) break;
      rest.remove_prefix(comma + 1);
    }
  }
  return entries;
}

}  // namespace

Client client_of(const http::Request& request, const config::AddressRows& rows) {
  Client client{request.peer, request.tls};
  if (rows.trusted_proxies.empty() || !is_trusted(request.peer, rows.trusted_proxies)) return client;
  client.tls = client.tls || http::same_name(request.header("x-forwarded-proto"), "https");
  const std::vector<std::string_view> hops = entries_of(request, "x-forwarded-for");
  for (auto hop = hops.rbegin(); hop != hops.rend(); ++hop) {
    // From the first entry on that is no address nothing can be believed.
    if (!net::parse_address(*hop)) return client;
    client.address = *hop;
    if (!is_trusted(*hop, rows.trusted_proxies)) return client;
  }
  const std::string_view real = without_port(request.header("x-real-ip"));
  if (hops.empty() && net::parse_address(real)) client.address = real;
  return client;
}

Status check_address(std::string_view address, const config::Snapshot& snapshot, std::int64_t now_ms) {
  const config::AddressRows& rows = snapshot.addresses();
  const config::IpFilterMode mode = snapshot.settings().ip_filter;
  if (mode == config::IpFilterMode::off && rows.bans.empty()) return {};
  const auto bytes = net::parse_address(address);
  if (!bytes || net::classify_address(address) == net::AddressClass::loopback) return {};
  const Error out(ErrorKind::forbidden, "The owner of this gateway does not let the address " + std::string(address) + " in.");
  const auto banned = [&](const config::AddressRows::Ban& ban) { return ban.address == *bytes && now_ms < ban.until_ms; };
  if (std::any_of(rows.bans.begin(), rows.bans.end(), banned)) return out;
  switch (mode) {
    case config::IpFilterMode::off: return {};
    case config::IpFilterMode::deny:
      if (any_contains(rows.deny, *bytes)) return out;
      return {};
    case config::IpFilterMode::allow:
      if (!any_contains(rows.allow, *bytes)) return out;
      return {};
    case config::IpFilterMode::allow_first:
      if (any_contains(rows.deny, *bytes) && !any_contains(rows.allow, *bytes)) return out;
      return {};
  }
  return {};
}

}  // namespace omniroute::access
