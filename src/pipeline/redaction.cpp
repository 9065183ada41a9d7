#include "redaction.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace omniroute::pipeline {
namespace {

constexpr std::string_view mask = "[redacted]";
constexpr std::size_t shortest_known = 6;
constexpr std::size_t longest_name = 40;

bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_'; }
/// Of the alphabets that tokens are written in: base64, base64url, and the dots of a JSON web token.
bool is_token(char c) { return is_word(c) || c == '.' || c == '+' || c == '/' || c == '=' || c == '~'; }

/// "X-Api_Key" is "xapikey".
std::string plain(std::string_view name) {
  std::string text;
  for (const char c : name)
    if (c != '-' && c != '_') text += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

bool names_secret(std::string_view name) {
  constexpr std::array<std::string_view, 25> names{"apikey",       "xapikey",      "xgoogapikey", "authorization",   "proxyauthorization",
                                                   "accesstoken",  "refreshtoken", "idtoken",     "authtoken",       "bearertoken",
                                                   "sessiontoken", "token",        "password",    "passwd",          "passphrase",
                                                   "secret",       "clientsecret", "secretkey",   "secretaccesskey", "privatekey",
                                                   "cookie",       "setcookie",    "credentials", "xgoogapitoken",   "xamzsecuritytoken"};
  return std::find(names.begin(), names.end(), plain(name)) != names.end();
}

/// Beginnings of vendors' keys, and how many characters must follow for it to be one.
struct Shape {
  std::string_view begin;
  std::size_t least;
};
constexpr std::array<Shape, 15> shapes{{{"sk-", 8},
                                        {"gsk_", 8},
                                        {"AIza", 16},
                                        {"ya29.", 8},
                                        {"ghp_", 8},
                                        {"gho_", 8},
                                        {"ghu_", 8},
                                        {"github_pat_", 8},
                                        {"xai-", 8},
                                        {"nvapi-", 8},
                                        {"hf_", 16},
                                        {"AKIA", 12},
                                        {"pplx-", 8},
                                        {"eyJ", 24},
                                        {"xox", 12}}};

/// The length of the secret that begins at `at`; 0 = none. One that is cut off at the end of the text is one, too.
std::size_t shape_at(std::string_view text, std::size_t at) {
  if (at > 0 && is_word(text[at - 1])) return 0;
  const std::string_view rest = text.substr(at);
  for (const Shape& shape : shapes) {
    if (!rest.starts_with(shape.begin)) continue;
    std::size_t end = shape.begin.size();
    while (end < rest.size() && is_token(rest[end])) ++end;
    if (end - shape.begin.size() >= shape.least || end == rest.size()) return end;
  }
  return 0;
}

bool same_nocase(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return (x | 0x20) == (y | 0x20); });
}

/// "Bearer abc…": where the token begins and ends.
std::size_t bearer_at(std::string_view text, std::size_t at, std::size_t& token) {
  constexpr std::string_view word = "bearer ";
  if (!same_nocase(text.substr(at, word.size()), word) || (at > 0 && is_word(text[at - 1]))) return 0;
  token = at + word.size();
  std::size_t end = token;
  while (end < text.size() && is_token(text[end])) ++end;
  constexpr std::size_t least = 8;
  return end - token >= least || end == text.size() ? end : 0;
}

std::size_t skip_blank(std::string_view text, std::size_t at) {
  while (at < text.size() && (text[at] == ' ' || text[at] == '\t' || text[at] == '\n' || text[at] == '\r')) ++at;
  return at;
}

struct Range {
  std::size_t begin;
  std::size_t end;
};

