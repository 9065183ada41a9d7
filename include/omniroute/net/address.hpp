#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace omniroute::net {

/// What an address is good for (IANA special-purpose registries).
enum class AddressClass : std::uint8_t {
  global,
  loopback,
  private_use,  ///< RFC 1918, unique local, shared carrier space
  forbidden,    ///< unspecified, link-local, multicast, broadcast, reserved, and the clouds' metadata services
};

/// The class of an IPv4 or IPv6 literal (no brackets, no scope); nothing for any other text. IPv4 inside IPv6
/// (mapped, compatible, NAT64, 6to4) counts as what it carries.
std::optional<AddressClass> classify_address(std::string_view literal) noexcept;

/// Which addresses may be connected to. Forbidden ones never are.
struct AddressRules {
  bool local_networks = true;  ///< loopback and private_use, too
  [[nodiscard]] bool allow(AddressClass kind) const noexcept {
    return kind == AddressClass::global || (local_networks && kind != AddressClass::forbidden);
  }
};

}  // namespace omniroute::net
