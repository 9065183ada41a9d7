#include "omniroute/routing/facts.hpp"

#include <array>

namespace omniroute::routing {

std::uint8_t Media::bits() const noexcept {
  return static_cast<std::uint8_t>((images ? 1U : 0U) | (audio ? 2U : 0U) | (documents ? 4U : 0U) | (tools ? 8U : 0U));
}

Media Media::of(std::uint8_t bits) noexcept { return {(bits & 1U) != 0, (bits & 2U) != 0, (bits & 4U) != 0, (bits & 8U) != 0}; }

std::string_view to_string(AffinitySource source) noexcept {
  constexpr std::array<std::string_view, 5> names{"none", "prompt_cache_key", "session_header", "user_id", "first_turns"};
  return names[static_cast<std::size_t>(source)];
}

bool Preference::empty() const noexcept {
  return order.empty() && only.empty() && ignore.empty() && allow_fallbacks && sort == Sort::none && !max_input && !max_output;
}

}  // namespace omniroute::routing
