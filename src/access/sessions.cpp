#include "login_state.hpp"
#include "omniroute/crypto/random.hpp"
#include "omniroute/store/repositories.hpp"

namespace omniroute::access {
namespace {

constexpr std::chrono::minutes recent_login{30};
constexpr std::size_t longest_agent = 200;
constexpr std::string_view cookie_name = "omniroute_session";
/// Browsers take a cookie of this name only with Secure, Path=/ and no Domain (RFC 6265bis, 4.1.3.2).
constexpr std::string_view secure_cookie_name = "__Host-omniroute_session";

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

void Login::State::forget_sessions() {
  const std::lock_guard lock(mutex);
  sessions.clear();
}

Task<Result<Secret>> Login::State::new_session(Visitor visitor) {
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

void Login::State::remember(const domain::Session& session, const crypto::Sha256& previous) {
  const std::lock_guard lock(mutex);
  sessions.remove(previous);
  sessions.add(session);
}

std::optional<std::chrono::milliseconds> Login::State::age_of(const crypto::Sha256& token_hash) {
  const std::lock_guard lock(mutex);
  return sessions.age_of(token_hash);
}

std::optional<crypto::Sha256> Login::State::find_session(std::string_view id) const {
  const std::lock_guard lock(mutex);
  return sessions.find(id);
}

std::vector<crypto::Sha256> Login::State::sessions_but(const std::optional<crypto::Sha256>& keep) const {
  const std::lock_guard lock(mutex);
  return sessions.all_but(keep);
}

void Login::State::forget(const std::vector<crypto::Sha256>& hashes) {
  const std::lock_guard lock(mutex);
  for (const crypto::Sha256& token_hash : hashes) sessions.remove(token_hash);
}

Task<Status> Login::State::end(std::vector<crypto::Sha256> hashes) {
  forget(hashes);
  store::Database::StatusWork work = [hashes = std::move(hashes)](store::Transaction& transaction) -> Status {
    store::Sessions table(transaction);
    for (const crypto::Sha256& token_hash : hashes)
      if (Result<bool> removed = table.remove(token_hash); !removed) return std::move(removed).error();
    return {};
  };
  co_return co_await database.write(std::move(work));
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
