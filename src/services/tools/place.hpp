#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace omniroute::services {

/// "line 3, column 7" of a byte offset; columns count characters of UTF-8.
std::string place_in_text(std::string_view text, std::size_t offset);

}  // namespace omniroute::services
