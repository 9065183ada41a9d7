#pragma once
#include <string>
#include <string_view>

#include "omniroute/config/snapshot.hpp"
#include "omniroute/routing/trace.hpp"

namespace omniroute::routing {

/// A recorded decision taken again under a configuration, with the health that was seen then. What was not looked at then is
/// taken for healthy.
struct Replayed {
  std::string before;  ///< the first choice then: "alias/model", or "refused: <filter>"
  std::string after;
  bool order_changed = false;  ///< the order of targets differs anywhere
};
Replayed replay(const Trace& trace, const config::Snapshot& config);

}  // namespace omniroute::routing
