#include "omniroute/access/login.hpp"

#include <algorithm>
#include <array>
#include <mutex>

#include "omniroute/base/log.hpp"
#include "omniroute/crypto/digest.hpp"
#include "omniroute/crypto/password.hpp"
#include "omniroute/crypto/random.hpp"
#include "omniroute/store/access_tables.hpp"
#include "omniroute/store/repositories.hpp"
#include "session_book.hpp"
#include "throttle.hpp"

namespace omniroute::access {
namespace {

constexpr std::chrono::minutes recent_login{30};
constexpr std::size_t longest_agent = 200;
constexpr std::size_t token_bytes = 32;
constexpr std::size_t shortest_password = 8;
constexpr std::size_t longest_password = 1024;
constexpr std::string_view cookie_name = "omniroute_session";
/// Browsers take a cookie of this name only with Secure, Path=/ and no Domain (RFC 6265bis, 4.1.3.2).
constexpr std::string_view secure_cookie_name = "__Host-omniroute_session";

/// What everybody tries first, in lower case; the shorter ones fail by length already.
constexpr std::array<std::string_view, 14> too_common{"123456789", "12345678",  "1234567890", "password", "password1",
                                                      "changeme",  "changeme1", "qwertyuiop", "iloveyou", "admin123",
                                                      "letmein1",  "omniroute", "00000000",   "11111111"};

/// A password on its way to or from its hash, on a helper thread.
struct HashJob {
  Secret password;
  std::string encoded;
  Result<std::string> made = std::string();
  bool right = false;
};

std::int64_t wall_ms(const Clock& clock) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(clock.wall_now().time_since_epoch()).count();
}

/// What a browser calls itself, as far as it may be shown.
std::string printable(std::string_view text) {
  std::string clean;
  for (const char c : text.substr(0, longest_agent)) clean.push_back(c >= 0x20 && c < 0x7F ? c : '?');
  return clean;
}

std::optional<crypto::Sha256> hash_of(const Secret& token) {
  if (token.empty()) return std::nullopt;
  return crypto::sha256(token.reveal());
}

std::string_view cookie_value(std::string_view cookies, std::string_view name) noexcept {
  while (!cookies.empty()) {
    const std::size_t end = cookies.find(';');
    std::string_view pair = cookies.substr(0, end);
    while (pair.starts_with(' ')) pair.remove_prefix(1);
    if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=') return pair.substr(name.size() + 1);
    cookies = end == std::string_view::npos ? std::string_view() : cookies.substr(end + 1);
  }
  return {};
}

}  // namespace

struct Login::State {
  State(store::Database& its_database, net::BlockingPool& its_pool, const Clock& its_clock)
      : database(its_database), pool(its_pool), clock(its_clock), sessions(its_clock) {}

  store::Database& database;
  net::BlockingPool& pool;
  const Clock& clock;
  mutable std::mutex mutex;
  std::string encoded;  // of the password; empty = there is none yet
  Secret setup_token;
  SessionBook sessions;
  Throttle throttle;

