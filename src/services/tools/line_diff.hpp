#pragma once
#include <string>
#include <string_view>

namespace omniroute::services {

/// What differs, line by line, with three lines around it: "@@ -1,3 +1,4 @@", then " same", "-gone", "+new". Empty if nothing differs.
std::string line_diff(std::string_view before, std::string_view after);

/// The text with the values of members that are named like secrets, and of what looks like one, replaced by their last characters.
std::string without_secrets(std::string_view text);

}  // namespace omniroute::services
