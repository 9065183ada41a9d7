#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "omniroute/base/result.hpp"
#include "omniroute/base/secret.hpp"

namespace omniroute::crypto {

/// Opens the fields that the original OmniRoute encrypted: "enc:v1:<iv>:<ciphertext>:<tag>" in hex, AES-256-GCM with an IV of 16 bytes; the
/// key is scrypt (N = 2^14, r = 8, p = 1) of its STORAGE_ENCRYPTION_KEY with a fixed salt.
class ForeignFields {
 public:
  /// Takes 16 MiB for a moment. Error: internal, without memory.
  static Result<ForeignFields> with(const Secret& encryption_key);
  static bool encrypted(std::string_view field) noexcept { return field.starts_with("enc:v1:"); }
  /// Nothing if the field was sealed with another key, or is damaged.
  [[nodiscard]] std::optional<Secret> open(std::string_view field) const;

 private:
  Secret key_;
};

}  // namespace omniroute::crypto
