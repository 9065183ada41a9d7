#pragma once
#include <cstdint>

namespace omniroute {

/// What a thread may take of the processors: its full share, or what the others leave.
enum class Pace : std::uint8_t { prompt, background };

/// Gives the calling thread the pace of its work. Where the system refuses, it keeps its full share.
void keep_pace(Pace pace) noexcept;

}  // namespace omniroute
