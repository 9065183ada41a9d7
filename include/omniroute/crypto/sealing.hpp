#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "omniroute/base/result.hpp"
#include "omniroute/base/secret.hpp"

namespace omniroute::crypto {

/// Seals secrets at rest: AES-256-GCM, a random 96-bit nonce each time. A sealed record is binary:
///   version (1 byte, 1) | key id (8) | nonce (12) | ciphertext | tag (16)
/// `place` is bound to it as associated data, so that a record moved to another row or column does not open.
class SealingKey {
 public:
  using Bytes = std::array<std::uint8_t, 32>;
  using Id = std::array<std::uint8_t, 8>;

  explicit SealingKey(const Bytes& bytes);
  static SealingKey random();
  SealingKey(const SealingKey&) = default;
  SealingKey& operator=(const SealingKey&) = default;
  ~SealingKey();

  /// Tells keys apart without telling anything of them.
  [[nodiscard]] const Id& id() const noexcept { return id_; }
  /// Error: internal, without memory.
  [[nodiscard]] Result<std::string> seal(std::string_view plain, std::string_view place) const;
  /// Errors: internal, saying whether the record is of another key, of another version, or was altered or moved.
  [[nodiscard]] Result<Secret> open(std::string_view sealed, std::string_view place) const;
  /// The key's own bytes, to be sealed by another key.
  [[nodiscard]] std::string_view bytes() const noexcept;
  /// The key a sealed record names; all zero if it is no record.
  static Id key_of(std::string_view sealed) noexcept;

 private:
  Bytes bytes_;
  Id id_;
};

}  // namespace omniroute::crypto
