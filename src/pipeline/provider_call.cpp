#include "omniroute/pipeline/provider_call.hpp"

#include <algorithm>

#include "omniroute/http/url.hpp"

namespace omniroute::pipeline {

Status aim(http::Outgoing& outgoing, std::string_view url, const catalog::Provider& provider, const domain::Account& account,
           const config::Settings& settings) {
  Result<http::Url> parsed_url = http::Url::parse(url);
  if (!parsed_url) return Error(ErrorKind::internal, "The address of " + provider.name + " cannot be used: " + parsed_url.error().message);
  outgoing.endpoint = parsed_url->endpoint(provider.ca_file);
  outgoing.target = std::move(parsed_url->target);
  const Secret& proxy =
      account.proxy.empty() ? settings.proxy_for(outgoing.endpoint.tls, outgoing.endpoint.host, outgoing.endpoint.port) : account.proxy;
  if (proxy.empty()) return {};
  Result<net::Proxy> parsed = net::Proxy::parse(proxy.reveal());
  if (!parsed) return Error(ErrorKind::internal, "The egress proxy of " + provider.name + " cannot be used: " + parsed.error().message);
  outgoing.proxy = *std::move(parsed);
  return {};
}

void add_credential(std::vector<http::Header>& headers, const catalog::Provider& provider, const domain::Account& account) {
  if (provider.auth_header.empty() || account.api_key.empty()) return;
  headers.push_back({provider.auth_header, provider.auth_prefix + std::string(account.api_key.reveal())});
}

void add_provider_headers(std::vector<http::Header>& headers, const catalog::Provider& provider) {
  const auto has = [&headers](std::string_view name) {
    return std::any_of(headers.begin(), headers.end(), [name](const http::Header& h) { return http::same_name(h.name, name); });
  };
  for (const catalog::Header& header : provider.headers)
    if (!has(header.name)) headers.push_back({header.name, header.value});
  if (!has("user-agent")) headers.push_back({"user-agent", "omniroute"});
}

}  // namespace omniroute::pipeline
