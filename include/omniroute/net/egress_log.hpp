#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "omniroute/base/clock.hpp"

namespace omniroute::net {

/// One try to connect to somebody outside, and what became of the connection.
struct EgressEntry {
  /// `refused`: the address rules forbid all of its addresses, nothing was sent. `failed`: no connection came about.
  enum class State : std::uint8_t { refused, failed, open, closed };
  std::uint64_t id = 0;  ///< grows by one
  WallTime time;
  std::string host;  ///< as it was asked for
  std::uint16_t port = 0;
  bool tls = false;
  std::string proxy;    ///< kind://user@host:port, without the password; empty = direct
  std::string address;  ///< that was connected to, or the one that was refused; the proxy's where one was used
  State state = State::failed;
  std::string reason;                    ///< of a refusal or a failure
  std::chrono::milliseconds connect{0};  ///< name, TCP, proxy and TLS together
  std::uint64_t sent = 0;                ///< bytes on the wire, once closed
  std::uint64_t received = 0;
  std::optional<std::chrono::milliseconds> lasted;  ///< from the connection to its end
};
std::string_view to_string(EgressEntry::State state) noexcept;
std::optional<EgressEntry::State> parse_egress_state(std::string_view word) noexcept;

/// The newest tries to connect of all workers. Any thread.
class EgressLog {
 public:
  static constexpr std::size_t kept = 500;

  /// Gives it its id and keeps it; the oldest goes.
  std::uint64_t note(EgressEntry entry);
  void closed(std::uint64_t id, std::uint64_t sent, std::uint64_t received, std::chrono::milliseconds lasted) noexcept;

  /// What is kept, the newest first.
  [[nodiscard]] std::vector<EgressEntry> read() const;
  /// Ids go on where they were.
  void clear();
  /// Entries of an earlier run, the oldest first; before the first note(). Those that were open then are closed.
  void restore(std::vector<EgressEntry> entries);
  /// What is new or different since the last call, and whether all before was forgotten.
  struct Changes {
    bool cleared = false;
    std::vector<EgressEntry> entries;
  };
  Changes take_changes();

  /// How many there were in all since the start.
  struct Counts {
    std::uint64_t tries = 0;
    std::uint64_t refused = 0;
    std::uint64_t failed = 0;
  };
  [[nodiscard]] Counts counts() const;

 private:
  struct Kept {
    EgressEntry entry;
    bool changed;
  };
  mutable std::mutex mutex_;
  std::deque<Kept> entries_;  // by id
  bool cleared_ = false;
  std::uint64_t last_id_ = 0;
  Counts counts_;
};

}  // namespace omniroute::net
