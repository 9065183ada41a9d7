#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "omniroute/base/secret.hpp"

/// What the daemon prints on stdout.
namespace omniroute::app {

/// An address as people type it: "http://127.0.0.1:20128". The wildcard addresses are shown as this machine.
std::string address_text(std::string_view host, std::uint16_t port, bool tls = false);

/// "omniroute 0.1.0 ready on http://127.0.0.1:20128 (pid 4711)\n", the line that others wait for.
std::string ready_line(std::string_view version, std::string_view address, long pid);

/// The link under which the first password is set.
Secret setup_link(std::uint16_t port, const Secret& token, bool tls = false);

/// What to do next, on the first start: the link, the key and a first request; what is empty is left out.
Secret first_steps(std::string_view address, const Secret& link, const Secret& key);

}  // namespace omniroute::app
