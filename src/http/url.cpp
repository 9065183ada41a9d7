#include "omniroute/http/url.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace omniroute::http {
namespace {

Error refuse(std::string_view why) { return {ErrorKind::bad_request, "Not a usable address: " + std::string(why) + "."}; }

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c > 0x20 && c < 0x7f; });
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

// Splits "host", "host:port" or "[v6]:port".
Status take_authority(std::string_view authority, Url& url) {
  std::string_view port;
  if (authority.starts_with('[')) {
    const std::size_t close = authority.find(']');
    if (close == std::string_view::npos) return refuse("the IPv6 address is not closed with ']'");
    url.host = lower(authority.substr(1, close - 1));
    const std::string_view rest = authority.substr(close + 1);
    if (!rest.empty() && rest[0] != ':') return refuse("something other than a port follows the IPv6 address");
    if (!rest.empty()) port = rest.substr(1);
  } else {
    const std::size_t colon = authority.find(':');
    url.host = lower(authority.substr(0, colon));
    if (colon != std::string_view::npos) port = authority.substr(colon + 1);
  }
  if (url.host.empty()) return refuse("it has no host");
  url.port = url.tls ? 443 : 80;
  if (port.empty()) return {};
  unsigned number = 0;
  const auto [end, failure] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (failure != std::errc() || end != port.data() + port.size() || number == 0 || number > 65535)
    return refuse("the port is not a number from 1 to 65535");
  url.port = static_cast<std::uint16_t>(number);
  return {};
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

Result<Url> Url::parse(std::string_view text) {
  Url url;
  if (!is_printable(text)) return refuse("it holds spaces, control characters or bytes that are not ASCII");
  const std::size_t colon = text.find("://");
  const std::string scheme = lower(text.substr(0, colon == std::string_view::npos ? 0 : colon));
  if (scheme != "http" && scheme != "https") return refuse("it must begin with http:// or https://");
  url.tls = scheme == "https";
  const std::string_view rest = text.substr(colon + 3);
  const std::size_t slash = rest.find_first_of("/?#");
  const std::string_view authority = rest.substr(0, slash);
  if (authority.find('@') != std::string_view::npos) return refuse("it must not hold a user name or password");
  if (Status status = take_authority(authority, url); !status) return status.error();
  const std::string_view tail = slash == std::string_view::npos ? std::string_view() : rest.substr(slash);
  if (tail.find('#') != std::string_view::npos) return refuse("it must not hold a fragment (#)");
  url.target = tail.starts_with('/') ? std::string(tail) : "/" + std::string(tail);
  return url;
}

net::Endpoint Url::endpoint(std::string ca_file) const { return {host, port, tls, std::move(ca_file)}; }

std::string percent_encode(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const unsigned char c : text) {
    const bool plain =
        (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out += static_cast<char>(c);
    } else {
      out += '%';
      out += digits[c >> 4U];
      out += digits[c & 15U];
    }
  }
  return out;
}

std::string percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    const int high = text[at] == '%' && at + 2 < text.size() ? hex_value(text[at + 1]) : -1;
    const int low = high >= 0 ? hex_value(text[at + 2]) : -1;
    if (low >= 0) {
      out.push_back(static_cast<char>(high * 16 + low));
      at += 2;
    } else {
      out.push_back(text[at]);
    }
  }
  return out;
}

std::string query_value(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    const std::size_t equals = pair.find('=');
    if (pair.substr(0, equals) == name) return equals == std::string_view::npos ? std::string() : percent_decode(pair.substr(equals + 1));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
  }
  return {};
}

}  // namespace omniroute::http
