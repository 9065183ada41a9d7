#include "omniroute/crypto/foreign_field.hpp"

#include <openssl/evp.h>

#include <memory>

#include "omniroute/crypto/encoding.hpp"

namespace omniroute::crypto {
namespace {

constexpr std::string_view mark = "enc:v1:";
constexpr std::string_view salt = "omniroute-field-encryption-v1";
constexpr std::size_t key_size = 32;
constexpr std::size_t iv_size = 16;
constexpr std::size_t tag_size = 16;
constexpr std::uint64_t most_memory = 32u << 20;

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const noexcept { EVP_CIPHER_CTX_free(context); }
};

const unsigned char* raw(std::string_view text) noexcept { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* raw(std::string& text) noexcept { return reinterpret_cast<unsigned char*>(text.data()); }

}  // namespace

Result<ForeignFields> ForeignFields::with(const Secret& encryption_key) {
  const std::string_view text = encryption_key.reveal();
  std::string key(key_size, '\0');
  if (EVP_PBE_scrypt(text.data(), text.size(), raw(salt), salt.size(), 1U << 14U, 8, 1, most_memory, raw(key), key.size()) != 1)
    return Error(ErrorKind::internal, "The encryption key could not be worked on: memory ran out.");
  ForeignFields fields;
  fields.key_ = Secret(std::move(key));
  return fields;
}

std::optional<Secret> ForeignFields::open(std::string_view field) const {
  if (!encrypted(field)) return std::nullopt;
  field.remove_prefix(mark.size());
  const std::size_t first = field.find(':');
  const std::size_t second = first == std::string_view::npos ? first : field.find(':', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const auto iv = from_hex(field.substr(0, first));
  const auto body = from_hex(field.substr(first + 1, second - first - 1));
  auto tag = from_hex(field.substr(second + 1));
  if (!iv || !body || !tag || iv->size() != iv_size || tag->size() != tag_size) return std::nullopt;
  const std::unique_ptr<EVP_CIPHER_CTX, FreeContext> context(EVP_CIPHER_CTX_new());
  std::string plain(body->size(), '\0');
  int written = 0;
  int rest = 0;
  const bool opened = context && EVP_DecryptInit_ex2(context.get(), EVP_aes_256_gcm(), nullptr, nullptr, nullptr) == 1 &&
                      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_IVLEN, iv_size, nullptr) == 1 &&
                      EVP_DecryptInit_ex2(context.get(), nullptr, raw(key_.reveal()), raw(*iv), nullptr) == 1 &&
                      EVP_DecryptUpdate(context.get(), raw(plain), &written, raw(*body), static_cast<int>(body->size())) == 1 &&
                      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, tag_size, tag->data()) == 1 &&
                      EVP_DecryptFinal_ex(context.get(), raw(plain) + written, &rest) == 1;
  Secret secret(std::move(plain));
  if (!opened) return std::nullopt;
  return secret;
}

}  // namespace omniroute::crypto
