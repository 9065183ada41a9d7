#include "omniroute/access/login.hpp"

#include <algorithm>

#include "login_state.hpp"
#include "omniroute/crypto/random.hpp"
#include "omniroute/store/repositories.hpp"

namespace omniroute::access {

std::int64_t wall_ms(const Clock& clock) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(clock.wall_now().time_since_epoch()).count();
}

std::int64_t Login::State::wall_of(Tick moment) const {
  return wall_ms(clock) + std::chrono::duration_cast<std::chrono::milliseconds>(moment - clock.now()).count();
}

Tick Login::State::tick_of(std::int64_t moment_ms) const { return clock.now() + std::chrono::milliseconds(moment_ms - wall_ms(clock)); }

void Login::State::take_over(const std::vector<domain::Session>& kept, const std::vector<store::LoginTries>& rows) {
  const std::lock_guard lock(mutex);
  for (const domain::Session& session : kept) sessions.add(session);
  recall(rows);
}

void Login::State::recall(const std::vector<store::LoginTries>& rows) {
  for (const store::LoginTries& row : rows) {
    // A clock that was set back must not lock the owner out for longer than the throttle itself would.
    const std::int64_t latest = wall_ms(clock) + std::chrono::milliseconds(std::chrono::seconds(60)).count();
    Throttle::Tries tries{row.wrong, tick_of(std::min(row.since_ms, wall_ms(clock))), Tick::min()};
    if (row.blocked_until_ms != 0) tries.blocked_until = tick_of(std::min(row.blocked_until_ms, latest));
    throttle.remember(row.peer, tries);
  }
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

}  // namespace omniroute::access
