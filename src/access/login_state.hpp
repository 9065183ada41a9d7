#pragma once
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "omniroute/access/login.hpp"
#include "omniroute/crypto/digest.hpp"
#include "omniroute/store/access_tables.hpp"
#include "session_book.hpp"
#include "throttle.hpp"

namespace omniroute::access {

/// What a Login shares with its coroutines. Each method takes the lock for itself and gives it back before anything waits.
struct Login::State {
  State(store::Database& its_database, net::BlockingPool& its_pool, const Clock& its_clock)
      : database(its_database), pool(its_pool), clock(its_clock), sessions(its_clock) {}

  // login.cpp
  /// The wall time of a moment on the clock that never jumps, and back.
  std::int64_t wall_of(Tick moment) const;
  Tick tick_of(std::int64_t moment_ms) const;
  void take_over(const std::vector<domain::Session>& kept, const std::vector<store::LoginTries>& rows);
  void recall(const std::vector<store::LoginTries>& rows);

  // passwords.cpp
  std::string hash() const;
  void set_hash(std::string hash_text);
  void set_token(Secret token);
  std::optional<std::chrono::milliseconds> try_once(const std::string& peer);
  /// Forgets the wrong tries of an address. False if there were none but this one.
  bool let_in(const std::string& peer);
  std::vector<LockedPeer> locked_peers() const;
  bool unlock(const std::string& peer);
  store::LoginTries tries_of(const std::string& peer);
  Task<Status> keep_tries(std::string peer);
  Task<Result<std::string>> make_hash(Secret password);
  Task<bool> is_right(Secret password);
  /// A try of an address: waits, checks, and forgets its wrong ones if it was right.
  Task<Status> prove(std::string peer, Secret password);
  /// Writes a new hash and ends every session, in one transaction. With `first`, only if there was no password.
  Task<Status> store_hash(std::string hash_text, bool first);
  Task<Status> replace(Secret password, bool first);

  // sessions.cpp
  void forget_sessions();
  Task<Result<Secret>> new_session(Visitor visitor);
  void remember(const domain::Session& session, const crypto::Sha256& previous);
  std::optional<std::chrono::milliseconds> age_of(const crypto::Sha256& token_hash);
  std::optional<crypto::Sha256> find_session(std::string_view id) const;
  std::vector<crypto::Sha256> sessions_but(const std::optional<crypto::Sha256>& keep) const;
  void forget(const std::vector<crypto::Sha256>& hashes);
  /// Ends sessions here and on disk.
  Task<Status> end(std::vector<crypto::Sha256> hashes);

  store::Database& database;
  net::BlockingPool& pool;
  const Clock& clock;
  mutable std::mutex mutex;
  std::string encoded;  // of the password; empty = there is none yet
  Secret setup_token;
  SessionBook sessions;
  Throttle throttle;
};

std::int64_t wall_ms(const Clock& clock);

/// Random bytes of a session's or the setup token.
inline constexpr std::size_t token_bytes = 32;

}  // namespace omniroute::access
