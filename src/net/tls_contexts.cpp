#include "tls_contexts.hpp"

#include <openssl/err.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

#include "tls_stream.hpp"

namespace omniroute::net {
namespace {

constexpr std::size_t keep_sessions = 256;

/// Bundles of systems whose OpenSSL looks elsewhere than the one we run with.
constexpr std::array other_bundles{"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"};

void trust_system(SSL_CTX* context) {
  SSL_CTX_set_default_verify_paths(context);
  const char* folder = ::getenv(X509_get_default_cert_dir_env());
  const char* file = ::getenv(X509_get_default_cert_file_env());
  if (folder || file) return;
  if (::access(X509_get_default_cert_dir(), R_OK) == 0 || ::access(X509_get_default_cert_file(), R_OK) == 0) return;
  for (const char* bundle : other_bundles)
    if (::access(bundle, R_OK) == 0 && SSL_CTX_load_verify_locations(context, bundle, nullptr) == 1) return;
}

std::int64_t changed_at(const std::string& file) {
  struct stat facts {};
  if (file.empty() || ::stat(file.c_str(), &facts) != 0) return 0;
  return facts.st_mtim.tv_sec * 1'000'000'000LL + facts.st_mtim.tv_nsec;
}

}  // namespace

std::string openssl_words() {
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  if (code == 0) return "no reason given";
  std::array<char, 256> text{};
  const char* reason = ERR_reason_error_string(code);
  if (reason) return reason;
  ERR_error_string_n(code, text.data(), text.size());
  return text.data();
}

SSL_SESSION* TlsSessions::find(const std::string& endpoint) const {
  const auto at = sessions_.find(endpoint);
  return at == sessions_.end() ? nullptr : at->second.get();
}

void TlsSessions::keep(const std::string& endpoint, SSL_SESSION* session) {
  if (sessions_.size() >= keep_sessions && !sessions_.contains(endpoint)) sessions_.erase(sessions_.begin());
  sessions_[endpoint].reset(session);
}

Result<SSL_CTX*> TlsContexts::for_roots(const std::string& ca_file) {
  Entry& entry = contexts_[ca_file];
  const std::int64_t changed = changed_at(ca_file);
  if (entry.context && entry.changed == changed) return entry.context.get();
  ERR_clear_error();
  std::unique_ptr<SSL_CTX, FreeContext> context(SSL_CTX_new(TLS_client_method()));
  if (!context) return Error(ErrorKind::internal, "TLS cannot be set up: " + openssl_words() + ".");
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(context.get(), &TlsStream::new_session);
  if (trust_file_.empty()) {
    trust_system(context.get());
  } else if (SSL_CTX_load_verify_locations(context.get(), trust_file_.c_str(), nullptr) != 1) {
    return Error(ErrorKind::internal, "The file of trusted roots " + trust_file_ + " cannot be read: " + openssl_words() + ".");
  }
  if (!ca_file.empty() && SSL_CTX_load_verify_locations(context.get(), ca_file.c_str(), nullptr) != 1)
    return Error(ErrorKind::upstream_failed, "The CA file " + ca_file + " cannot be read as PEM certificates: " + openssl_words() + ".");
  ERR_clear_error();
  entry.context = std::move(context);
  entry.changed = changed;
  return entry.context.get();
}

}  // namespace omniroute::net
