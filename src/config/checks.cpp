#include "checks.hpp"

#include <algorithm>
#include <fstream>
#include <optional>

#include "omniroute/http/url.hpp"
#include "omniroute/net/address.hpp"
#include "omniroute/net/connector.hpp"

namespace omniroute::config {
namespace {

constexpr std::size_t longest_name = 200;
constexpr std::size_t longest_api_key = 10'000;
constexpr std::size_t longest_prefix = 50;
constexpr std::size_t longest_url = 2'000;

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_letter(char c) noexcept { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

/// The path that a format's chat requests go to: people paste whole addresses.
std::string_view chat_path(domain::Format format) noexcept {
  switch (format) {
    case domain::Format::openai_chat: return "/chat/completions";
    case domain::Format::openai_responses: return "/responses";
    case domain::Format::anthropic: return "/messages";
    case domain::Format::gemini: return "/models";
  }
  return {};
}

/// True if the last label of a name is a number: then the whole is meant as an IPv4 address, and only the usual notation
/// of it is taken (WHATWG URL, "ends in a number"): "0x7f.1" and "2130706433" are tricks.
bool ends_in_number(std::string_view host) noexcept {
  if (host.ends_with('.')) host.remove_suffix(1);
  const std::size_t dot = host.rfind('.');
  const std::string_view last = dot == std::string_view::npos ? host : host.substr(dot + 1);
  if (last.empty()) return false;
  if (std::all_of(last.begin(), last.end(), is_digit)) return true;
  return last.starts_with("0x") || last.starts_with("0X");
}

Status check_host(const std::string& host) {
  const std::optional<net::AddressClass> address = net::classify_address(host);
  if (address == net::AddressClass::forbidden) return bad_field("baseUrl", "points to an address that no provider has: " + host);
  if (!address && ends_in_number(host)) return bad_field("baseUrl", "has an address in an unusual notation; write it as 192.0.2.1");
  return {};
}

}  // namespace

Error bad_field(std::string_view field, const std::string& what) {
  return {ErrorKind::bad_request, std::string(field) + " " + what + ".", std::string(field)};
}

Status check_name(std::string_view field, std::string_view name) {
  if (name.empty()) return bad_field(field, "may not be empty");
  if (name.size() > longest_name) return bad_field(field, "may have at most 200 bytes");
  const bool clean = std::none_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  if (!clean) return bad_field(field, "may not have control characters");
  return {};
}

Status check_api_key(const Secret& key) {
  const std::string_view text = key.reveal();
  if (text.empty()) return bad_field("apiKey", "may not be empty");
  if (text.size() > longest_api_key) return bad_field("apiKey", "may have at most 10000 characters");
  const bool visible = std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; });
  if (!visible) return bad_field("apiKey", "may only have visible ASCII characters, without blanks and line ends");
  return {};
}

Status check_proxy(const Secret& proxy) {
  if (proxy.reveal().size() > longest_url) return bad_field("proxy", "may have at most 2000 characters");
  const Result<net::Proxy> parsed = net::Proxy::parse(proxy.reveal());
  if (!parsed) {
    Error error = parsed.error();
    error.param = "proxy";
    return error;
  }
  return {};
}

Status check_prefix(std::string_view prefix) {
  const bool fits = !prefix.empty() && prefix.size() <= longest_prefix && std::all_of(prefix.begin(), prefix.end(), [](char c) {
    return is_digit(c) || is_letter(c) || c == '_' || c == '.' || c == '-';
  });
  if (!fits) return bad_field("prefix", "must have 1 to 50 letters, digits, '_', '.' or '-'");
  if (std::all_of(prefix.begin(), prefix.end(), [](char c) { return c == '.'; })) return bad_field("prefix", "may not be dots alone");
  return {};
}

Status check_ca_file(const std::string& path) {
  if (path.empty()) return {};
  if (path.front() != '/') return bad_field("caFile", "must be an absolute path");
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("-----BEGIN CERTIFICATE-----") || line.starts_with("-----BEGIN TRUSTED CERTIFICATE-----")) return {};
  return bad_field("caFile", "cannot be read as a file of PEM certificates");
}

Result<std::string> clean_base_url(std::string_view text, domain::Format format) {
  if (text.size() > longest_url) return bad_field("baseUrl", "may have at most 2000 characters");
  const Result<http::Url> url = http::Url::parse(text);
  if (!url) {
    Error error = url.error();
    error.param = "baseUrl";
    return error;
  }
  if (text.find('?') != std::string_view::npos) return bad_field("baseUrl", "may not have a query");
  if (Status host = check_host(url->host); !host) return host.error();
  std::string base(text);
  const auto strip_slashes = [&base] {
    while (base.ends_with('/')) base.pop_back();
  };
  strip_slashes();
  if (const std::string_view path = chat_path(format); base.ends_with(path)) base.resize(base.size() - path.size());
  strip_slashes();
  return base;
}

}  // namespace omniroute::config
