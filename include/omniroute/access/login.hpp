#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "omniroute/access/gate.hpp"
#include "omniroute/base/clock.hpp"
#include "omniroute/base/result.hpp"
#include "omniroute/base/secret.hpp"
#include "omniroute/base/task.hpp"
#include "omniroute/http/message.hpp"
#include "omniroute/net/worker.hpp"
#include "omniroute/store/database.hpp"

namespace omniroute::access {

/// Who knocks: what a new session remembers of its browser.
struct Visitor {
  std::string peer;   ///< the address that counts for throttling
  std::string agent;  ///< the User-Agent header
  Secret previous;    ///< the session token it brought, or empty; that session ends when a new one begins
};

/// A session as its owner sees it.
struct SessionInfo {
  std::string id;  ///< the first half of the token's hash, as hex: names it and opens nothing
  std::string peer;
  std::string agent;
  std::int64_t created_ms = 0;
  std::int64_t expires_ms = 0;
  std::int64_t seen_ms = 0;  ///< of this run of the program; 0 = not yet
  bool current = false;      ///< the one that asks
};

/// An address that has to wait before its next try.
struct LockedPeer {
  std::string peer;
  int wrong = 0;  ///< tries
  std::chrono::milliseconds wait{0};
};

/// The dashboard's password and sessions. Shared by all workers; its one lock is held for microseconds.
/// Passwords have 8 to 1024 bytes; "123456", "CHANGEME" and their like are refused. argon2id runs on `pool`.
class Login {
 public:
  Login(store::Database& database, net::BlockingPool& pool, const Clock& clock);
  ~Login();

  /// Reads password hash and sessions; `initial_password` (INITIAL_PASSWORD, may be empty) is stored if no password exists.
  /// Error: the initial password is refused, or the disk fails.
  Task<Status> load(Secret initial_password);

  /// Reads password and sessions again, after the configuration was restored.
  Task<Status> reload();

  /// True once a password exists. Before, only the one-time setup token opens anything.
  [[nodiscard]] bool has_password() const;
  /// The one-time token of the first start, to be printed by the daemon; empty once a password exists.
  [[nodiscard]] Secret setup_token() const;
  /// Sets the first password; `token` is the setup token. Answers with a session's token. Errors: forbidden, conflict, bad_request.
  Task<Result<Secret>> set_up(Secret token, Secret password, Visitor visitor);

  /// Checks the password and answers with a new session's token. Errors: unauthorized; rate_limited with retry_after.
  /// After 10 wrong tries of an address in 5 minutes each further try costs it a wait of 60 s, across restarts; sessions that
  /// exist go on.
  Task<Result<Secret>> log_in(Visitor visitor, Secret password);
  /// The addresses that have to wait now, longest wait first.
  [[nodiscard]] std::vector<LockedPeer> locked_peers() const;
  /// Forgets the wrong tries of an address. False if it does not have to wait.
  Task<Result<bool>> unlock(std::string peer);
  /// Ends every session, the caller's too. Errors as log_in, and bad_request for the new password.
  Task<Status> change_password(std::string peer, Secret current, Secret next);
  /// Without the old one, for `omniroute reset-password` on the machine itself.
  Task<Status> reset_password(Secret next);
  Task<Status> log_out(Secret token);

  /// Those that have not ended, newest first; `token` is the asking session's, or empty.
  [[nodiscard]] std::vector<SessionInfo> sessions(const Secret& token) const;
  /// Ends the session of that id. False if there is none.
  Task<Result<bool>> end_session(std::string id);
  /// Ends all but the asking one's (all, if `keep` is empty). How many that were.
  Task<Result<int>> end_sessions(Secret keep);

  /// The caller behind the session cookie; unauthorized if there is none, or an ended one.
  [[nodiscard]] Result<Caller> admit(const http::Request& request) const;
  /// The token in the request's cookie, or empty. A view into the headers.
  static std::string_view presented_token(const http::Request& request) noexcept;
  /// Value of Set-Cookie for a new session: HttpOnly, SameSite=Strict, Path=/, 24 h. `secure` adds Secure and the __Host- name.
  static std::string cookie(const Secret& token, bool secure);
  /// Value of Set-Cookie that takes it away.
  static std::string clear_cookie(bool secure);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// Bad_request if the text may not be a password: too short, too long, or one of those everybody tries first.
Status check_new_password(const Secret& password);

}  // namespace omniroute::access
