#include "pages/asset.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <optional>

#include "reply.hpp"

namespace omniroute::api {
namespace {

/// Only our own scripts and styles run, nothing is framed, and markup from strings is refused (Trusted Types).
constexpr std::string_view page_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'";
constexpr std::string_view no_abilities =
    "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), "
    "usb=()";

struct MediaType {
  std::string_view extension;
  std::string_view type;
};
constexpr std::array<MediaType, 5> media_types{{{".html", "text/html; charset=utf-8"},
                                                {".js", "text/javascript; charset=utf-8"},
                                                {".css", "text/css; charset=utf-8"},
                                                {".svg", "image/svg+xml"},
                                                {".txt", "text/plain; charset=utf-8"}}};

std::string_view type_of(std::string_view path) {
  const auto found =
      std::find_if(media_types.begin(), media_types.end(), [path](const MediaType& each) { return path.ends_with(each.extension); });
  return found == media_types.end() ? "application/octet-stream" : found->type;
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

/// Takes the next of a comma-separated list off its front.
std::string_view next_of(std::string_view& list) {
  const std::size_t comma = list.find(',');
  const std::string_view item = trimmed(list.substr(0, comma));
  list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
  return item;
}

/// q=0, q=0.0 and their kin.
bool is_refused(std::string_view parameters) {
  const std::size_t q = parameters.find("q=");
  return q != std::string_view::npos && parameters.find_first_not_of("0. ", q + 2) == std::string_view::npos;
}

std::optional<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

}  // namespace

const Asset* find_asset(std::string_view path) noexcept {
  const std::span<const Asset> all = web_assets();
  const auto found =
      std::lower_bound(all.begin(), all.end(), path, [](const Asset& asset, std::string_view key) { return asset.path < key; });
  return found != all.end() && found->path == path ? &*found : nullptr;
}

bool accepts_gzip(std::string_view accept_encoding) noexcept {
  bool any = false;
  while (!accept_encoding.empty()) {
    const std::string_view item = next_of(accept_encoding);
    const std::string_view coding = trimmed(item.substr(0, item.find(';')));
    const bool refused = is_refused(item.substr(std::min(item.size(), coding.size())));
    if (http::same_name(coding, "gzip")) return !refused;
    if (coding == "*") any = !refused;
  }
  return any;
}

bool names_tag(std::string_view if_none_match, std::string_view tag) noexcept {
  while (!if_none_match.empty()) {
    std::string_view item = next_of(if_none_match);
    if (item == "*") return true;
    if (item.starts_with("W/")) item.remove_prefix(2);
    if (item == tag) return true;
  }
  return false;
}

void add_page_headers(std::vector<http::Header>& headers) {
  headers.push_back({"content-security-policy", std::string(page_policy)});
  headers.push_back({"cross-origin-opener-policy", "same-origin"});
  headers.push_back({"cross-origin-resource-policy", "same-origin"});
  headers.push_back({"referrer-policy", "no-referrer"});
  headers.push_back({"permissions-policy", std::string(no_abilities)});
}

Task<void> send_asset(Call& call, const Asset& asset) {
  const bool packed = accepts_gzip(call.request.header("accept-encoding"));
  std::string tag = "\"" + std::string(asset.hash);
  tag += packed ? "-gz\"" : "\"";
  std::vector<http::Header> headers = call.headers;
  headers.push_back({"etag", tag});
  headers.push_back({"vary", "accept-encoding"});
  headers.push_back({"cache-control", asset.immutable ? "public, max-age=31536000, immutable" : "no-cache"});
  if (asset.type.starts_with("text/html")) add_page_headers(headers);
  if (names_tag(call.request.header("if-none-match"), tag)) {
    Status told = co_await call.reply.send(304, headers, std::string_view());
    static_cast<void>(told);
    co_return;
  }
  headers.push_back({"content-type", std::string(asset.type)});
  std::string plain;
  std::string_view body = asset.packed();
  if (packed) {
    headers.push_back({"content-encoding", "gzip"});
  } else {
    plain = unpack(asset.packed(), asset.size);
    body = plain;
  }
  Status sent = co_await call.reply.send(200, headers, body);
  static_cast<void>(sent);
}

Task<void> send_file(Call& call, std::string_view folder, std::string_view path) {
  std::optional<std::string> body;
  if (path.find("..") == std::string_view::npos) body = read_file(std::string(folder) + std::string(path));
  if (!body) {
    Error error(ErrorKind::not_found, "There is no such file in the folder of --web-dir: " + std::string(path.substr(0, 200)) + ".");
    co_return co_await send_error(call, std::move(error));
  }
  std::vector<http::Header> headers = call.headers;
  headers.push_back({"content-type", std::string(type_of(path))});
  headers.push_back({"cache-control", "no-store"});
  add_page_headers(headers);
  const std::string text = *std::move(body);
  Status sent = co_await call.reply.send(200, headers, text);
  static_cast<void>(sent);
}

}  // namespace omniroute::api
