#pragma once
#include <string_view>

namespace omniroute::store {

/// Files of the data directory that begin so are work in progress: what a process left of them is removed at the next opening.
inline constexpr std::string_view work_stem = "work-";

}  // namespace omniroute::store
