#pragma once
#include <array>
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

/// An address as 16 bytes; IPv4 is mapped into IPv6 (::ffff:a.b.c.d), so that both spellings of one are equal.
using AddressBytes = std::array<unsigned char, 16>;
std::optional<AddressBytes> parse_address(std::string_view literal) noexcept;

/// A set of neighbouring addresses: "192.0.2.1", "192.0.2.0/24", "192.0.*.*", "2001:db8::1", "2001:db8::/32".
class AddressRange {
 public:
  /// Nothing for any other text, and for bits set behind the prefix ("10.0.0.1/8" is a slip of the pen).
  static std::optional<AddressRange> parse(std::string_view text) noexcept;
  [[nodiscard]] bool contains(const AddressBytes& address) const noexcept;

 private:
  AddressBytes first_{};
  int bits_ = 128;
};

/// Which addresses may be connected to. Forbidden ones never are.
struct AddressRules {
  bool local_networks = true;  ///< loopback and private_use, too
  [[nodiscard]] bool allow(AddressClass kind) const noexcept {
    return kind == AddressClass::global || (local_networks && kind != AddressClass::forbidden);
  }
};

}  // namespace omniroute::net
