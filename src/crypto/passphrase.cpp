#include "omniroute/crypto/passphrase.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>

#include "omniroute/crypto/digest.hpp"
#include "omniroute/crypto/random.hpp"

namespace omniroute::crypto {
namespace {

constexpr std::string_view magic = "OmniSeal";
constexpr char version = 1;
constexpr char scrypt = 1;
constexpr std::size_t salt_at = 14;
constexpr std::size_t check_at = 30;
constexpr std::size_t sum_at = 46;
constexpr std::size_t head_size = 62;
constexpr std::size_t part_size = 16;  // of salt, check, sum and tags alike
constexpr std::size_t key_size = 32;

/// What scrypt and the chunks are told; of our own files, and the most that is taken from others.
struct Parameters {
  unsigned log_n = 17;  // OWASP's password storage advice for scrypt: N = 2^17, r = 8, p = 1
  unsigned r = 8;
  unsigned p = 1;
  unsigned log_chunk = 16;
};
constexpr std::uint64_t most_memory = 1ULL << 30;  // 128 * N * r bytes (RFC 7914, section 2)
constexpr unsigned least_log_n = 14;
constexpr unsigned most_p = 4;
constexpr unsigned least_log_chunk = 12;
constexpr unsigned most_log_chunk = 22;

bool affordable(const Parameters& given) {
  if (given.log_n < least_log_n || given.log_n > 20 || given.r == 0 || given.r > 32 || given.p == 0 || given.p > most_p) return false;
  return (std::uint64_t{128} << given.log_n) * given.r <= most_memory && given.log_chunk >= least_log_chunk &&
         given.log_chunk <= most_log_chunk;
}

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const noexcept { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

const unsigned char* raw(std::string_view text) noexcept { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* raw(std::string& text) noexcept { return reinterpret_cast<unsigned char*>(text.data()); }

std::string begin_of(const Sha256& digest) { return {reinterpret_cast<const char*>(digest.data()), part_size}; }

/// Both keys of a file: the cipher's, then the check's. They are wiped when it goes.
class Keys {
 public:
  Keys() = default;
  Keys(const Keys&) = delete;
  Keys& operator=(const Keys&) = delete;
  ~Keys() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }

  bool derive(const Secret& passphrase, std::string_view salt, const Parameters& given) {
    const std::string_view text = passphrase.reveal();
    const std::uint64_t n = std::uint64_t{1} << given.log_n;
    // OpenSSL counts some blocks beside the big table.
    const std::uint64_t memory = most_memory + (std::uint64_t{1} << 20);
    return EVP_PBE_scrypt(text.data(), text.size(), raw(salt), salt.size(), n, given.r, given.p, memory, bytes_.data(), bytes_.size()) == 1;
  }
  [[nodiscard]] const unsigned char* cipher() const noexcept { return bytes_.data(); }
  [[nodiscard]] std::string check(std::string_view head) const {
    return begin_of(hmac_sha256({reinterpret_cast<const char*>(bytes_.data()) + key_size, key_size}, head));
  }

 private:
  std::array<unsigned char, 2 * key_size> bytes_{};
};

std::array<unsigned char, 12> nonce_of(std::uint64_t number, bool last) {
  std::array<unsigned char, 12> nonce{};
  for (std::size_t i = 0; i < 8; ++i) nonce[i] = static_cast<unsigned char>(number >> (56 - 8 * i));
  nonce[11] = last ? 1 : 0;
  return nonce;
}

Error without_memory() { return {ErrorKind::internal, "The passphrase could not be worked on: memory ran out."}; }

Error refused(const char* code, ErrorKind kind, std::string message) {
  Error error(kind, std::move(message));
  error.code = code;
  return error;
}

Error damaged(const std::string& how) {
  return refused("damaged_export", ErrorKind::conflict,
                 "The file is damaged: " + how + ". Take another copy of it; nothing has been changed.");
}

bool seal_chunk(EVP_CIPHER_CTX* context, const Keys& keys, std::string_view head, std::string_view plain, std::uint64_t number, bool last,
                std::string& out) {
  const auto nonce = nonce_of(number, last);
  const std::size_t begin = out.size();
  out.resize(begin + plain.size() + part_size);
  int written = 0;
  int rest = 0;
  return EVP_EncryptInit_ex2(context, EVP_aes_256_gcm(), keys.cipher(), nonce.data(), nullptr) == 1 &&
         EVP_EncryptUpdate(context, nullptr, &written, raw(head), static_cast<int>(head.size())) == 1 &&
         EVP_EncryptUpdate(context, raw(out) + begin, &written, raw(plain), static_cast<int>(plain.size())) == 1 &&
         EVP_EncryptFinal_ex(context, raw(out) + begin + written, &rest) == 1 &&
         EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, part_size, raw(out) + begin + plain.size()) == 1;
}

/// Appends to `out`, which has room, so that no copy of the content is left behind by its growth.
bool open_chunk(EVP_CIPHER_CTX* context, const Keys& keys, std::string_view head, std::string_view chunk, std::uint64_t number, bool last,
                std::string& out) {
  const auto nonce = nonce_of(number, last);
  const std::string_view body = chunk.substr(0, chunk.size() - part_size);
  std::string tag(chunk.substr(body.size()));
  const std::size_t begin = out.size();
  out.resize(begin + body.size());
  int written = 0;
  int rest = 0;
  return EVP_DecryptInit_ex2(context, EVP_aes_256_gcm(), keys.cipher(), nonce.data(), nullptr) == 1 &&
         EVP_DecryptUpdate(context, nullptr, &written, raw(head), static_cast<int>(head.size())) == 1 &&
         EVP_DecryptUpdate(context, raw(out) + begin, &written, raw(body), static_cast<int>(body.size())) == 1 &&
         EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, part_size, tag.data()) == 1 &&
         EVP_DecryptFinal_ex(context, raw(out) + begin + written, &rest) == 1;
}

/// The parameters of a sound head.
Result<Parameters> read_head(std::string_view sealed) {
  if (!sealed.starts_with(magic)) return refused("no_export", ErrorKind::conflict, "This is no file of 'omniroute backup export'.");
  if (sealed.size() < head_size) return damaged("it ends in the middle of its head");
  if (sealed[8] != version)
    return refused("newer_export", ErrorKind::unsupported,
                   "The file was written by a newer OmniRoute (format " + std::to_string(static_cast<unsigned char>(sealed[8])) +
                       "; this one knows 1). Update this one first.");
  if (!constant_time_equal(sealed.substr(sum_at, part_size), begin_of(sha256(sealed.substr(0, sum_at)))))
    return damaged("its head was altered");
  const auto number = [sealed](std::size_t at) { return static_cast<unsigned>(static_cast<unsigned char>(sealed[at])); };
  const Parameters given{number(10), number(11), number(12), number(13)};
  if (sealed[9] != scrypt || !affordable(given)) return damaged("it asks for more work than any export needs");
  return given;
}

}  // namespace

