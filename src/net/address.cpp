#include "omniroute/net/address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <array>
#include <charconv>
#include <cstring>

namespace omniroute::net {
namespace {

struct Range4 {
  std::uint32_t first;
  int bits;
  AddressClass kind;
};

constexpr std::uint32_t ip4(unsigned a, unsigned b, unsigned c, unsigned d) { return a << 24 | b << 16 | c << 8 | d; }

// First match wins. The single hosts are metadata services that lie in otherwise ordinary ranges.
constexpr std::array ranges4{
    Range4{ip4(168, 63, 129, 16), 32, AddressClass::forbidden},    // Azure's wire server
    Range4{ip4(100, 100, 100, 200), 32, AddressClass::forbidden},  // Alibaba Cloud's metadata
    Range4{ip4(0, 0, 0, 0), 8, AddressClass::forbidden},           // "this network" (RFC 791)
    Range4{ip4(10, 0, 0, 0), 8, AddressClass::private_use},        // RFC 1918
    Range4{ip4(100, 64, 0, 0), 10, AddressClass::private_use},     // shared address space (RFC 6598)
    Range4{ip4(127, 0, 0, 0), 8, AddressClass::loopback},
    Range4{ip4(169, 254, 0, 0), 16, AddressClass::forbidden},  // link-local; most clouds' metadata
    Range4{ip4(172, 16, 0, 0), 12, AddressClass::private_use},
    Range4{ip4(192, 0, 0, 0), 24, AddressClass::forbidden},  // IETF protocol assignments; Oracle's metadata
    Range4{ip4(192, 168, 0, 0), 16, AddressClass::private_use},
    Range4{ip4(198, 18, 0, 0), 15, AddressClass::private_use},  // benchmarking (RFC 2544)
    Range4{ip4(224, 0, 0, 0), 4, AddressClass::forbidden},      // multicast
    Range4{ip4(240, 0, 0, 0), 4, AddressClass::forbidden},      // reserved, broadcast
};

AddressClass classify4(std::uint32_t address) {
  for (const Range4& range : ranges4)
    if ((address ^ range.first) >> (32 - range.bits) == 0) return range.kind;
  return AddressClass::global;
}

using Bytes16 = std::array<unsigned char, 16>;

std::uint32_t four(const Bytes16& bytes, std::size_t at) { return ip4(bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]); }

bool starts(const Bytes16& bytes, std::initializer_list<unsigned char> prefix) {
  return std::equal(prefix.begin(), prefix.end(), bytes.begin());
}

AddressClass classify6(const Bytes16& bytes) {
  const bool zeros10 = four(bytes, 0) == 0 && four(bytes, 4) == 0 && bytes[8] == 0 && bytes[9] == 0;
  if (zeros10 && bytes[10] == 0 && bytes[11] == 0) {
    const std::uint32_t tail = four(bytes, 12);
    if (tail == 1) return AddressClass::loopback;
    return tail == 0 ? AddressClass::forbidden : classify4(tail);  // ::, and the deprecated IPv4-compatible form
  }
  if (zeros10 && bytes[10] == 0xff && bytes[11] == 0xff) return classify4(four(bytes, 12));             // mapped
  if (starts(bytes, {0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0})) return classify4(four(bytes, 12));  // NAT64 (RFC 6052)
  if (starts(bytes, {0, 0x64, 0xff, 0x9b, 0, 1})) return AddressClass::private_use;                     // local NAT64 (RFC 8215)
  if (starts(bytes, {0x20, 0x02})) return classify4(four(bytes, 2));                                    // 6to4
  if (starts(bytes, {0x20, 0x01, 0, 0})) return AddressClass::forbidden;                                // Teredo
  if (starts(bytes, {0xfd, 0x00, 0x0e, 0xc2})) return AddressClass::forbidden;                          // EC2's metadata
  if ((bytes[0] & 0xfe) == 0xfc) return AddressClass::private_use;                                      // unique local
  if (bytes[0] == 0xfe) return AddressClass::forbidden;                                                 // link-local, site-local
  if (bytes[0] == 0xff) return AddressClass::forbidden;                                                 // multicast
  return AddressClass::global;
}

std::optional<int> small_number(std::string_view text, int most) noexcept {
  int number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || failure != std::errc() || end != text.data() + text.size() || number < 0 || number > most) return std::nullopt;
  return number;
}

