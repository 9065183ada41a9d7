#pragma once
#include <nlohmann/json.hpp>

#include "omniroute/ir/event.hpp"

namespace omniroute::tests {

/// The canonical form as JSON, members that say nothing left out: what contract cases expect.
nlohmann::ordered_json canonical(const ir::ChatRequest& request);
nlohmann::ordered_json canonical(const ir::Events& events);
nlohmann::ordered_json canonical(const Error& error);

/// All that events say as one text, quick to compare; `counts` = with usage and pings.
std::string signature(const ir::Events& events, bool counts);

}  // namespace omniroute::tests
