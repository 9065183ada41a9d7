#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "omniroute/api/gateway.hpp"
#include "omniroute/base/task.hpp"

namespace omniroute::api {

/// One file of the dashboard as it lies in the binary: gzip bytes.
struct Asset {
  std::string_view path;  ///< "/assets/main-ABC.js", "/index.html"
  std::string_view type;  ///< its media type
  std::string_view hash;  ///< first 16 hex digits of the SHA-256 of the plain bytes
  const char* begin = nullptr;
  const char* end = nullptr;
  std::size_t size = 0;    ///< plain bytes
  bool immutable = false;  ///< the name carries the hash of the content
  [[nodiscard]] std::string_view packed() const noexcept { return {begin, static_cast<std::size_t>(end - begin)}; }
};

/// All files, sorted by path; written by cmake/PackWeb.cmake. Empty = this binary carries no dashboard.
std::span<const Asset> web_assets() noexcept;
/// "full", "prebuilt" or "none".
std::string_view web_state() noexcept;
/// The file of that path, or nullptr.
const Asset* find_asset(std::string_view path) noexcept;
/// Whether an Accept-Encoding lets gzip through (RFC 9110, 12.5.3).
bool accepts_gzip(std::string_view accept_encoding) noexcept;
/// Whether an If-None-Match names that entity tag, weakly compared (RFC 9110, 13.1.2).
bool names_tag(std::string_view if_none_match, std::string_view tag) noexcept;
/// The plain bytes of a gzip member, `size` of them; empty if it is damaged.
std::string unpack(std::string_view gzip, std::size_t size);

/// Answers with the file: packed or plain, or 304.
Task<void> send_asset(Call& call, const Asset& asset);
/// Answers from a folder that stands in for the built-in files (--web-dir): not packed, never kept.
Task<void> send_file(Call& call, std::string_view folder, std::string_view path);
/// The headers that every HTML answer carries.
void add_page_headers(std::vector<http::Header>& headers);

}  // namespace omniroute::api