  std::string hash() const {
    const std::lock_guard lock(mutex);
    return encoded;
  }
  void set_hash(std::string hash_text) {
    const std::lock_guard lock(mutex);
    encoded = std::move(hash_text);
    setup_token = Secret();
  }
  void set_token(Secret token) {
    const std::lock_guard lock(mutex);
    setup_token = std::move(token);
  }
  void forget_sessions() {
    const std::lock_guard lock(mutex);
    sessions.clear();
  }
  std::optional<std::chrono::milliseconds> try_once(const std::string& peer) {
    const std::lock_guard lock(mutex);
    return throttle.enter(peer, clock.now());
  }
  /// Forgets the wrong tries of an address. False if there were none but this one.
  bool let_in(const std::string& peer) {
    const std::lock_guard lock(mutex);
    const Throttle::Tries* tries = throttle.tries_of(peer);
    const bool had_some = tries != nullptr && tries->wrong > 1;
    throttle.succeeded(peer);
    return had_some;
  }
  std::vector<LockedPeer> locked_peers() const {
    const std::lock_guard lock(mutex);
    std::vector<LockedPeer> locked;
    const Tick now = clock.now();
    for (const auto& [peer, tries] : throttle.all())
      if (now < tries.blocked_until)
        locked.push_back({peer, tries.wrong, std::chrono::ceil<std::chrono::milliseconds>(tries.blocked_until - now)});
    std::sort(locked.begin(), locked.end(), [](const LockedPeer& a, const LockedPeer& b) { return a.wait > b.wait; });
    return locked;
  }
  bool unlock(const std::string& peer) {
    const std::lock_guard lock(mutex);
    const Throttle::Tries* tries = throttle.tries_of(peer);
    const bool locked = tries != nullptr && clock.now() < tries->blocked_until;
    if (locked) throttle.succeeded(peer);
    return locked;
  }
  store::LoginTries tries_of(const std::string& peer) {
    const std::lock_guard lock(mutex);
    store::LoginTries row;
    row.peer = peer;
    const Throttle::Tries* tries = throttle.tries_of(peer);
    if (tries == nullptr) return row;
    row.wrong = tries->wrong;
    row.since_ms = wall_of(tries->since);
    if (tries->blocked_until > clock.now()) row.blocked_until_ms = wall_of(tries->blocked_until);
    return row;
  }
  /// The wall time of a moment on the clock that never jumps, and back.
  std::int64_t wall_of(Tick moment) const {
    return wall_ms(clock) + std::chrono::duration_cast<std::chrono::milliseconds>(moment - clock.now()).count();
  }
  Tick tick_of(std::int64_t moment_ms) const { return clock.now() + std::chrono::milliseconds(moment_ms - wall_ms(clock)); }

  void take_over(const std::vector<domain::Session>& kept, const std::vector<store::LoginTries>& rows) {
    const std::lock_guard lock(mutex);
    for (const domain::Session& session : kept) sessions.add(session);
    recall(rows);
  }

  void recall(const std::vector<store::LoginTries>& rows) {
    for (const store::LoginTries& row : rows) {
      // A clock that was set back must not lock the owner out for longer than the throttle itself would.
      const std::int64_t latest = wall_ms(clock) + std::chrono::milliseconds(std::chrono::seconds(60)).count();
      Throttle::Tries tries{row.wrong, tick_of(std::min(row.since_ms, wall_ms(clock))), Tick::min()};
      if (row.blocked_until_ms != 0) tries.blocked_until = tick_of(std::min(row.blocked_until_ms, latest));
      throttle.remember(row.peer, tries);
    }
  }

  Task<Status> keep_tries(std::string peer) {
    const store::LoginTries row = tries_of(peer);
    const std::int64_t oldest = wall_ms(clock) - std::chrono::milliseconds(Throttle::window).count();
    store::Database::StatusWork work = [row, oldest](store::Transaction& transaction) -> Status {
      store::LoginTriesTable table(transaction);
      if (Status cleared = table.remove_older_than(oldest); !cleared) return cleared;
      return row.wrong == 0 ? table.remove(row.peer) : table.save(row);
    };
    co_return co_await database.write(std::move(work));
  }

  Task<Result<std::string>> make_hash(Secret password) {
    const auto job = std::make_shared<HashJob>();
    job->password = std::move(password);
    std::function<void()> work = [job] { job->made = crypto::hash_password(job->password); };
    co_await pool.run(std::move(work));
    co_return job->made;
  }

  Task<bool> is_right(Secret password) {
    const auto job = std::make_shared<HashJob>();
    job->password = std::move(password);
    job->encoded = hash();
    std::function<void()> work = [job] { job->right = !job->encoded.empty() && crypto::verify_password(job->password, job->encoded); };
    co_await pool.run(std::move(work));
    co_return job->right;
  }

