#include "tls_stream.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "omniroute/net/address.hpp"

namespace omniroute::net {
namespace {

constexpr std::size_t refill_least = 4 * 1024;
constexpr std::size_t refill_most = 16 * 1024;
constexpr std::size_t record = 16 * 1024;       // plaintext of one TLS record (RFC 8446, section 5.1)
constexpr std::size_t flush_above = 64 * 1024;  // ciphertext gathered before it is sent

constexpr std::array<unsigned char, 9> alpn{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

int stream_index() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

/// Joins parts into pieces of at most one record, so that a chunk's frame does not become records of its own.
class Joiner {
 public:
  explicit Joiner(std::span<const std::string_view> parts) : parts_(parts) {}
  /// The next piece, or empty at the end. Lives until the next call.
  std::string_view next() {
    while (index_ < parts_.size() && offset_ == parts_[index_].size()) step();
    if (index_ == parts_.size()) return {};
    const std::string_view first = parts_[index_].substr(offset_, record);
    if (first.size() == record || index_ + 1 == parts_.size()) {
      offset_ += first.size();
      return first;
    }
    joined_.clear();
    while (index_ < parts_.size() && joined_.size() < record) {
      const std::string_view more = parts_[index_].substr(offset_, record - joined_.size());
      joined_.append(more);
      offset_ += more.size();
      if (offset_ == parts_[index_].size()) step();
    }
    return joined_;
  }

 private:
  void step() {
    ++index_;
    offset_ = 0;
  }
  std::span<const std::string_view> parts_;
  std::size_t index_ = 0;
  std::size_t offset_ = 0;
  std::string joined_;
};

}  // namespace

BIO_METHOD* TlsStream::bio_method() {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "omniroute stream");
    BIO_meth_set_read(made, &TlsStream::bio_read);
    BIO_meth_set_write(made, &TlsStream::bio_write);
    BIO_meth_set_ctrl(made, &TlsStream::bio_control);
    return made;
  }();
  return method;
}

int TlsStream::bio_read(BIO* bio, char* into, int size) {
  auto& self = *static_cast<TlsStream*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  const std::size_t count = std::min(self.end_ - self.begin_, static_cast<std::size_t>(std::max(size, 0)));
  if (count == 0) {
    BIO_set_retry_read(bio);
    return -1;
  }
  std::memcpy(into, self.sealed_in_.data() + self.begin_, count);
  self.begin_ += count;
  return static_cast<int>(count);
}

int TlsStream::bio_write(BIO* bio, const char* from, int size) {
  auto& self = *static_cast<TlsStream*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  self.sealed_out_.append(from, static_cast<std::size_t>(size));
  return size;
}

long TlsStream::bio_control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

int TlsStream::new_session(SSL* ssl, SSL_SESSION* session) {
  auto* self = static_cast<TlsStream*>(SSL_get_ex_data(ssl, stream_index()));
  const std::shared_ptr<TlsSessions> sessions = self->sessions_.lock();
  if (!sessions) return 0;
  sessions->keep(self->endpoint_, session);
  return 1;  // the reference is ours now
}

TlsStream::TlsStream(std::unique_ptr<Stream> inner, SSL_CTX* context, std::string host, std::string endpoint,
                     std::weak_ptr<TlsSessions> sessions)
    : inner_(std::move(inner)), endpoint_(std::move(endpoint)), sessions_(std::move(sessions)) {
  make_ssl(context);
  SSL_set_connect_state(ssl_.get());
  SSL_set_ex_data(ssl_.get(), stream_index(), this);
  SSL_set_alpn_protos(ssl_.get(), alpn.data(), alpn.size());
  X509_VERIFY_PARAM* verify = SSL_get0_param(ssl_.get());
  X509_VERIFY_PARAM_set_hostflags(verify, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  if (classify_address(host)) {
    X509_VERIFY_PARAM_set1_ip_asc(verify, host.c_str());
  } else {
    SSL_set_tlsext_host_name(ssl_.get(), host.c_str());
    X509_VERIFY_PARAM_set1_host(verify, host.c_str(), host.size());
  }
  if (const std::shared_ptr<TlsSessions> known = sessions_.lock())
    if (SSL_SESSION* session = known->find(endpoint_)) SSL_set_session(ssl_.get(), session);
}

TlsStream::TlsStream(std::unique_ptr<Stream> inner, SSL_CTX* context, int descriptor) : inner_(std::move(inner)), farewell_(descriptor) {
  make_ssl(context);
  SSL_set_accept_state(ssl_.get());
}

TlsStream::~TlsStream() = default;

void TlsStream::make_ssl(SSL_CTX* context) {
  ssl_.reset(SSL_new(context));
  BIO* bio = ssl_ ? BIO_new(bio_method()) : nullptr;
  if (!bio) throw std::bad_alloc();
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_.get(), bio, bio);
}

