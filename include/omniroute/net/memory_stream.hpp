#pragma once
#include <cstddef>
#include <memory>

#include "omniroute/net/stream.hpp"
#include "omniroute/net/worker.hpp"

namespace omniroute::net {

/// Two streams that are each other's peer, for tests: what one writes the other reads.
struct MemoryPair {
  std::unique_ptr<Stream> near;
  std::unique_ptr<Stream> far;
};

/// `capacity` bytes fit into each direction; a writer waits for the reader beyond that. Closing or destroying an
/// end is an end of stream for the other.
MemoryPair memory_pair(Worker& worker, std::size_t capacity = 64 * 1024);

}  // namespace omniroute::net
