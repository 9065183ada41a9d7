#pragma once
#include <string>

#include "omniroute/api/gateway.hpp"
#include "omniroute/base/task.hpp"

/// What the dashboard asks for besides the routes that everyone uses.
namespace omniroute::api {

/// What an answer of now is made from, in a word: whoever follows the events since then misses no change.
std::string mark_of(const Services& services);
/// One stream a page: what has changed, as it happens, since the mark in the query's `since` or since now.
Task<void> stream_events(Services& services, Call& call);
/// What the first page shows, in one answer.
Task<void> show_overview(Services& services, Call& call);

}  // namespace omniroute::api