/// The value of the member whose name ends at the quote `quote`, if that name says that it is a secret. JSON inside a JSON string has its
/// quotes behind backslashes: as many stand before each of them.
std::optional<Range> secret_member(std::string_view text, std::size_t quote) {
  std::size_t name_end = quote;
  while (name_end > 0 && text[name_end - 1] == '\\') --name_end;
  const std::size_t slashes = quote - name_end;
  std::size_t name = name_end;
  while (name > 0 && is_word(text[name - 1]) && name_end - name <= longest_name) --name;
  if (name == name_end || name == 0 || text[name - 1] != '"' || !names_secret(text.substr(name, name_end - name))) return std::nullopt;
  std::size_t at = skip_blank(text, quote + 1);
  if (at >= text.size() || text[at] != ':') return std::nullopt;
  at = skip_blank(text, at + 1);
  const std::size_t value = at + slashes + 1;
  if (value > text.size() || text.substr(at, slashes).find_first_not_of('\\') != std::string_view::npos || text[value - 1] != '"')
    return std::nullopt;
  for (std::size_t end = text.find('"', value); end != std::string_view::npos; end = text.find('"', end + 1)) {
    std::size_t before = 0;
    while (end - before > value && text[end - before - 1] == '\\') ++before;
    if (slashes == 0 ? before % 2 == 0 : before == slashes) return Range{value, end - (slashes == 0 ? 0 : slashes)};
  }
  return Range{value, text.size()};
}

}  // namespace

Redactor::Redactor(std::vector<std::string> known) : known_(std::move(known)) {
  std::erase_if(known_, [](const std::string& text) { return text.size() < shortest_known; });
  // The longer first: one may begin like another.
  std::sort(known_.begin(), known_.end(), [](const std::string& a, const std::string& b) { return a.size() > b.size(); });
}

std::string Redactor::clean(std::string_view text) const {
  std::string first;
  first.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto found = std::find_if(known_.begin(), known_.end(), [&](const std::string& each) {
      if (each.front() != text[at]) return false;
      const std::string_view here = text.substr(at, each.size());
      // What was cut off at the end may be the beginning of one.
      return here == each || (here.size() < each.size() && here.size() >= 4 && each.starts_with(here));
    });
    if (found == known_.end()) {
      first += text[at++];
    } else {
      first += mask;
      at += found->size();
    }
  }
  std::string cleaned;
  cleaned.reserve(first.size());
  const std::string_view rest = first;
  for (std::size_t at = 0; at < rest.size();) {
    std::size_t token = 0;
    if (const std::size_t length = shape_at(rest, at)) {
      cleaned += mask;
      at += length;
    } else if (const std::size_t end = bearer_at(rest, at, token)) {
      cleaned.append(rest.substr(at, token - at)).append(mask);
      at = end;
    } else if (const std::optional<Range> value = rest[at] == '"' ? secret_member(rest, at) : std::nullopt; value) {
      cleaned.append(rest.substr(at, value->begin - at)).append(mask);
      at = value->end;
    } else {
      cleaned += rest[at++];
    }
  }
  return cleaned;
}

void Redactor::clean(domain::HeaderList& headers) const {
  for (auto& [name, value] : headers) {
    const std::string word = plain(name);
    const auto says = [&word](std::string_view part) { return word.find(part) != std::string::npos; };
    // "x-ratelimit-remaining-tokens" is a count.
    const bool count = says("ratelimit") || says("tokens");
    if (!count && (names_secret(name) || says("apikey") || says("secret") || says("token") || says("cookie") || says("auth")))
      value = mask;
    else
      value = clean(std::string_view(value));
  }
}

void Redactor::clean(domain::BodyRecord& record) const {
  clean(record.received_headers);
  clean(record.returned_headers);
  record.path = clean(record.path);
  record.received.text = clean(record.received.text);
  record.returned.text = clean(record.returned.text);
  for (domain::RecordedAttempt& attempt : record.attempts) {
    clean(attempt.sent_headers);
    clean(attempt.answered_headers);
    attempt.url = clean(attempt.url);
    attempt.sent.text = clean(attempt.sent.text);
    attempt.answered.text = clean(attempt.answered.text);
  }
}

}  // namespace omniroute::pipeline
