#pragma once
#include "omniroute/access/gate.hpp"
#include "omniroute/api/gateway.hpp"
#include "omniroute/base/result.hpp"
#include "route.hpp"

/// Who may come in: a route's guard, and the rules that keep foreign web pages out.
namespace omniroute::api {

/// Lets the caller pass, or says why not: unauthorized, forbidden.
Result<access::Caller> admit(const Services& services, const Call& call, Guard guard);

/// The Host header must name this machine or one of the owner's public addresses: a web page can have its own name resolve to
/// 127.0.0.1 (DNS rebinding), but it cannot change the Host its browser sends. Beyond loopback, addresses and names without a
/// dot are good, too: neither can be a foreign page's.
Status check_host(const Services& services, const http::Request& request, const config::Settings& settings);

/// Forbidden for addresses that the owner keeps out. That is `request.client`.
Status check_address(const Services& services, const http::Request& request, const config::Snapshot& snapshot);

/// A change through the management API: never from a page of another origin (forbidden), and JSON, which no page can send to
/// another origin without asking first (bad_request).
Status check_change(const http::Request& request, const config::Settings& settings);

/// Whether the page that sent this request was loaded over TLS, so that its cookie may be bound to TLS.
bool page_over_tls(const http::Request& request);

}  // namespace omniroute::api
