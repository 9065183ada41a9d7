#include <algorithm>
#include <array>

#include "shared/errors.hpp"

namespace omniroute::codec {
namespace {

bool word_character(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '*';
}

bool starts_with(std::string_view text, std::string_view prefix) noexcept { return text.substr(0, prefix.size()) == prefix; }

// Beginnings of keys, tokens and account ids of known vendors, as far as their documentation shows them.
constexpr std::array<std::string_view, 20> beginnings{"sk-",  "sk_",  "pk-",  "rk_",   "AIza", "gsk_", "xai-",  "hf_",  "nvapi-", "ghp_",
                                                      "gho_", "ghu_", "AKIA", "ya29.", "eyJ",  "org-", "proj_", "csk-", "fw_",    "tgp_"};

bool secret(std::string_view word) noexcept {
  constexpr std::size_t shortest_tail = 8;
  for (const std::string_view beginning : beginnings)
    if (starts_with(word, beginning) && word.size() >= beginning.size() + shortest_tail) return true;
  // A long run of mixed letters and digits that no word of a language has.
  constexpr std::size_t longest_word = 40;
  if (word.size() < longest_word) return false;
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  return std::any_of(word.begin(), word.end(), digit) && !std::all_of(word.begin(), word.end(), digit);
}

// The address of a machine rather than of a page for people: an API host, a number, a port, or a name without a dot.
bool machine_address(std::string_view host) noexcept {
  const std::size_t colon = host.find(':');
  const bool number = !host.empty() && host.find_first_not_of("0123456789.:") == std::string_view::npos;
  return number || colon != std::string_view::npos || starts_with(host, "api.") || host.find('.') == std::string_view::npos ||
         host.find('@') != std::string_view::npos || host.find("-api") != std::string_view::npos;
}

std::size_t run(std::string_view text, std::size_t from, bool (*belongs)(char)) noexcept {
  std::size_t end = from;
  while (end < text.size() && belongs(text[end])) ++end;
  return end;
}

bool address_character(char c) noexcept {
  return static_cast<unsigned char>(c) > 0x20 && c != '"' && c != '\'' && c != '<' && c != '>' && c != ')';
}

bool number_character(char c) noexcept { return (c >= '0' && c <= '9') || c == '.' || c == ':'; }

// Four numbers with dots, and a port perhaps.
bool internet_address(std::string_view word) noexcept {
  return word.size() >= 7 && std::count(word.begin(), word.end(), '.') == 3 && word.front() != '.' && word.back() != '.';
}

}  // namespace

std::string redacted(std::string_view message) {
  constexpr std::string_view mark = "[redacted]";
  std::string out;
  out.reserve(message.size());
  for (std::size_t at = 0; at < message.size();) {
    const std::string_view rest = message.substr(at);
    if (starts_with(rest, "http://") || starts_with(rest, "https://")) {
      const std::size_t end = run(message, at, address_character);
      const std::size_t begin = message.find("//", at) + 2;
      const std::string_view host = message.substr(begin, std::min(message.find_first_of("/?#", begin), end) - begin);
      out.append(machine_address(host) ? mark : message.substr(at, end - at));
      at = end;
    } else if (starts_with(rest, "Bearer ")) {
      const std::size_t end = run(message, at + 7, address_character);
      out.append("Bearer ").append(mark);
      at = end;
    } else if (number_character(message[at]) && internet_address(message.substr(at, run(message, at, number_character) - at))) {
      out.append(mark);
      at = run(message, at, number_character);
    } else if (word_character(message[at])) {
      std::size_t end = run(message, at, word_character);
      if (starts_with(rest, "ya29.") || starts_with(rest, "eyJ"))
        end = run(message, at, [](char c) { return word_character(c) || c == '.'; });
      const std::string_view word = message.substr(at, end - at);
      out.append(secret(word) ? mark : word);
      at = end;
    } else {
      out.push_back(message[at++]);
    }
  }
  return out;
}

}  // namespace omniroute::codec
