#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

#include "omniroute/base/clock.hpp"
#include "omniroute/base/task.hpp"

namespace omniroute::net {

/// The failures a stream or connect can have, apart from the operating system's own codes.
enum class Failure {
  end_of_stream = 1,  ///< the peer closed in good order
  timed_out,          ///< the deadline passed
  cancelled,          ///< close() was called while waiting
  name_not_found,
  tls_handshake,    ///< not TLS, no common version, or an alert
  tls_certificate,  ///< chain, host name or date
  proxy_refused,    ///< the egress proxy said no, or does not speak its protocol
  address_refused,  ///< the address is one that must not be connected to (AddressRules)
};
const std::error_category& failure_category() noexcept;
std::error_code make_error_code(Failure failure) noexcept;

/// How one read or write ended. `bytes` counts what was moved before a failure.
struct Transfer {
  std::error_code failure;
  std::size_t bytes = 0;
};

/// Told once when the peer of a watched stream goes away (FIN or RST). Runs on the stream's worker.
class PeerWatch {
 public:
  virtual void peer_gone() noexcept = 0;

 protected:
  ~PeerWatch() = default;
};

/// A connected byte stream: TCP, TLS, a Unix socket, or a pair in memory for tests. Belongs to one worker.
/// At most one read and one write at a time. Deadlines are exact to a quarter of a second: one coarse timer a
/// worker sees to all of them, so that no read arms a timer of its own.
class Stream {
 public:
  virtual ~Stream() = default;
  /// At least one byte, or a failure (Failure::end_of_stream at the end).
  virtual Task<Transfer> read_some(std::span<char> into, Tick deadline) = 0;
  /// All the parts in order, gathered where the kernel can, or a failure. The views outlive the call.
  virtual Task<Transfer> write(std::span<const std::string_view> parts, Tick deadline) = 0;
  /// Ends our direction alone (FIN, close_notify): a pending write fails, reads go on until the peer ends, too.
  virtual void shutdown_write() noexcept = 0;
  /// Pending waits return Failure::cancelled. May be called again.
  virtual void close() noexcept = 0;
  /// While set, the stream looks out for its peer's end; nullptr stops it. Not together with a read.
  virtual void watch_peer(PeerWatch* watch) noexcept = 0;
  /// False when a kept connection may not be used again: the peer closed it, or sent bytes nobody asked for.
  [[nodiscard]] virtual bool quiet() noexcept = 0;
  /// "127.0.0.1" or "::1"; empty for streams without an address.
  [[nodiscard]] virtual std::string peer_address() const = 0;
};

}  // namespace omniroute::net

template <>
struct std::is_error_code_enum<omniroute::net::Failure> : std::true_type {};
