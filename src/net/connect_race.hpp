#pragma once
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "omniroute/net/stream.hpp"
#include "omniroute/net/worker.hpp"
#include "socket_stream.hpp"

namespace omniroute::net {

/// How a race for a TCP connection ended: a stream, or the failure of the last address tried.
struct Raced {
  std::unique_ptr<SocketStream> stream;
  std::string address;  ///< that it leads to
  std::error_code failure;
};

/// Connects to one of several addresses (literals), RFC 8305: families alternate, beginning with the first one's; a new
/// attempt starts 250 ms after the one before, or at its failure; the first to succeed wins.
Task<Raced> connect_race(Worker& worker, std::vector<std::string> addresses, std::uint16_t port, Tick deadline);

/// The order in which the race starts: families alternate.
std::vector<std::string> interleave_families(const std::vector<std::string>& addresses);

}  // namespace omniroute::net
