#include "omniroute/domain/api_key.hpp"

#include <utility>

namespace omniroute::domain {
namespace {
constexpr std::array<std::pair<Scope, std::string_view>, 3> scope_names{
    {{Scope::inference, "inference"}, {Scope::read, "read"}, {Scope::admin, "admin"}}};
}  // namespace

std::string_view to_string(Scope scope) noexcept {
  for (const auto& [known, name] : scope_names)
    if (known == scope) return name;
  return {};
}

std::optional<Scope> parse_scope(std::string_view name) noexcept {
  for (const auto& [scope, text] : scope_names)
    if (text == name) return scope;
  return std::nullopt;
}

std::vector<std::string_view> Scopes::names() const {
  std::vector<std::string_view> names;
  for (const auto& [scope, name] : scope_names)
    if ((bits_ & static_cast<std::uint8_t>(scope)) != 0) names.push_back(name);
  return names;
}

bool fits_pattern(std::string_view pattern, std::string_view text) noexcept {
  // The usual two-pointer walk: on a mismatch the last '*' takes one character more.
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

bool ApiKey::allows_model(std::string_view model) const noexcept {
  if (allowed_models.empty()) return true;
  for (const std::string& pattern : allowed_models)
    if (fits_pattern(pattern, model)) return true;
  return false;
}

}  // namespace omniroute::domain
