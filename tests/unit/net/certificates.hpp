#pragma once
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

namespace omniroute::net {

struct FreeKey {
  void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
};
struct FreeCertificate {
  void operator()(X509* certificate) const noexcept { X509_free(certificate); }
};

/// A certificate with its key, made in memory.
struct Identity {
  std::unique_ptr<EVP_PKEY, FreeKey> key;
  std::unique_ptr<X509, FreeCertificate> certificate;
};

/// `alternatives`: "DNS:good.test,IP:127.0.0.1", or empty for an authority. Days are counted from now.
/// Without an issuer it is signed by itself.
inline Identity make_identity(const std::string& name, const std::string& alternatives, const Identity* issuer, int from_day, int to_day) {
  static long serial = 1;
  Identity made;
  made.key.reset(EVP_EC_gen("P-256"));
  made.certificate.reset(X509_new());
  X509* certificate = made.certificate.get();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial++);
  X509_gmtime_adj(X509_getm_notBefore(certificate), from_day * 86400L);
  X509_gmtime_adj(X509_getm_notAfter(certificate), to_day * 86400L);
  X509_set_pubkey(certificate, made.key.get());
  X509_NAME* subject = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  const Identity& signer = issuer ? *issuer : made;
  X509_set_issuer_name(certificate, X509_get_subject_name(signer.certificate.get()));
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, signer.certificate.get(), certificate, nullptr, nullptr, 0);
  const auto extend = [&](int kind, const std::string& value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
  };
  extend(NID_basic_constraints, alternatives.empty() ? "critical,CA:TRUE" : "critical,CA:FALSE");
  if (!alternatives.empty()) extend(NID_subject_alt_name, alternatives);
  X509_sign(certificate, signer.key.get(), EVP_sha256());
  return made;
}

/// A PEM file of one certificate, removed at its end.
class PemFile {
 public:
  explicit PemFile(const Identity& identity) {
    std::string pattern = (std::filesystem::temp_directory_path() / "omniroute-ca-XXXXXX").string();
    const int descriptor = ::mkstemp(pattern.data());
    path_ = pattern;
    std::FILE* file = ::fdopen(descriptor, "w");
    PEM_write_X509(file, identity.certificate.get());
    std::fclose(file);
  }
  ~PemFile() { std::filesystem::remove(path_); }
  PemFile(const PemFile&) = delete;
  PemFile& operator=(const PemFile&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace omniroute::net
