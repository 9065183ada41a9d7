#include <simdjson.h>

#include "grammar.hpp"

namespace omniroute::json {

bool valid_utf8(std::string_view text) noexcept { return simdjson::validate_utf8(text.data(), text.size()); }

}  // namespace omniroute::json
