#include "omniroute/net/tls_server.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ctime>
#include <mutex>
#include <tuple>

#include "tls_contexts.hpp"
#include "tls_stream.hpp"

namespace omniroute::net {
namespace {

constexpr std::string_view our_protocol{"\x08http/1.1", 9};  // as ALPN lists it (RFC 7301, section 3.1)

/// Tells one state of a file from another, also when a link leads elsewhere now.
using Stamp = std::tuple<std::int64_t, std::int64_t, std::uint64_t, std::uint64_t>;

Stamp stamp_of(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return {};
  return {info.st_mtim.tv_sec * 1'000'000'000LL + info.st_mtim.tv_nsec, info.st_size, info.st_ino, info.st_dev};
}

int choose_protocol(SSL*, const unsigned char** out, unsigned char* size, const unsigned char* offered, unsigned int length, void*) {
  unsigned char* chosen = nullptr;
  const auto* ours = reinterpret_cast<const unsigned char*>(our_protocol.data());
  const int found = SSL_select_next_proto(&chosen, size, ours, static_cast<unsigned int>(our_protocol.size()), offered, length);
  *out = chosen;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

/// A key with a passphrase cannot be used: there is nobody to ask.
int no_passphrase(char*, int, int, void*) { return -1; }

Error unusable(const std::string& what, const std::string& path) {
  return {ErrorKind::bad_request, "The TLS " + what + " " + path + " cannot be used: " + openssl_words() + "."};
}

Result<std::shared_ptr<SSL_CTX>> make_context(const std::string& certificate_file, const std::string& key_file) {
  ERR_clear_error();
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
  if (!context) return Error(ErrorKind::internal, "TLS cannot be set up: " + openssl_words() + ".");
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_default_passwd_cb(context.get(), &no_passphrase);
  SSL_CTX_set_alpn_select_cb(context.get(), &choose_protocol, nullptr);
  for (const auto& [what, path] : {std::pair("certificate", &certificate_file), std::pair("key", &key_file)})
    if (::access(path->c_str(), R_OK) != 0)
      return Error(ErrorKind::bad_request,
                   std::string("The TLS ") + what + " file " + *path + " cannot be read. Check its path and permissions.");
  if (SSL_CTX_use_certificate_chain_file(context.get(), certificate_file.c_str()) != 1)
    return unusable("certificate file", certificate_file);
  if (SSL_CTX_use_PrivateKey_file(context.get(), key_file.c_str(), SSL_FILETYPE_PEM) != 1 || SSL_CTX_check_private_key(context.get()) != 1)
    return unusable("key file", key_file);
  return context;
}

std::int64_t unix_time(const ASN1_TIME* time) {
  std::tm parts{};
  return ASN1_TIME_to_tm(time, &parts) == 1 ? ::timegm(&parts) : 0;
}

}  // namespace

struct TlsServer::State {
  State(std::string certificate_file, std::string key_file) : certificate(std::move(certificate_file)), key(std::move(key_file)) {}

  [[nodiscard]] std::pair<Stamp, Stamp> stamp() const { return {stamp_of(certificate), stamp_of(key)}; }
  Status load() {
    taken = stamp();
    Result<std::shared_ptr<SSL_CTX>> made = make_context(certificate, key);
    if (!made) return std::move(made).error();
    const std::lock_guard lock(mutex);
    context = *std::move(made);
    return {};
  }

  const std::string certificate;
  const std::string key;
  mutable std::mutex mutex;  // of `context` alone
  std::shared_ptr<SSL_CTX> context;
  std::mutex looking;
  std::pair<Stamp, Stamp> taken;  // of the files last tried
  std::pair<Stamp, Stamp> seen;   // at the last look
};

TlsServer::TlsServer(std::unique_ptr<State> state) : state_(std::move(state)) {}

TlsServer::~TlsServer() = default;

Result<std::shared_ptr<TlsServer>> TlsServer::load(std::string certificate_file, std::string key_file) {
  auto state = std::make_unique<State>(std::move(certificate_file), std::move(key_file));
  if (Status loaded = state->load(); !loaded) return std::move(loaded).error();
  state->seen = state->taken;
  return std::shared_ptr<TlsServer>(new TlsServer(std::move(state)));
}

Result<CertificateFacts> TlsServer::inspect(const std::string& certificate_file, const std::string& key_file) {
  Result<std::shared_ptr<SSL_CTX>> context = make_context(certificate_file, key_file);
  if (!context) return std::move(context).error();
  const X509* certificate = SSL_CTX_get0_certificate(context->get());
  CertificateFacts facts;
  const std::unique_ptr<BIO, decltype(&::BIO_free_all)> text(BIO_new(BIO_s_mem()), &::BIO_free_all);
  if (text && X509_NAME_print_ex(text.get(), X509_get_subject_name(certificate), 0, XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB) >= 0) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(text.get(), &data);
    facts.subject.assign(data, static_cast<std::size_t>(size));
  }
  facts.begins_s = unix_time(X509_get0_notBefore(certificate));
  facts.ends_s = unix_time(X509_get0_notAfter(certificate));
  struct stat info {};
  facts.key_open_to_others = ::stat(key_file.c_str(), &info) == 0 && (info.st_mode & S_IROTH) != 0;
  return facts;
}

Result<bool> TlsServer::look() {
  const std::lock_guard lock(state_->looking);
  const auto now = state_->stamp();
  const bool rested = now == state_->seen;
  state_->seen = now;
  // Certificate and key are two files: one alone is not yet what was meant.
  if (!rested || now == state_->taken) return false;
  if (Status loaded = state_->load(); !loaded) return std::move(loaded).error();
  return true;
}

bool is_secured(const Stream& stream) noexcept { return dynamic_cast<const TlsStream*>(&stream) != nullptr; }

std::shared_ptr<ssl_ctx_st> TlsServer::context() const {
  const std::lock_guard lock(state_->mutex);
  return state_->context;
}

}  // namespace omniroute::net