  /// A try of an address: waits, checks, and forgets its wrong ones if it was right.
  Task<Status> prove(std::string peer, Secret password) {
    if (const auto wait_for = try_once(peer)) {
      Error error(ErrorKind::rate_limited, "Too many wrong passwords from this address; wait before the next try.");
      error.retry_after = *wait_for;
      co_return error;
    }
    const bool right = co_await is_right(std::move(password));
    const bool forget = right && let_in(peer);
    if (!right || forget) {
      Status kept = co_await keep_tries(std::move(peer));
      if (!kept) log::warn("wrong logins are not kept: {}", kept.error().message);
    }
    if (!right) co_return Error(ErrorKind::unauthorized, "The password is wrong.");
    co_return Status();
  }

  Task<Result<Secret>> new_session(Visitor visitor) {
    Secret token(crypto::random_token(token_bytes));
    domain::Session session;
    session.token_hash = crypto::sha256(token.reveal());
    session.created_ms = wall_ms(clock);
    session.expires_ms = session.created_ms + std::chrono::duration_cast<std::chrono::milliseconds>(session_length).count();
    session.peer = std::move(visitor.peer);
    session.agent = printable(visitor.agent);
    const crypto::Sha256 previous = crypto::sha256(visitor.previous.reveal());
    store::Database::StatusWork work = [session, previous](store::Transaction& transaction) -> Status {
      store::Sessions table(transaction);
      if (Status cleared = table.remove_expired(session.created_ms); !cleared) return cleared;
      if (Result<bool> ended = table.remove(previous); !ended) return ended.error();
      return table.save(session);
    };
    Status saved = co_await database.write(std::move(work));
    if (!saved) co_return std::move(saved).error();
    remember(session, previous);
    co_return token;
  }
  void remember(const domain::Session& session, const crypto::Sha256& previous) {
    const std::lock_guard lock(mutex);
    sessions.remove(previous);
    sessions.add(session);
  }
  std::optional<std::chrono::milliseconds> age_of(const crypto::Sha256& token_hash) {
    const std::lock_guard lock(mutex);
    return sessions.age_of(token_hash);
  }
  std::optional<crypto::Sha256> find_session(std::string_view id) const {
    const std::lock_guard lock(mutex);
    return sessions.find(id);
  }
  std::vector<crypto::Sha256> sessions_but(const std::optional<crypto::Sha256>& keep) const {
    const std::lock_guard lock(mutex);
    return sessions.all_but(keep);
  }
  void forget(const std::vector<crypto::Sha256>& hashes) {
    const std::lock_guard lock(mutex);
    for (const crypto::Sha256& token_hash : hashes) sessions.remove(token_hash);
  }

  /// Ends sessions here and on disk.
  Task<Status> end(std::vector<crypto::Sha256> hashes) {
    forget(hashes);
    store::Database::StatusWork work = [hashes = std::move(hashes)](store::Transaction& transaction) -> Status {
      store::Sessions table(transaction);
      for (const crypto::Sha256& token_hash : hashes)
        if (Result<bool> removed = table.remove(token_hash); !removed) return std::move(removed).error();
      return {};
    };
    co_return co_await database.write(std::move(work));
  }

  /// Writes a new hash and ends every session, in one transaction. With `first`, only if there was no password.
  Task<Status> store_hash(std::string hash_text, bool first) {
    store::Database::StatusWork work = [hash_text, first](store::Transaction& transaction) -> Status {
      store::PasswordHash table(transaction);
      Result<std::optional<std::string>> present = table.get();
      if (!present) return std::move(present).error();
      if (first && *present) return Error(ErrorKind::conflict, "A password is set already.");
      if (Status set = table.set(hash_text); !set) return set;
      return store::Sessions(transaction).remove_all();
    };
    Status written = co_await database.write(std::move(work));
    if (!written) co_return written;
    set_hash(std::move(hash_text));
    forget_sessions();
    co_return Status();
  }

