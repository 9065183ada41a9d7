#include "omniroute/crypto/sealing.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <memory>
#include <span>

#include "omniroute/crypto/digest.hpp"
#include "omniroute/crypto/encoding.hpp"
#include "omniroute/crypto/random.hpp"

namespace omniroute::crypto {
namespace {

constexpr char version = 1;
constexpr std::size_t id_size = 8;
constexpr std::size_t nonce_size = 12;
constexpr std::size_t tag_size = 16;
constexpr std::size_t head_size = 1 + id_size + nonce_size;

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const noexcept { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

const unsigned char* raw(std::string_view text) noexcept { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* raw(std::string& text) noexcept { return reinterpret_cast<unsigned char*>(text.data()); }

/// What the tag covers beside the ciphertext: the record's head and its place.
bool add_associated(EVP_CIPHER_CTX* context, bool sealing, std::string_view head, std::string_view place) {
  int written = 0;
  for (const std::string_view part : {head, place}) {
    const auto size = static_cast<int>(part.size());
    const int ok = sealing ? EVP_EncryptUpdate(context, nullptr, &written, raw(part), size)
                           : EVP_DecryptUpdate(context, nullptr, &written, raw(part), size);
    if (ok != 1) return false;
  }
  return true;
}

}  // namespace

SealingKey::SealingKey(const Bytes& bytes) : bytes_(bytes), id_{} {
  const std::string_view domain = "omniroute sealing key id v1";
  const Sha256 digest = hmac_sha256(this->bytes(), domain);
  std::copy_n(digest.begin(), id_.size(), id_.begin());
}

SealingKey SealingKey::random() {
  Bytes bytes{};
  random_bytes(bytes);
  SealingKey key(bytes);
  OPENSSL_cleanse(bytes.data(), bytes.size());
  return key;
}

SealingKey::~SealingKey() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }

std::string_view SealingKey::bytes() const noexcept { return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()}; }

Result<std::string> SealingKey::seal(std::string_view plain, std::string_view place) const {
  std::string record(head_size + plain.size() + tag_size, '\0');
  record[0] = version;
  std::copy(id_.begin(), id_.end(), record.begin() + 1);
  random_bytes({raw(record) + 1 + id_size, nonce_size});

  const Context context(EVP_CIPHER_CTX_new());
  int written = 0;
  int rest = 0;
  const bool sealed =
      EVP_EncryptInit_ex2(context.get(), EVP_aes_256_gcm(), bytes_.data(), raw(record) + 1 + id_size, nullptr) == 1 &&
      add_associated(context.get(), true, std::string_view(record).substr(0, head_size), place) &&
      EVP_EncryptUpdate(context.get(), raw(record) + head_size, &written, raw(plain), static_cast<int>(plain.size())) == 1 &&
      EVP_EncryptFinal_ex(context.get(), raw(record) + head_size + written, &rest) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, tag_size, raw(record) + head_size + plain.size()) == 1;
  if (!sealed) return Error(ErrorKind::internal, "A secret could not be sealed: OpenSSL failed or memory ran out.");
  return record;
}

Result<Secret> SealingKey::open(std::string_view sealed, std::string_view place) const {
  if (sealed.size() < head_size + tag_size || sealed[0] != version)
    return Error(ErrorKind::internal, "A stored secret is damaged or was written by a newer version of OmniRoute.");
  if (key_of(sealed) != id_) return Error(ErrorKind::internal, "A stored secret was sealed with another key.");

  const std::string_view nonce = sealed.substr(1 + id_size, nonce_size);
  const std::string_view body = sealed.substr(head_size, sealed.size() - head_size - tag_size);
  std::string tag(sealed.substr(sealed.size() - tag_size));
  std::string plain(body.size(), '\0');
  const Context context(EVP_CIPHER_CTX_new());
  int written = 0;
  int rest = 0;
  const bool opened = EVP_DecryptInit_ex2(context.get(), EVP_aes_256_gcm(), bytes_.data(), raw(nonce), nullptr) == 1 &&
                      add_associated(context.get(), false, sealed.substr(0, head_size), place) &&
                      EVP_DecryptUpdate(context.get(), raw(plain), &written, raw(body), static_cast<int>(body.size())) == 1 &&
                      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, tag_size, tag.data()) == 1 &&
                      EVP_DecryptFinal_ex(context.get(), raw(plain) + written, &rest) == 1;
  Secret secret(plain);
  OPENSSL_cleanse(plain.data(), plain.size());
  if (!opened) return Error(ErrorKind::internal, "A stored secret was altered or moved to another place.");
  return secret;
}

SealingKey::Id SealingKey::key_of(std::string_view sealed) noexcept {
  Id id{};
  if (sealed.size() >= head_size) std::copy_n(sealed.begin() + 1, id.size(), id.begin());
  return id;
}

}  // namespace omniroute::crypto
