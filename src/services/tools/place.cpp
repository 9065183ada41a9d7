#include "place.hpp"

#include <algorithm>

namespace omniroute::services {

std::string place_in_text(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const std::size_t line = 1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
  const std::size_t newline = before.rfind('\n');
  const std::string_view last = newline == std::string_view::npos ? before : before.substr(newline + 1);
  const auto begins_character = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
  const std::size_t column = 1 + static_cast<std::size_t>(std::count_if(last.begin(), last.end(), begins_character));
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

}  // namespace omniroute::services
