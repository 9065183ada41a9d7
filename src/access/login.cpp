#include "omniroute/access/login.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <mutex>

#include "omniroute/base/log.hpp"
#include "omniroute/crypto/digest.hpp"
#include "omniroute/crypto/password.hpp"
#include "omniroute/crypto/random.hpp"
#include "omniroute/store/repositories.hpp"
#include "throttle.hpp"

namespace omniroute::access {
namespace {

constexpr std::chrono::hours session_length{24};
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
      : database(its_database), pool(its_pool), clock(its_clock) {}

  store::Database& database;
  net::BlockingPool& pool;
  const Clock& clock;
  mutable std::mutex mutex;
  std::string encoded;  // of the password; empty = there is none yet
  Secret setup_token;
  std::map<crypto::Sha256, Tick> sessions;  // by the token's hash: the end, on the clock that never jumps
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
  void forget_sessions() {
    const std::lock_guard lock(mutex);
    sessions.clear();
  }
  std::optional<std::chrono::milliseconds> try_once(const std::string& peer) {
    const std::lock_guard lock(mutex);
    return throttle.enter(peer, clock.now());
  }
  void let_in(const std::string& peer) {
    const std::lock_guard lock(mutex);
    throttle.succeeded(peer);
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
    if (!right) co_return Error(ErrorKind::unauthorized, "The password is wrong.");
    let_in(peer);
    co_return Status();
  }

  Task<Result<Secret>> new_session() {
    Secret token(crypto::random_token(token_bytes));
    domain::Session session;
    session.token_hash = crypto::sha256(token.reveal());
    session.created_ms = wall_ms(clock);
    session.expires_ms = session.created_ms + std::chrono::duration_cast<std::chrono::milliseconds>(session_length).count();
    store::Database::StatusWork work = [session](store::Transaction& transaction) {
      store::Sessions table(transaction);
      if (Status cleared = table.remove_expired(session.created_ms); !cleared) return cleared;
      return table.save(session);
    };
    Status saved = co_await database.write(std::move(work));
    if (!saved) co_return std::move(saved).error();
    remember(session.token_hash);
    co_return token;
  }
  void remember(const crypto::Sha256& token_hash) {
    const std::lock_guard lock(mutex);
    std::erase_if(sessions, [now = clock.now()](const auto& entry) { return entry.second <= now; });
    sessions[token_hash] = clock.now() + session_length;
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
  };
  store::Database::Work<Stored> work = [](store::Transaction& transaction) -> Result<Stored> {
    Stored stored;
    Result<std::optional<std::string>> encoded = store::PasswordHash(transaction).get();
    if (!encoded) return std::move(encoded).error();
    stored.encoded = encoded->value_or("");
    Result<std::vector<domain::Session>> sessions = store::Sessions(transaction).all();
    if (!sessions) return std::move(sessions).error();
    stored.sessions = *std::move(sessions);
    return stored;
  };
  Result<Stored> stored = co_await state->database.read(std::move(work));
  if (!stored) co_return std::move(stored).error();
  state->encoded = std::move(stored->encoded);
  const std::int64_t now_ms = wall_ms(state->clock);
  for (const domain::Session& session : stored->sessions) {
    const std::chrono::milliseconds left(session.expires_ms - now_ms);
    if (left.count() > 0)
      state->sessions[session.token_hash] = state->clock.now() + std::min<std::chrono::milliseconds>(left, session_length);
  }
  if (!state->encoded.empty()) co_return Status();
  if (!initial_password.empty()) {
    Status set = co_await state->replace(std::move(initial_password), true);
    if (!set) co_return Error(set.error().kind, "INITIAL_PASSWORD cannot be used: " + set.error().message);
    co_return Status();
  }
  state->setup_token = Secret(crypto::random_token(token_bytes));
  co_return Status();
}

bool Login::has_password() const { return !state_->hash().empty(); }

Secret Login::setup_token() const {
  const std::lock_guard lock(state_->mutex);
  return state_->setup_token;
}

Task<Result<Secret>> Login::set_up(Secret token, Secret password) {
  const std::shared_ptr<State> state = state_;
  if (has_password()) co_return Error(ErrorKind::conflict, "A password is set already.");
  const Secret expected = setup_token();
  if (token.empty() || !crypto::constant_time_equal(token.reveal(), expected.reveal()))
    co_return Error(ErrorKind::forbidden, "This is not the one-time link that the gateway printed at its start.", "token");
  Status set = co_await state->replace(std::move(password), true);
  if (!set) co_return std::move(set).error();
  log::info("the dashboard password was set through the one-time link");
  co_return co_await state->new_session();
}

Task<Result<Secret>> Login::log_in(std::string peer, Secret password) {
  const std::shared_ptr<State> state = state_;
  if (!has_password())
    co_return Error(ErrorKind::forbidden, "No password is set yet; use the one-time link that the gateway printed at its start.");
  Status proved = co_await state->prove(std::move(peer), std::move(password));
  if (!proved) co_return std::move(proved).error();
  co_return co_await state->new_session();
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
  const crypto::Sha256 token_hash = crypto::sha256(token.reveal());
  {
    const std::lock_guard lock(state->mutex);
    state->sessions.erase(token_hash);
  }
  store::Database::StatusWork work = [token_hash](store::Transaction& transaction) -> Status {
    Result<bool> removed = store::Sessions(transaction).remove(token_hash);
    if (!removed) return std::move(removed).error();
    return {};
  };
  co_return co_await state->database.write(std::move(work));
}

Result<Caller> Login::admit(const http::Request& request) const {
  const std::string_view token = presented_token(request);
  if (token.empty()) return Error(ErrorKind::unauthorized, "You are not logged in.");
  const crypto::Sha256 token_hash = crypto::sha256(token);
  const std::lock_guard lock(state_->mutex);
  const auto session = state_->sessions.find(token_hash);
  if (session == state_->sessions.end() || session->second <= state_->clock.now())
    return Error(ErrorKind::unauthorized, "The session has ended; log in again.");
  return Caller{Caller::Kind::session, {}, "dashboard", domain::Scope::inference | domain::Scope::read | domain::Scope::admin};
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