Result<std::string> seal_with_passphrase(std::string_view plain, const Secret& passphrase) {
  if (passphrase.reveal().size() < shortest_passphrase)
    return Error(ErrorKind::bad_request,
                 "The passphrase is too short: use at least " + std::to_string(shortest_passphrase) + " characters, better several words.",
                 "passphrase");
  const Parameters ours;
  std::string head(magic);
  for (const unsigned number : {static_cast<unsigned>(version), static_cast<unsigned>(scrypt), ours.log_n, ours.r, ours.p, ours.log_chunk})
    head.push_back(static_cast<char>(number));
  head.resize(check_at);
  random_bytes({raw(head) + salt_at, part_size});
  Keys keys;
  if (!keys.derive(passphrase, std::string_view(head).substr(salt_at, part_size), ours)) return without_memory();
  head += keys.check(head);
  head += begin_of(sha256(head));

  const Context context(EVP_CIPHER_CTX_new());
  const std::size_t chunk = std::size_t{1} << ours.log_chunk;
  std::string sealed = head;
  sealed.reserve(head.size() + plain.size() + (plain.size() / chunk + 1) * part_size);
  for (std::uint64_t number = 0;; ++number) {
    const std::string_view piece = plain.substr(0, chunk);
    const bool last = piece.size() < chunk;
    if (!context || !seal_chunk(context.get(), keys, head, piece, number, last, sealed)) return without_memory();
    if (last) return sealed;
    plain.remove_prefix(piece.size());
  }
}

Result<Secret> open_with_passphrase(std::string_view sealed, const Secret& passphrase) {
  Result<Parameters> given = read_head(sealed);
  if (!given) return std::move(given).error();
  const std::string_view head = sealed.substr(0, head_size);
  Keys keys;
  if (!keys.derive(passphrase, head.substr(salt_at, part_size), *given)) return without_memory();
  if (!constant_time_equal(keys.check(head.substr(0, check_at)), head.substr(check_at, part_size))) {
    Error wrong(ErrorKind::bad_request, "The passphrase is not the one this file was sealed with.", "passphrase");
    wrong.code = "wrong_passphrase";
    return wrong;
  }
  sealed.remove_prefix(head_size);
  const Context context(EVP_CIPHER_CTX_new());
  const std::size_t whole = (std::size_t{1} << given->log_chunk) + part_size;
  std::string plain;
  plain.reserve(sealed.size());
  bool sound = context != nullptr;
  for (std::uint64_t number = 0; sound; ++number) {
    const std::string_view piece = sealed.substr(0, whole);
    const bool last = piece.size() < whole;
    sound = piece.size() >= part_size && open_chunk(context.get(), keys, head, piece, number, last, plain);
    if (sound && last) return Secret(std::move(plain));
    sealed.remove_prefix(piece.size());
  }
  OPENSSL_cleanse(plain.data(), plain.size());
  return damaged("it was cut, altered or put together from pieces");
}

}  // namespace omniroute::crypto
