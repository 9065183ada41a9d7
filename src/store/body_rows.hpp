#pragma once
#include <cstdint>

#include "connection.hpp"

namespace omniroute::store {

/// Removes the oldest records of bodies of a time before that (Unix milliseconds), at most so many; how many went.
Result<std::int64_t> remove_bodies(Connection& connection, std::int64_t before_ms, int most);
Status remove_all_bodies(Connection& connection);

}  // namespace omniroute::store
