#pragma once
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "omniroute/access/login.hpp"
#include "omniroute/base/clock.hpp"
#include "omniroute/crypto/digest.hpp"
#include "omniroute/domain/session.hpp"

namespace omniroute::access {

constexpr std::chrono::hours session_length{24};

/// The sessions that have not ended, by the hash of their tokens. Not thread safe; Login holds its lock.
class SessionBook {
 public:
  explicit SessionBook(const Clock& clock) : clock_(clock) {}

  /// Takes one over; it ends when its wall time says so, at the latest after session_length on the clock that never jumps.
  void add(const domain::Session& session);
  /// Whether it goes on; if so, how long ago its password was given. Notes that it was seen.
  std::optional<std::chrono::milliseconds> age_of(const crypto::Sha256& token_hash);
  void remove(const crypto::Sha256& token_hash) { entries_.erase(token_hash); }
  void clear() { entries_.clear(); }
  /// Newest first.
  [[nodiscard]] std::vector<SessionInfo> list(const std::optional<crypto::Sha256>& current) const;
  [[nodiscard]] std::optional<crypto::Sha256> find(std::string_view id) const;
  [[nodiscard]] std::vector<crypto::Sha256> all_but(const std::optional<crypto::Sha256>& keep) const;

 private:
  struct Entry {
    domain::Session session;
    Tick ends;
    std::int64_t seen_ms = 0;
  };
  [[nodiscard]] std::int64_t wall_ms() const;
  static std::string id_of(const crypto::Sha256& token_hash);

  const Clock& clock_;
  std::map<crypto::Sha256, Entry> entries_;
};

}  // namespace omniroute::access
