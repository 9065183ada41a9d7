#pragma once
#include <nlohmann/json.hpp>

#include "omniroute/ir/event.hpp"

namespace omniroute::tests {

/// The canonical form as JSON, members that say nothing left out: what contract cases expect.
nlohmann::ordered_json canonical(const ir::ChatRequest& request);
nlohmann::ordered_json canonical(const ir::Events& events);
nlohmann::ordered_json canonical(const Error& error);

}  // namespace omniroute::tests
