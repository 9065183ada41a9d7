#include <algorithm>
#include <array>
#include <charconv>

#include "omniroute/net/connector.hpp"

namespace omniroute::net {
namespace {

struct Scheme {
  std::string_view name;
  Proxy::Kind kind;
  std::uint16_t port;
};
constexpr std::array schemes{Scheme{"http", Proxy::Kind::http, 80}, Scheme{"https", Proxy::Kind::https, 443},
                             Scheme{"socks5", Proxy::Kind::socks5, 1080}, Scheme{"socks5h", Proxy::Kind::socks5, 1080}};

Error wrong(std::string what) { return Error(ErrorKind::bad_request, "The proxy address is not valid: " + std::move(what) + ".", "proxy"); }

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Percent-decoding; false for a broken escape or a control character.
bool decode(std::string_view text, std::string& out) {
  out.clear();
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size() || hex(text[i + 1]) < 0 || hex(text[i + 2]) < 0) return false;
      c = static_cast<char>(hex(text[i + 1]) * 16 + hex(text[i + 2]));
      i += 2;
    }
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) return false;
    out.push_back(c);
  }
  return true;
}

bool host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_' || c == ':';
}

/// Splits "host:port" or "[v6]:port"; empty text when fine.
std::string take_authority(std::string_view text, Proxy& proxy) {
  std::string_view host = text;
  std::string_view port;
  bool has_port = false;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return "a bracket is open";
    host = text.substr(1, end - 1);
    const std::string_view rest = text.substr(end + 1);
    if (!rest.empty() && rest.front() != ':') return "there is text between the address and the port";
    has_port = !rest.empty();
    if (has_port) port = rest.substr(1);
    if (classify_address(host) == std::nullopt) return "the address in brackets is not IPv6";
  } else if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
    host = text.substr(0, colon);
    port = text.substr(colon + 1);
    has_port = true;
  }
  if (host.empty() || host.size() > 253 || !std::all_of(host.begin(), host.end(), host_character))
    return "the host is missing or malformed";
  if (has_port) {
    unsigned value = 0;
    const auto parsed = std::from_chars(port.data(), port.data() + port.size(), value);
    if (port.empty() || parsed.ec != std::errc() || parsed.ptr != port.data() + port.size() || value == 0 || value > 65535)
      return "the port is not a number from 1 to 65535";
    proxy.port = static_cast<std::uint16_t>(value);
  }
  proxy.host = std::string(host);
  return {};
}

std::string base64(std::string_view bytes) {
  static constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t there = std::min<std::size_t>(3, bytes.size() - i);
    unsigned group = 0;
    for (std::size_t j = 0; j < 3; ++j) group = group << 8 | (j < there ? static_cast<unsigned char>(bytes[i + j]) : 0u);
    for (std::size_t j = 0; j < 4; ++j) out.push_back(j <= there ? alphabet[group >> (18 - 6 * j) & 63u] : '=');
  }
  return out;
}

}  // namespace

Secret Proxy::authorization() const {
  if (user.empty()) return Secret();
  const Secret pair(user + ":" + std::string(password.reveal()));
  return Secret("Basic " + base64(pair.reveal()));
}

Result<Proxy> Proxy::parse(std::string_view url) {
  Proxy proxy;
  if (url.empty()) return proxy;
  const std::size_t mark = url.find("://");
  if (mark == std::string_view::npos) return wrong("it begins with http://, https://, socks5:// or socks5h://");
  const std::string_view word = url.substr(0, mark);
  const auto* scheme = std::find_if(schemes.begin(), schemes.end(), [word](const Scheme& row) { return row.name == word; });
  if (scheme == schemes.end()) return wrong("its scheme is none of http, https, socks5, socks5h");
  proxy.kind = scheme->kind;
  proxy.port = scheme->port;
  std::string_view rest = url.substr(mark + 3);
  if (rest.ends_with('/')) rest.remove_suffix(1);
  if (const std::size_t at = rest.rfind('@'); at != std::string_view::npos) {
    const std::string_view login = rest.substr(0, at);
    rest = rest.substr(at + 1);
    const std::size_t colon = login.find(':');
    std::string password;
    if (!decode(login.substr(0, colon), proxy.user) || (colon != std::string_view::npos && !decode(login.substr(colon + 1), password)))
      return wrong("user or password has a broken %-escape");
    if (proxy.user.size() > 255 || password.size() > 255) return wrong("user or password is longer than 255 bytes");
    proxy.password = Secret(std::move(password));
  }
  if (std::string fault = take_authority(rest, proxy); !fault.empty()) return wrong(std::move(fault));
  return proxy;
}

std::string Proxy::label() const {
  std::string_view word;
  switch (kind) {
    case Kind::none: return {};
    case Kind::http: word = "http"; break;
    case Kind::https: word = "https"; break;
    case Kind::socks5: word = "socks5"; break;
  }
  std::string text(word);
  text += "://";
  if (!user.empty()) text.append(user).append("@");
  text += host.find(':') == std::string::npos ? host : "[" + host + "]";
  text.append(":").append(std::to_string(port));
  return text;
}

}  // namespace omniroute::net
