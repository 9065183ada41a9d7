#include "omniroute/domain/format.hpp"

#include <array>
#include <utility>

namespace omniroute::domain {
namespace {
constexpr std::array<std::pair<Format, std::string_view>, 4> names{{{Format::openai_chat, "openai-chat"},
                                                                    {Format::openai_responses, "openai-responses"},
                                                                    {Format::anthropic, "anthropic"},
                                                                    {Format::gemini, "gemini"}}};
}  // namespace

std::string_view to_string(Format format) noexcept { return names[static_cast<std::size_t>(format)].second; }

std::optional<Format> parse_format(std::string_view name) noexcept {
  for (const auto& [format, text] : names)
    if (text == name) return format;
  return std::nullopt;
}

}  // namespace omniroute::domain