  Task<Status> replace(Secret password, bool first) {
    if (Status fit = check_new_password(password); !fit) co_return fit;
    Result<std::string> hashed = co_await make_hash(std::move(password));
    if (!hashed) co_return std::move(hashed).error();
    std::string hash_text = *std::move(hashed);
    co_return co_await store_hash(std::move(hash_text), first);
  }
};

Status check_new_password(const Secret& password) {
  const std::string_view text = password.reveal();
  if (text.size() < shortest_password) return Error(ErrorKind::bad_request, "The password needs at least 8 characters.", "password");
  if (text.size() > longest_password) return Error(ErrorKind::bad_request, "The password may have at most 1024 bytes.", "password");
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (std::find(too_common.begin(), too_common.end(), lower) != too_common.end())
    return Error(ErrorKind::bad_request, "That password is among the first that anyone would try; choose another.", "password");
  return {};
}

Login::Login(store::Database& database, net::BlockingPool& pool, const Clock& clock)
    : state_(std::make_shared<State>(database, pool, clock)) {}

Login::~Login() = default;

Task<Status> Login::load(Secret initial_password) {
  const std::shared_ptr<State> state = state_;
  struct Stored {
    std::string encoded;
    std::vector<domain::Session> sessions;
    std::vector<store::LoginTries> tries;
  };
  store::Database::Work<Stored> work = [](store::Transaction& transaction) -> Result<Stored> {
    Stored stored;
    Result<std::optional<std::string>> encoded = store::PasswordHash(transaction).get();
    if (!encoded) return std::move(encoded).error();
    stored.encoded = encoded->value_or("");
    Result<std::vector<domain::Session>> sessions = store::Sessions(transaction).all();
    if (!sessions) return std::move(sessions).error();
    stored.sessions = *std::move(sessions);
    Result<std::vector<store::LoginTries>> tries = store::LoginTriesTable(transaction).all();
    if (!tries) return std::move(tries).error();
    stored.tries = *std::move(tries);
    return stored;
  };
  Result<Stored> stored = co_await state->database.read(std::move(work));
  if (!stored) co_return std::move(stored).error();
  state->set_hash(std::move(stored->encoded));
  state->take_over(stored->sessions, stored->tries);
  if (!state->hash().empty()) co_return Status();
  if (!initial_password.empty()) {
    Status set = co_await state->replace(std::move(initial_password), true);
    if (!set) co_return Error(set.error().kind, "INITIAL_PASSWORD cannot be used: " + set.error().message);
    co_return Status();
  }
  state->set_token(Secret(crypto::random_token(token_bytes)));
  co_return Status();
}

Task<Status> Login::reload() {
  const std::shared_ptr<State> state = state_;
  state->forget_sessions();
  Status loaded = co_await load(Secret());
  co_return loaded;
}

bool Login::has_password() const { return !state_->hash().empty(); }

Secret Login::setup_token() const {
  const std::lock_guard lock(state_->mutex);
  return state_->setup_token;
}

Task<Result<Secret>> Login::set_up(Secret token, Secret password, Visitor visitor) {
  const std::shared_ptr<State> state = state_;
  if (has_password()) co_return Error(ErrorKind::conflict, "A password is set already.");
  const Secret expected = setup_token();
  if (token.empty() || !crypto::constant_time_equal(token.reveal(), expected.reveal()))
    co_return Error(ErrorKind::forbidden, "This is not the one-time link that the gateway printed at its start.", "token");
  Status set = co_await state->replace(std::move(password), true);
  if (!set) co_return std::move(set).error();
  log::info("the dashboard password was set through the one-time link");
  co_return co_await state->new_session(std::move(visitor));
}

