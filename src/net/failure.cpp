#include "omniroute/net/stream.hpp"

namespace omniroute::net {
namespace {

class FailureCategory final : public std::error_category {
 public:
  [[nodiscard]] const char* name() const noexcept override { return "net"; }
  [[nodiscard]] std::string message(int code) const override {
    switch (static_cast<Failure>(code)) {
      case Failure::end_of_stream: return "the peer closed the connection";
      case Failure::timed_out: return "the deadline passed";
      case Failure::cancelled: return "cancelled";
      case Failure::name_not_found: return "the name has no address";
      case Failure::tls_handshake: return "the TLS handshake failed";
      case Failure::tls_certificate: return "the certificate is not trusted for this host";
      case Failure::proxy_refused: return "the proxy refused";
      case Failure::address_refused: return "the address may not be connected to";
    }
    return "unknown failure";
  }
};

}  // namespace

const std::error_category& failure_category() noexcept {
  static const FailureCategory instance;
  return instance;
}

std::error_code make_error_code(Failure failure) noexcept { return {static_cast<int>(failure), failure_category()}; }

}  // namespace omniroute::net
