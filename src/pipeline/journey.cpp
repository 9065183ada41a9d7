#include "journey.hpp"

#include <algorithm>

#include "body_reader.hpp"
#include "cost.hpp"
#include "race.hpp"

namespace omniroute::pipeline {
namespace {

using resilience::FailureClass;
using resilience::Next;
using std::chrono::milliseconds;

std::optional<std::int64_t> context_of(const routing::Entry& entry) {
  return entry.listed != nullptr ? entry.listed->context : catalog::family_model(entry.model).context;
}

Error client_left() { return {ErrorKind::cancelled, "The client went away."}; }

}  // namespace

const routing::Entry& Journey::entry_of(std::uint16_t candidate) const { return x_.plan.entries[x_.plan.candidates[candidate].entry]; }

void Journey::peer_gone() noexcept {
  gone_ = true;
  if (event_) event_->notify();
}

bool Journey::open(std::uint16_t candidate) const {
  if (tried_[candidate] || left_[x_.plan.candidates[candidate].entry]) return false;
  if (!least_context_) return true;
  const std::optional<std::int64_t> context = context_of(entry_of(candidate));
  return !context || *context > *least_context_;
}

bool Journey::out_of_time() const {
  const milliseconds total = x_.total();
  return total.count() > 0 && now() - x_.began >= total;
}

Task<Status> Journey::run() {
  tried_.assign(x_.plan.candidates.size(), false);
  left_.assign(x_.plan.entries.size(), false);
  if (!x_.plan.combo.empty()) tables_.hedges.note_request(x_.plan.combo, now());
  while (true) {
    const std::optional<std::uint16_t> candidate = co_await choose();
    if (!candidate || out_of_time()) break;
    Status status = co_await ask(*candidate);
    if (status || client_.begun() || status.error().kind == ErrorKind::cancelled) co_return status;
    if (next_ == Next::give_up) break;
  }
  co_return last_words();
}

Task<std::optional<std::uint16_t>> Journey::choose() {
  std::optional<std::uint16_t> first;
  for (const std::uint16_t candidate : x_.plan.order) {
    if (!open(candidate)) continue;
    if (!first) first = candidate;
    // Accounts of one rung stand in for each other: one with a free place goes before one with a line. Rungs do not.
    if (x_.plan.candidates[candidate].entry != x_.plan.candidates[*first].entry) break;
    const routing::Target target = x_.plan.target(candidate);
    const resilience::Limits limits = limits_of(*x_.config, *target.provider, *target.account);
    if (!limits.any() || tables_.limiters.free(target.account->id, limits, now())) co_return candidate;
  }
  co_return first;
}

Task<Status> Journey::ask(std::uint16_t candidate) {
  tried_[candidate] = true;
  const domain::EffectiveConfig& config = entry_of(candidate).config;
  for (int tries = 0;; ++tries) {
    Status status = Error(ErrorKind::internal, "");
    const std::optional<std::uint16_t> second = tries == 0 ? hedge_for(candidate) : std::nullopt;
    if (second) {
      status = co_await race(candidate, *second);
    } else {
      status = co_await ask_once(candidate, tries > 0);
    }
    if (status || client_.begun() || status.error().kind == ErrorKind::cancelled) co_return status;
    if (next_ != Next::same_account || tries >= config.max_retries || out_of_time()) co_return status;
    const bool there = co_await pause(config.retry_delay);
    if (!there) co_return client_left();
  }
}

Task<Status> Journey::ask_once(std::uint16_t candidate, bool retry) {
  Trial::Kind kind;
  kind.retry = retry;
  Trial trial(x_, shared_, candidate, client_, kind);
  co_await trial.take_place();
  Status status = co_await trial.attempt();
  finish(trial, status, true);
  co_return status;
}

void Journey::finish(Trial& trial, const Status& status, bool counts) {
  const std::uint16_t candidate = trial.record().candidate;
  if (!trial.record().skipped) ++x_.outcome.attempts;
  x_.attempts.push_back(trial.record());
  const int attempts = x_.outcome.attempts;
  Outcome& outcome = trial.outcome();
  if (counts) {
    x_.outcome = std::move(outcome);
    x_.reservation = std::move(trial.reservation());
    x_.outcome.attempts = attempts;
  } else if (trial.lost() && outcome.usage.input) {
    x_.beaten.push_back({trial.target(), outcome.usage, outcome.estimated, std::move(trial.reservation())});
  }
  const routing::Plan& plan = x_.plan;
  if (!plan.combo.empty() && entry_of(candidate).config.track_metrics && !trial.record().skipped && !trial.lost()) {
    const auto took = std::chrono::duration_cast<milliseconds>(trial.record().took);
    const std::string name = routing::breaker_name(*trial.target().provider, trial.target().model);
    tables_.combos.note_attempt(plan.combo, name, trial.record().status, status.ok(), took, x_.lane.worker.clock().wall_now());
  }
  if (!status) draw(candidate, status.error());
}

void Journey::draw(std::uint16_t candidate, const Error& error) {
  const routing::AttemptRecord& record = x_.attempts.back();
  ++failures_;
  if (!first_error_ && !record.skipped) first_error_ = error;
  if (record.skipped && record.kind == FailureClass::budget) unpaid_ = error;
  next_ = record.next;
  if (record.skipped && record.kind != FailureClass::budget) next_ = Next::next_account;
  const std::uint16_t entry = x_.plan.candidates[candidate].entry;
  if (record.kind == FailureClass::content_filter && entry_of(candidate).config.filter_fallback) next_ = Next::next_target;
  if (next_ == Next::next_target) left_[entry] = true;
  if (record.kind == FailureClass::context_length) {
    if (const std::optional<std::int64_t> context = context_of(entry_of(candidate)))
      least_context_ = std::max(least_context_.value_or(0), *context);
  }
}

Task<bool> Journey::pause(milliseconds length) {
  event_ = std::make_shared<net::Event>(x_.lane.worker);
  client_.watch_client(this);
  const Tick until = now() + length;
  x_.wait_begins();
  const bool rung = co_await event_->wait(until);
  x_.wait_ends();
  client_.watch_client(nullptr);
  event_.reset();
  // A wait that ends before its time without a ring: the worker stops.
  constexpr milliseconds coarse{500};
  const bool stopping = !rung && now() + coarse < until;
  co_return !gone_ && !stopping;
}

std::optional<std::uint16_t> Journey::hedge_for(std::uint16_t first) {
  const domain::EffectiveConfig& config = entry_of(first).config;
  if (x_.plan.combo.empty() || config.hedge_after.count() == 0 || x_.operation != Operation::generate) return std::nullopt;
  for (const std::uint16_t candidate : x_.plan.order) {
    if (candidate == first || !open(candidate) || x_.plan.candidates[candidate].suspect) continue;
    return candidate;
  }
  return std::nullopt;
}

Task<Status> Journey::race(std::uint16_t candidate, std::uint16_t second) {
  const auto race = std::make_shared<Race>(x_, shared_, client_, candidate, second);
  Status status = co_await race->run();
  const Trial* const winner = race->winner();
  finish(race->first(), race->first_status(), winner == nullptr || winner == &race->first());
  if (race->second() == nullptr) co_return status;
  tried_[second] = true;
  const bool answered = race->first_status().ok();
  finish(*race->second(), race->second_status(), winner == nullptr || winner == race->second());
  // Where the first one failed and the second one, too, the second one's failure says how to go on.
  if (answered) next_ = Next::give_up;
  co_return status;
}

/// The refusal of another plan, now that so much has been learnt; nullopt if that would not refuse.
std::optional<Error> Journey::refused_now() {
  ExchangeBody body(x_);
  const BudgetPurse purse(shared_.spending, *x_.config);
  routing::LiveHealth health(tables_.accounts, tables_.breakers, tables_.combos, tables_.affinity, true, &purse);
  const resilience::Now now = resilience::Now::of(x_.lane.worker.clock());
  const Result<routing::Plan> again = routing::plan({*x_.config, x_.facts, body, health, now});
  if (!again || !again->empty()) return std::nullopt;
  return routing::refusal(*again, now);
}

/// Nothing was sent: what the plan took for ready was not any more. Another look says why.
Error Journey::nothing_left() {
  if (std::optional<Error> refused = refused_now()) return *std::move(refused);
  if (unpaid_) return *unpaid_;  // plans know the providers' budgets, not the caller's
  Error error(ErrorKind::overloaded, "Every target became unavailable while this request waited. Try again.");
  error.origin = Origin::gateway;
  error.retry_after = milliseconds(1'000);
  return error;
}

Error Journey::last_words() {
  if (!first_error_) return nothing_left();
  Error error = *first_error_;
  if (failures_ <= 1) return error;
  // Whichever of them is back first.
  if (const std::optional<Error> refused = refused_now(); refused && refused->retry_after) error.retry_after = refused->retry_after;
  std::string others;
  for (std::size_t i = 1; i < x_.attempts.size(); ++i) {
    const routing::AttemptRecord& attempt = x_.attempts[i];
    if (others.size() > 600) break;
    const routing::Target target = x_.plan.target(attempt.candidate);
    others += (others.empty() ? "" : "; ") + target.provider->alias + "/" + std::string(target.model) + ": " +
              std::string(to_string(attempt.kind));
  }
  error.message += " Then " + others + ".";
  return error;
}

}  // namespace omniroute::pipeline
