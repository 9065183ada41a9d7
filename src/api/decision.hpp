#pragma once
#include <optional>
#include <string>

#include "omniroute/api/gateway.hpp"
#include "omniroute/base/result.hpp"
#include "omniroute/base/task.hpp"
#include "omniroute/store/router_state.hpp"

namespace omniroute::api {

/// The decision of that request, waited for a moment: who has just read the end of an answer may be faster than its record.
Task<Result<std::optional<store::StoredTrace>>> find_decision(Services& services, net::Worker& worker, std::string request_id,
                                                              std::optional<std::string> key_id);

/// A stored decision and its course as JSON: the trace's members, and `requestId`, `status`, `error`. `for_owner` false leaves
/// accounts as numbers.
Result<std::string> decision_json(const store::StoredTrace& stored, const config::Snapshot& snapshot, bool for_owner);

/// There is no decision under that id, in words for people.
Error no_decision(const std::string& request_id);

}  // namespace omniroute::api
