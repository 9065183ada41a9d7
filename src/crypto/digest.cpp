#include "omniroute/crypto/digest.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <memory>
#include <string>

namespace omniroute::crypto {
namespace {

/// Fetched once: in OpenSSL 3 an implicit fetch costs more than the hash of a short text.
const EVP_MD* sha256_algorithm() {
  static EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return algorithm;
}

EVP_MD_CTX* thread_context() {
  struct Free {
    void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
  };
  thread_local const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
  return context.get();
}

constexpr std::array<std::uint32_t, 256> crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value & 1U) != 0 ? (value >> 1) ^ 0xEDB88320U : value >> 1;
    table[i] = value;
  }
  return table;
}

std::string_view view(const Sha256& digest) noexcept { return {reinterpret_cast<const char*>(digest.data()), digest.size()}; }

}  // namespace

Sha256 sha256(std::string_view data) {
  Sha256 digest{};
  EVP_MD_CTX* context = thread_context();
  EVP_DigestInit_ex2(context, sha256_algorithm(), nullptr);
  EVP_DigestUpdate(context, data.data(), data.size());
  EVP_DigestFinal_ex(context, digest.data(), nullptr);
  return digest;
}

Sha256 hmac_sha256(std::string_view key, std::string_view data) {
  Sha256 digest{};
  unsigned int length = 0;
  HMAC(sha256_algorithm(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(data.data()), data.size(),
       digest.data(), &length);
  return digest;
}

Sha256 hkdf_sha256(std::string_view secret, std::string_view salt, std::string_view info) {
  // RFC 5869: extract, then the first (and for 32 bytes only) block of expand.
  Sha256 extracted = hmac_sha256(salt, secret);
  std::string block(info);
  block += '\x01';
  const Sha256 key = hmac_sha256(view(extracted), block);
  OPENSSL_cleanse(extracted.data(), extracted.size());
  return key;
}

bool constant_time_equal(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

bool constant_time_equal(const Sha256& a, const Sha256& b) noexcept { return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0; }

std::uint32_t crc32(std::string_view data) noexcept {
  static constexpr std::array<std::uint32_t, 256> table = crc_table();
  std::uint32_t crc = 0xFFFFFFFFU;
  for (const char c : data) crc = table[(crc ^ static_cast<unsigned char>(c)) & 255U] ^ (crc >> 8);
  return crc ^ 0xFFFFFFFFU;
}

}  // namespace omniroute::crypto