Task<Result<Secret>> Login::log_in(Visitor visitor, Secret password) {
  const std::shared_ptr<State> state = state_;
  if (!has_password())
    co_return Error(ErrorKind::forbidden, "No password is set yet; use the one-time link that the gateway printed at its start.");
  Status proved = co_await state->prove(visitor.peer, std::move(password));
  if (!proved) co_return std::move(proved).error();
  co_return co_await state->new_session(std::move(visitor));
}

std::vector<LockedPeer> Login::locked_peers() const { return state_->locked_peers(); }

Task<Result<bool>> Login::unlock(std::string peer) {
  const std::shared_ptr<State> state = state_;
  if (!state->unlock(peer)) co_return false;
  Status kept = co_await state->keep_tries(std::move(peer));
  if (!kept) co_return std::move(kept).error();
  co_return true;
}

Task<Status> Login::change_password(std::string peer, Secret current, Secret next) {
  const std::shared_ptr<State> state = state_;
  Status proved = co_await state->prove(std::move(peer), std::move(current));
  if (!proved) co_return proved;
  co_return co_await state->replace(std::move(next), false);
}

Task<Status> Login::reset_password(Secret next) {
  const std::shared_ptr<State> state = state_;
  co_return co_await state->replace(std::move(next), false);
}

Task<Status> Login::log_out(Secret token) {
  const std::shared_ptr<State> state = state_;
  std::vector<crypto::Sha256> hashes(1, crypto::sha256(token.reveal()));
  co_return co_await state->end(std::move(hashes));
}

std::vector<SessionInfo> Login::sessions(const Secret& token) const {
  const std::lock_guard lock(state_->mutex);
  return state_->sessions.list(hash_of(token));
}

Task<Result<bool>> Login::end_session(std::string id) {
  const std::shared_ptr<State> state = state_;
  const std::optional<crypto::Sha256> token_hash = state->find_session(id);
  if (!token_hash) co_return false;
  std::vector<crypto::Sha256> hashes(1, *token_hash);
  Status ended = co_await state->end(std::move(hashes));
  if (!ended) co_return std::move(ended).error();
  co_return true;
}

Task<Result<int>> Login::end_sessions(Secret keep) {
  const std::shared_ptr<State> state = state_;
  std::vector<crypto::Sha256> hashes = state->sessions_but(hash_of(keep));
  const int count = static_cast<int>(hashes.size());
  Status ended = co_await state->end(std::move(hashes));
  if (!ended) co_return std::move(ended).error();
  co_return count;
}

Result<Caller> Login::admit(const http::Request& request) const {
  const std::string_view token = presented_token(request);
  if (token.empty()) return Error(ErrorKind::unauthorized, "You are not logged in.");
  const crypto::Sha256 token_hash = crypto::sha256(token);
  const std::optional<std::chrono::milliseconds> age = state_->age_of(token_hash);
  if (!age) return Error(ErrorKind::unauthorized, "The session has ended; log in again.");
  return Caller{
      Caller::Kind::session, {}, "dashboard", domain::Scope::inference | domain::Scope::read | domain::Scope::admin, *age <= recent_login};
}

std::string_view Login::presented_token(const http::Request& request) noexcept {
  const std::string_view cookies = request.header("cookie");
  const std::string_view secure = cookie_value(cookies, secure_cookie_name);
  return secure.empty() ? cookie_value(cookies, cookie_name) : secure;
}

std::string Login::cookie(const Secret& token, bool secure) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(session_length).count();
  std::string text(secure ? secure_cookie_name : cookie_name);
  text += "=" + std::string(token.reveal()) + "; Path=/; HttpOnly; SameSite=Strict; Max-Age=" + std::to_string(seconds);
  return secure ? text + "; Secure" : text;
}

std::string Login::clear_cookie(bool secure) {
  const std::string text = std::string(secure ? secure_cookie_name : cookie_name) + "=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0";
  return secure ? text + "; Secure" : text;
}

}  // namespace omniroute::access
