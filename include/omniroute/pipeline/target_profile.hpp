#pragma once
#include "omniroute/codec/codec.hpp"
#include "omniroute/routing/planner.hpp"

namespace omniroute::pipeline {

/// What the codecs need to know of a target, from its catalog entry and its model's name. `target` outlives the answer.
codec::Target profile_of(const routing::Target& target);

/// The most output tokens its model writes; nothing if that is not known.
std::optional<std::int64_t> most_output(const routing::Target& target);

}  // namespace omniroute::pipeline
