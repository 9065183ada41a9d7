#pragma once
#include <optional>

#include "shared/losses.hpp"

namespace omniroute::codec {

/// What a request refers to but does not hold, because it lies at the vendor whose format it speaks: earlier responses,
/// conversations, stored prompts and caches. For any other target it is refused (unsupported, naming the member), never
/// left out: the model would answer without knowing what was meant. So is a request that holds nothing at all (bad_request).
std::optional<Error> held_by_vendor(const ir::ChatRequest& request, Format target, LossRules rules);

/// The members of a format that name such things, apart by spaces.
std::string_view vendor_members(Format origin) noexcept;

}  // namespace omniroute::codec
