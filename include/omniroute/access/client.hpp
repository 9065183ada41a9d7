#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "omniroute/base/result.hpp"
#include "omniroute/config/snapshot.hpp"
#include "omniroute/http/message.hpp"

namespace omniroute::access {

/// Where a request really comes from.
struct Client {
  std::string address;
  bool tls = false;  ///< the client speaks TLS, with us or with a trusted proxy
};

/// The peer itself; or, if the peer is a trusted proxy, what it says of its own client: the last address in X-Forwarded-For that is
/// no trusted proxy's, else X-Real-IP; TLS by X-Forwarded-Proto. Nobody else's headers are believed.
Client client_of(const http::Request& request, const config::AddressRows& rows);

/// Forbidden if the address rules keep this one out, at this moment (Unix milliseconds). Loopback always comes in, and so does what has no
/// address.
Status check_address(std::string_view address, const config::Snapshot& snapshot, std::int64_t now_ms);

}  // namespace omniroute::access