void TlsStream::say_goodbye() noexcept {
  const int socket = std::exchange(farewell_, -1);
  if (socket < 0 || SSL_is_init_finished(ssl_.get()) != 1 || flushing_) return;
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
  const ssize_t sent = ::send(socket, sealed_out_.data(), sealed_out_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  static_cast<void>(sent);  // a client that takes nothing any more misses nothing
  sealed_out_.clear();
}

void TlsStream::shutdown_write() noexcept {
  say_goodbye();
  inner_->shutdown_write();
}

void TlsStream::close() noexcept {
  say_goodbye();
  inner_->close();
}

std::error_code TlsStream::failure_of(int result) {
  const int kind = SSL_get_error(ssl_.get(), result);
  if (kind == SSL_ERROR_ZERO_RETURN) return Failure::end_of_stream;
  const long verdict = SSL_get_verify_result(ssl_.get());
  if (kind == SSL_ERROR_SSL && verdict != X509_V_OK) {
    ERR_clear_error();
    words_ = X509_verify_cert_error_string(verdict);
    return Failure::tls_certificate;
  }
  words_ = openssl_words();
  return Failure::tls_handshake;
}

Task<std::error_code> TlsStream::flush(Tick deadline) {
  if (flushing_) co_return std::error_code();
  flushing_ = true;
  std::error_code failure;
  while (!sealed_out_.empty() && !failure) {
    sending_.swap(sealed_out_);
    const std::array parts{std::string_view(sending_)};
    const Transfer sent = co_await inner_->write(parts, deadline);
    failure = sent.failure;
    sending_.clear();
    if (sending_.capacity() > refill_most) sending_.shrink_to_fit();
  }
  flushing_ = false;
  co_return failure;
}

Task<std::error_code> TlsStream::refill(Tick deadline) {
  const std::error_code flushed = co_await flush(deadline);
  if (flushed) co_return flushed;
  if (end_ == sealed_in_.size() && sealed_in_.size() < refill_most) sealed_in_.resize(std::max(refill_least, sealed_in_.size() * 2));
  const Transfer got = co_await inner_->read_some(sealed_in_, deadline);
  begin_ = 0;
  end_ = got.bytes;
  // Ended without TLS's own end mark: the bytes so far may be a part only, so it is not an orderly end.
  if (got.failure == Failure::end_of_stream) co_return std::make_error_code(std::errc::connection_reset);
  co_return got.failure;
}

Task<std::error_code> TlsStream::handshake(Tick deadline) {
  for (;;) {
    ERR_clear_error();
    const int result = SSL_do_handshake(ssl_.get());
    if (result == 1) break;
    if (SSL_get_error(ssl_.get(), result) != SSL_ERROR_WANT_READ) {
      const std::error_code failure = failure_of(result);
      co_await flush(deadline);  // the alert, if there is one
      co_return failure;
    }
    const std::error_code failure = co_await refill(deadline);
    if (failure == std::errc::connection_reset) {
      words_ = "the peer ended the connection during the handshake";
      co_return make_error_code(Failure::tls_handshake);
    }
    if (failure) co_return failure;
  }
  const std::error_code flushed = co_await flush(deadline);
  if (flushed) co_return flushed;
  if (SSL_get_verify_result(ssl_.get()) != X509_V_OK) {
    words_ = X509_verify_cert_error_string(SSL_get_verify_result(ssl_.get()));
    co_return make_error_code(Failure::tls_certificate);
  }
  co_return std::error_code();
}

Task<Transfer> TlsStream::read_some(std::span<char> into, Tick deadline) {
  Transfer result;
  for (;;) {
    ERR_clear_error();
    const int got = SSL_read_ex(ssl_.get(), into.data(), into.size(), &result.bytes);
    if (got == 1) co_return result;
    result.bytes = 0;
    if (SSL_get_error(ssl_.get(), got) != SSL_ERROR_WANT_READ) {
      result.failure = failure_of(got);
      co_return result;
    }
    result.failure = co_await refill(deadline);
    if (result.failure) co_return result;
  }
}

Task<Transfer> TlsStream::write(std::span<const std::string_view> parts, Tick deadline) {
  Transfer result;
  Joiner joiner(parts);
  for (std::string_view piece = joiner.next(); !piece.empty(); piece = joiner.next()) {
    ERR_clear_error();
    std::size_t taken = 0;
    const int wrote = SSL_write_ex(ssl_.get(), piece.data(), piece.size(), &taken);
    if (wrote != 1) {
      result.failure = failure_of(wrote);
      co_return result;
    }
    result.bytes += taken;
    if (sealed_out_.size() >= flush_above) {
      result.failure = co_await flush(deadline);
      if (result.failure) co_return result;
    }
  }
  result.failure = co_await flush(deadline);
  co_return result;
}

bool TlsStream::quiet() noexcept { return begin_ == end_ && SSL_has_pending(ssl_.get()) == 0 && inner_->quiet(); }

}  // namespace omniroute::net
