#include <algorithm>
#include <array>

#include "login_state.hpp"
#include "omniroute/base/log.hpp"
#include "omniroute/crypto/password.hpp"
#include "omniroute/store/repositories.hpp"

namespace omniroute::access {
namespace {

constexpr std::size_t shortest_password = 8;
constexpr std::size_t longest_password = 1024;

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

}  // namespace

std::string Login::State::hash() const {
  const std::lock_guard lock(mutex);
  return encoded;
}

void Login::State::set_hash(std::string hash_text) {
  const std::lock_guard lock(mutex);
  encoded = std::move(hash_text);
  setup_token = Secret();
}

void Login::State::set_token(Secret token) {
  const std::lock_guard lock(mutex);
  setup_token = std::move(token);
}

std::optional<std::chrono::milliseconds> Login::State::try_once(const std::string& peer) {
  const std::lock_guard lock(mutex);
  return throttle.enter(peer, clock.now());
}

bool Login::State::let_in(const std::string& peer) {
  const std::lock_guard lock(mutex);
  const Throttle::Tries* tries = throttle.tries_of(peer);
  const bool had_some = tries != nullptr && tries->wrong > 1;
  throttle.succeeded(peer);
  return had_some;
}

std::vector<LockedPeer> Login::State::locked_peers() const {
  const std::lock_guard lock(mutex);
  std::vector<LockedPeer> locked;
  const Tick now = clock.now();
  for (const auto& [peer, tries] : throttle.all())
    if (now < tries.blocked_until)
      locked.push_back({peer, tries.wrong, std::chrono::ceil<std::chrono::milliseconds>(tries.blocked_until - now)});
  std::sort(locked.begin(), locked.end(), [](const LockedPeer& a, const LockedPeer& b) { return a.wait > b.wait; });
  return locked;
}

bool Login::State::unlock(const std::string& peer) {
  const std::lock_guard lock(mutex);
  const Throttle::Tries* tries = throttle.tries_of(peer);
  const bool locked = tries != nullptr && clock.now() < tries->blocked_until;
  if (locked) throttle.succeeded(peer);
  return locked;
}

store::LoginTries Login::State::tries_of(const std::string& peer) {
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

Task<Status> Login::State::keep_tries(std::string peer) {
  const store::LoginTries row = tries_of(peer);
  const std::int64_t oldest = wall_ms(clock) - std::chrono::milliseconds(Throttle::window).count();
  store::Database::StatusWork work = [row, oldest](store::Transaction& transaction) -> Status {
    store::LoginTriesTable table(transaction);
    if (Status cleared = table.remove_older_than(oldest); !cleared) return cleared;
    return row.wrong == 0 ? table.remove(row.peer) : table.save(row);
  };
  co_return co_await database.write(std::move(work));
}

Task<Result<std::string>> Login::State::make_hash(Secret password) {
  const auto job = std::make_shared<HashJob>();
  job->password = std::move(password);
  std::function<void()> work = [job] { job->made = crypto::hash_password(job->password); };
  co_await pool.run(std::move(work));
  co_return job->made;
}

Task<bool> Login::State::is_right(Secret password) {
  const auto job = std::make_shared<HashJob>();
  job->password = std::move(password);
  job->encoded = hash();
  std::function<void()> work = [job] { job->right = !job->encoded.empty() && crypto::verify_password(job->password, job->encoded); };
  co_await pool.run(std::move(work));
  co_return job->right;
}

Task<Status> Login::State::prove(std::string peer, Secret password) {
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

Task<Status> Login::State::store_hash(std::string hash_text, bool first) {
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

Task<Status> Login::State::replace(Secret password, bool first) {
  if (Status fit = check_new_password(password); !fit) co_return fit;
  Result<std::string> hashed = co_await make_hash(std::move(password));
  if (!hashed) co_return std::move(hashed).error();
  std::string hash_text = *std::move(hashed);
  co_return co_await store_hash(std::move(hash_text), first);
}

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

}  // namespace omniroute::access
