#include "shared/media.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace omniroute::codec {
namespace {

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lowered(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

int hex(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  const char small = lower(c);
  return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '%' && at + 2 < text.size() && hex(text[at + 1]) >= 0 && hex(text[at + 2]) >= 0) {
      out.push_back(static_cast<char>(hex(text[at + 1]) * 16 + hex(text[at + 2])));
      at += 2;
    } else {
      out.push_back(text[at]);
    }
  }
  return out;
}

bool is_ascii(char c) noexcept { return static_cast<unsigned char>(c) < 0x80; }
bool is_space(char c) noexcept { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int sextet(char c) noexcept {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+' || c == '-') return 62;
  return c == '/' || c == '_' ? 63 : -1;
}

}  // namespace

std::optional<DataUrl> parse_data_url(std::string_view url) {
  if (url.size() < 5 || lowered(url.substr(0, 5)) != "data:") return std::nullopt;
  const std::size_t comma = url.find(',');
  if (comma == std::string_view::npos) return std::nullopt;
  std::string_view head = url.substr(5, comma - 5);
  const std::string_view payload = url.substr(comma + 1);
  DataUrl out;
  bool base64 = false;
  for (bool first = true; first || !head.empty(); first = false) {
    const std::size_t end = std::min(head.find(';'), head.size());
    const std::string word = lowered(head.substr(0, end));
    if (first) out.mime = word;
    base64 = base64 || (!first && word == "base64");
    head.remove_prefix(std::min(end + 1, head.size()));
  }
  if (out.mime.empty()) out.mime = "text/plain";
  const bool escaped = payload.find('%') != std::string_view::npos;
  out.base64 = escaped ? percent_decoded(payload) : std::string(payload);
  if (base64) {
    // Bytes that no text holds are no base64 either: the vendor is shown what was sent.
    if (!std::all_of(out.base64.begin(), out.base64.end(), is_ascii)) out.base64 = payload;
    out.base64.erase(std::remove_if(out.base64.begin(), out.base64.end(), is_space), out.base64.end());
  } else {
    out.base64 = encode_base64(out.base64);
  }
  return out;
}

std::string data_url(std::string_view mime, std::string_view base64) {
  std::string out;
  out.reserve(mime.size() + base64.size() + 13);
  return out.append("data:").append(mime).append(";base64,").append(base64);
}

std::string encode_base64(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::uint32_t group = 0;
    for (std::size_t n = 0; n < 3; ++n) group = group << 8 | (at + n < bytes.size() ? static_cast<unsigned char>(bytes[at + n]) : 0u);
    out.push_back(alphabet[group >> 18 & 63]);
    out.push_back(alphabet[group >> 12 & 63]);
    out.push_back(at + 1 < bytes.size() ? alphabet[group >> 6 & 63] : '=');
    out.push_back(at + 2 < bytes.size() ? alphabet[group & 63] : '=');
  }
  return out;
}

std::optional<std::string> decode_base64(std::string_view text) {
  std::string out;
  out.reserve(text.size() / 4 * 3);
  std::uint32_t bits = 0;
  int have = 0;
  for (const char c : text) {
    if (is_space(c) || c == '=') continue;
    const int value = sextet(c);
    if (value < 0) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    have += 6;
    if (have >= 8) {
      have -= 8;
      out.push_back(static_cast<char>(bits >> have & 0xff));
    }
  }
  return out;
}

std::string_view mime_of_name(std::string_view name) noexcept {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 18> types{{
      {"png", "image/png"},
      {"jpg", "image/jpeg"},
      {"jpeg", "image/jpeg"},
      {"gif", "image/gif"},
      {"webp", "image/webp"},
      {"pdf", "application/pdf"},
      {"txt", "text/plain"},
      {"md", "text/markdown"},
      {"csv", "text/csv"},
      {"html", "text/html"},
      {"json", "application/json"},
      {"wav", "audio/wav"},
      {"mp3", "audio/mpeg"},
      {"mp4", "video/mp4"},
      {"mov", "video/quicktime"},
      {"webm", "video/webm"},
      {"heic", "image/heic"},
      {"mpeg", "video/mpeg"},
  }};
  name = name.substr(0, std::min(name.find_first_of("?#"), name.size()));
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos) return {};
  const std::string_view end = name.substr(dot + 1);
  for (const auto& [suffix, mime] : types)
    if (end.size() == suffix.size() && std::equal(end.begin(), end.end(), suffix.begin(), [](char a, char b) { return lower(a) == b; }))
      return mime;
  return {};
}

std::string_view image_type(std::string_view base64, std::string_view named) noexcept {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> beginnings{
      {{"iVBOR", "image/png"}, {"/9j/", "image/jpeg"}, {"R0lGOD", "image/gif"}, {"UklGR", "image/webp"}}};
  for (const auto& [beginning, type] : beginnings)
    if (base64.starts_with(beginning)) return type;
  return named == "image/jpg" ? std::string_view("image/jpeg") : named;
}

}  // namespace omniroute::codec
