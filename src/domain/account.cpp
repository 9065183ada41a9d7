#include "omniroute/domain/account.hpp"

#include <array>
#include <utility>

namespace omniroute::domain {
namespace {
constexpr std::array<std::pair<AuthType, std::string_view>, 3> names{
    {{AuthType::api_key, "apikey"}, {AuthType::oauth, "oauth"}, {AuthType::none, "none"}}};
}  // namespace

std::string_view to_string(AuthType type) noexcept { return names[static_cast<std::size_t>(type)].second; }

std::optional<AuthType> parse_auth_type(std::string_view name) noexcept {
  for (const auto& [type, text] : names)
    if (text == name) return type;
  return std::nullopt;
}

}  // namespace omniroute::domain
