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

}  // namespace omniroute::domain