constexpr int mapped_bits = 96;  // what stands before an IPv4 address inside an IPv6 one

}  // namespace

std::optional<AddressBytes> parse_address(std::string_view literal) noexcept {
  std::array<char, INET6_ADDRSTRLEN + 1> text{};
  if (literal.empty() || literal.size() >= text.size() || literal.find('\0') != std::string_view::npos) return std::nullopt;
  std::memcpy(text.data(), literal.data(), literal.size());
  AddressBytes bytes{};
  if (::inet_pton(AF_INET6, text.data(), bytes.data()) == 1) return bytes;
  in_addr address4{};
  if (::inet_pton(AF_INET, text.data(), &address4) != 1) return std::nullopt;
  bytes[10] = bytes[11] = 0xff;
  std::memcpy(bytes.data() + 12, &address4.s_addr, 4);
  return bytes;
}

std::optional<AddressRange> AddressRange::parse(std::string_view text) noexcept {
  AddressRange range;
  std::array<char, INET6_ADDRSTRLEN + 1> plain{};
  const std::size_t star = text.find('*');
  if (star != std::string_view::npos) {
    // "10.0.*.*": stars at the end, each for one number.
    if (text.size() >= plain.size()) return std::nullopt;
    int stars = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const bool is_star = text[i] == '*';
      if (is_star) ++stars;
      if (i > star && !is_star && text[i] != '.') return std::nullopt;
      plain[i] = is_star ? '0' : text[i];
    }
    const std::optional<AddressBytes> first = parse_address(plain.data());
    if (!first || text.find(':') != std::string_view::npos) return std::nullopt;
    range.first_ = *first;
    range.bits_ = 128 - 8 * stars;
    return range;
  }
  const std::size_t slash = text.find('/');
  const std::optional<AddressBytes> first = parse_address(text.substr(0, slash));
  if (!first) return std::nullopt;
  range.first_ = *first;
  if (slash == std::string_view::npos) return range;
  const bool is_ipv6 = text.find(':') != std::string_view::npos;
  const std::optional<int> bits = small_number(text.substr(slash + 1), is_ipv6 ? 128 : 32);
  if (!bits) return std::nullopt;
  range.bits_ = is_ipv6 ? *bits : *bits + mapped_bits;
  for (int bit = range.bits_; bit < 128; ++bit)
    if ((range.first_[static_cast<std::size_t>(bit / 8)] >> (7 - bit % 8) & 1) != 0) return std::nullopt;
  return range;
}

bool AddressRange::contains(const AddressBytes& address) const noexcept {
  const auto whole = static_cast<std::size_t>(bits_ / 8);
  if (std::memcmp(address.data(), first_.data(), whole) != 0) return false;
  const int rest = bits_ % 8;
  return rest == 0 || (address[whole] ^ first_[whole]) >> (8 - rest) == 0;
}

std::optional<AddressClass> classify_address(std::string_view literal) noexcept {
  std::array<char, INET6_ADDRSTRLEN + 1> text{};
  if (literal.empty() || literal.size() >= text.size() || literal.find('\0') != std::string_view::npos) return std::nullopt;
  std::memcpy(text.data(), literal.data(), literal.size());
  in_addr address4{};
  if (::inet_pton(AF_INET, text.data(), &address4) == 1) return classify4(ntohl(address4.s_addr));
  Bytes16 address6{};
  if (::inet_pton(AF_INET6, text.data(), address6.data()) == 1) return classify6(address6);
  return std::nullopt;
}

}  // namespace omniroute::net
