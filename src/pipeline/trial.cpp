#include "trial.hpp"

#include <algorithm>

#include "compaction.hpp"
#include "cost.hpp"
#include "omniroute/base/log.hpp"

namespace omniroute::pipeline {
namespace {

using resilience::Cooldown;
using resilience::FailureClass;
using resilience::Limiters;
using resilience::Scope;
using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::milliseconds;

/// Waits up to so long keep to the moment; longer ones to a quarter of a second.
constexpr auto exact_wait = std::chrono::seconds(1);

Error rests(const std::string& who, const std::string& why) {
  Error error(ErrorKind::overloaded, who + " " + why);
  error.origin = Origin::gateway;
  return error;
}

}  // namespace

/// What a waiter sleeps on; others ring it from their own workers.
struct Trial::Bell {
  explicit Bell(net::Worker& worker) : event(worker) {}
  net::Event event;
};

resilience::Limits limits_of(const config::Snapshot& config, const catalog::Provider& provider, const domain::Account& account) {
  const config::Settings& settings = config.settings();
  const config::AccountRouting& own = config.routing().account(account.id);
  const bool by_kind = account.auth_type == domain::AuthType::api_key && !provider.is_node;
  resilience::Limits limits;
  if (own.rate_limit_protection.value_or(by_kind)) {
    limits.per_minute = static_cast<int>(settings.rate_limit_per_minute);
    limits.min_gap = settings.rate_limit_min_gap;
    limits.concurrency = static_cast<int>(settings.rate_limit_concurrency);
    limits.warm_up = settings.warm_up;
    limits.own = config.setting_source("rate_limit_min_gap_ms") != config::SettingSource::fallback;
  }
  if (own.max_concurrency > 0) limits.concurrency = own.max_concurrency;
  return limits;
}

Trial::Trial(Exchange& exchange, Shared shared, std::uint16_t candidate, http::ReplySink& client, Kind kind)
    : x_(exchange),
      tables_(shared.tables),
      spending_(shared.spending),
      candidate_(candidate),
      client_(client),
      kind_(kind),
      target_(exchange.plan.target(candidate)),
      profile_(routing::profile_of(exchange.config->settings(), *target_.account)),
      target_breaker_(routing::breaker_name(*target_.provider, target_.model)),
      began_(now()),
      attempt_(exchange, target_, clocks(), client, *this) {
  record_.candidate = candidate;
  record_.retry = kind.retry;
  record_.hedge = kind.hedge;
  record_.began = duration_cast<microseconds>(began_ - exchange.began);
  attempt_.outcome.target = target_;
}

const routing::Entry& Trial::entry() const { return x_.plan.entries[x_.plan.candidates[candidate_].entry]; }

AttemptClocks Trial::clocks() const {
  AttemptClocks clocks;
  const domain::EffectiveConfig& config = entry().config;
  clocks.content = config.timeout;
  if (entry().probation) clocks.connect = config.health_check_timeout;
  const milliseconds total = x_.total();
  if (total.count() > 0) {
    const auto spent = duration_cast<milliseconds>(now() - x_.began);
    clocks.total = std::max(milliseconds(1), total - spent);
  }
  return clocks;
}

void Trial::peer_gone() noexcept {
  gone_ = true;
  if (bell_) bell_->event.notify();
}

void Trial::cancel() noexcept {
  lost_ = true;
  attempt_.cancel();
  if (bell_) bell_->event.notify();
}

Task<void> Trial::take_place() {
  const resilience::Limits limits = limits_of(*x_.config, *target_.provider, *target_.account);
  limited_ = limits.any();
  const bool in_rounds = !x_.plan.combo.empty() && x_.plan.ordering == "round-robin";
  if (!limited_ && !in_rounds) co_return;
  bell_ = std::make_shared<Bell>(x_.lane.worker);
  client_.watch_client(this);
  x_.wait_begins();
  Status placed;
  if (in_rounds) {
    resilience::Limits places;
    places.concurrency = entry().config.concurrency_per_model;
    placed = co_await wait_in_line(x_.plan.round + " " + target_breaker_, places, round_permit_);
  }
  if (placed && limited_) placed = co_await wait_in_line(target_.account->id, limits, permit_);
  x_.wait_ends();
  client_.watch_client(nullptr);
  bell_.reset();
  record_.queued = duration_cast<microseconds>(now() - began_);
  if (!placed) no_place_ = std::move(placed).error();
}

Task<Status> Trial::wait_in_line(std::string name, resilience::Limits limits, resilience::Permit& permit) {
  net::Worker* const worker = &x_.lane.worker;
  const std::weak_ptr<Bell> bell = bell_;
  const Limiters::Wake wake = [worker, bell] {
    worker->post([bell] {
      if (const std::shared_ptr<Bell> waiter = bell.lock()) waiter->event.notify();
    });
  };
  const Tick give_up = began_ + entry().config.queue_timeout;
  std::uint64_t ticket = 0;
  while (true) {
    Limiters::Asked asked = tables_.limiters.ask(name, ticket, limits, now(), wake);
    if (asked.kind == Limiters::Asked::Kind::go) {
      permit = std::move(asked.permit);
      co_return Status();
    }
    if (asked.kind == Limiters::Asked::Kind::closed) co_return rests(target_.provider->name, "sent its line away: the account rests.");
    ticket = asked.ticket;
    if (now() >= give_up) {
      tables_.limiters.leave(name, ticket);
      co_return rests(target_.provider->name,
                      "had no free place within " + std::to_string(entry().config.queue_timeout.count()) + " ms (queue clock).");
    }
    const bool timed = asked.kind == Limiters::Asked::Kind::at;
    const Tick until = timed ? std::min(asked.at, give_up) : give_up;
    bool rung = false;
    if (timed && until - now() < exact_wait) {
      co_await worker->sleep_until(until);
    } else {
      rung = co_await bell_->event.wait(until);
    }
    // A wait that ends before its time without a ring: the worker stops.
    const bool stopping = !rung && now() + exact_wait / 2 < until;
    if (gone_ || lost_ || stopping) {
      tables_.limiters.leave(name, ticket);
      co_return Error(ErrorKind::cancelled, "The client went away.");
    }
  }
}

Status Trial::pass_breakers() {
  if (!entry().config.health_check) return {};
  const Cooldown::Entry provider = tables_.breakers.enter(target_.provider->id, profile_, now());
  if (provider == Cooldown::Entry::refused) return rests("The circuit breaker of " + target_.provider->name, "is open.");
  pass_.provider_probe = provider == Cooldown::Entry::probe;
  const Cooldown::Entry model = tables_.breakers.enter(target_breaker_, profile_, now());
  if (model == Cooldown::Entry::refused) {
    give_breakers_back();
    return rests("The circuit breaker of " + target_breaker_, "is open.");
  }
  pass_.target_probe = model == Cooldown::Entry::probe;
  pass_.given = true;
  return {};
}

void Trial::give_breakers_back() {
  if (pass_.provider_probe) tables_.breakers.let_go(target_.provider->id);
  if (pass_.target_probe) tables_.breakers.let_go(target_breaker_);
  pass_ = Pass();
}

Status Trial::admit() {
  if (no_place_) return *no_place_;
  Result<access::Reservation> held = reserve(x_, spending_, target_);
  if (!held) return std::move(held).error();
  reservation_ = *std::move(held);
  if (Status passed = pass_breakers(); !passed) return passed;
  resilience::AccountBook::Admission admission = tables_.accounts.admit(target_.account->id, target_.model, now());
  if (!admission.visit) {
    give_breakers_back();
    const std::string what =
        admission.scope == Scope::model ? "This model of " + target_.provider->name : "The account of " + target_.provider->name;
    return rests(what, "rests after " + std::string(to_string(admission.reason)) + ".");
  }
  visit_ = std::move(*admission.visit);
  record_.probe = visit_.probe() || pass_.provider_probe || pass_.target_probe;
  return {};
}

Task<Status> Trial::attempt() {
  if (Status admitted = admit(); !admitted) {
    record_.skipped = admitted.error().kind != ErrorKind::cancelled;
    note_failure(admitted.error());
    co_return admitted;
  }
  Status status = co_await attempt_.run();
  record_.took = duration_cast<microseconds>(now() - began_);
  if (attempt_.head_at()) record_.head = duration_cast<microseconds>(*attempt_.head_at() - began_);
  if (attempt_.outcome.first_token) record_.first_content = duration_cast<microseconds>(*attempt_.outcome.first_token - began_);
  learn_limits();
  if (status) {
    record_.ok = true;
    record_.status = 200;
    settle_success();
  } else {
    settle_failure(status.error());
  }
  give_breakers_back();
  visit_.end();
  permit_.give_back();
  round_permit_.give_back();
  co_return status;
}

void Trial::content_begins() {
  if (began_content_ || lost_) return;
  if (kind_.claim != nullptr && !kind_.claim->claim()) {
    lost_ = true;
    return;
  }
  began_content_ = true;
  const Tick at = now();
  visit_.succeed(duration_cast<milliseconds>(at - began_), at);
  tables_.breakers.succeed(target_.provider->id, std::exchange(pass_.provider_probe, false));
  tables_.breakers.succeed(target_breaker_, std::exchange(pass_.target_probe, false));
  if (limited_) tables_.limiters.warmed(target_.account->id, at);
  if (!attempt_.outcome.dropped.empty()) x_.reply_headers.push_back({"x-omniroute-dropped", attempt_.outcome.dropped});
  std::vector<routing::AttemptRecord> course = x_.attempts;
  record_.ok = true;
  course.push_back(record_);
  record_.ok = false;
  x_.reply_headers.push_back({"x-omniroute-route", routing::short_route(x_.plan, course)});
  remember_bond();  // before the client has its answer: its next turn may come at once
}

void Trial::learn_limits() {
  const resilience::RateReading& rate = attempt_.rate();
  if (limited_ && !rate.empty()) tables_.limiters.learn(target_.account->id, rate, now());
  if (attempt_.quota().empty()) return;
  tables_.accounts.correct(target_.account->id, attempt_.quota(), windows(), false, wall_now());
}

void Trial::count_usage() {
  const auto rules = windows();
  if (rules.empty()) return;
  const ir::Usage& usage = attempt_.outcome.usage;
  const std::int64_t tokens = usage.total.value_or(usage.input.value_or(0) + usage.output.value_or(0));
  tables_.accounts.count(target_.account->id, target_.model, rules, tokens, wall_now());
}

void Trial::remember_bond() {
  const std::optional<routing::Affinity>& affinity = x_.facts.affinity;
  if (!affinity || affinity->source == routing::AffinitySource::none) return;
  const ir::Usage& usage = attempt_.outcome.usage;
  resilience::Bond bond;
  bond.provider = target_.provider->id;
  bond.model = target_.model;
  bond.account = target_.account->id;
  // What was read from the cache, and what was written to it, lies there for the next turn; until that is told, what lay there before.
  if (usage.cache_read || usage.cache_write) {
    bond.cached_tokens = usage.cache_read.value_or(0) + usage.cache_write.value_or(0);
  } else if (const auto before = tables_.affinity.find(affinity->key);
             before && before->account == bond.account && before->model == bond.model) {
    bond.cached_tokens = before->cached_tokens;
  }
  bond.used = now();
  tables_.affinity.note(affinity->key, std::move(bond));
}

void Trial::settle_success() {
  content_begins();
  count_usage();
  remember_bond();
}

/// No other account of this entry can be asked instead: then a 429 is the provider's, too (product-spec.md f.1).
bool Trial::last_of_its_entry() const {
  const routing::Plan& plan = x_.plan;
  const std::uint16_t own = plan.candidates[candidate_].entry;
  return std::none_of(plan.order.begin(), plan.order.end(), [&](std::uint16_t other) {
    if (other == candidate_ || plan.candidates[other].entry != own) return false;
    return std::none_of(x_.attempts.begin(), x_.attempts.end(),
                        [other](const routing::AttemptRecord& past) { return past.candidate == other; });
  });
}

void Trial::count_for_breakers(bool provider_at_fault) {
  if (!provider_at_fault) return;
  const bool provider_opened = tables_.breakers.fail(target_.provider->id, profile_, std::exchange(pass_.provider_probe, false), now());
  const bool target_opened = tables_.breakers.fail(target_breaker_, profile_, std::exchange(pass_.target_probe, false), now());
  if (provider_opened) log::warn("circuit breaker opened: provider={}", target_.provider->id);
  if (target_opened && !provider_opened) log::warn("circuit breaker opened: target={}", target_breaker_);
  if (provider_opened) tables_.limiters.chill(target_.account->id);
}

void Trial::settle_no_compaction() {
  record_.row = no_compaction;
  record_.kind = FailureClass::bad_request;
  record_.next = resilience::Next::next_target;
}

void Trial::settle_loss() {
  const resilience::Phase phase = attempt_.phase();
  if (phase != resilience::Phase::head && phase != resilience::Phase::content) return;
  Outcome& outcome = attempt_.outcome;
  if (!outcome.usage.input) {
    constexpr std::size_t bytes_a_token = 4;  // of English text and of JSON, about
    outcome.estimated = true;
    outcome.usage.input = static_cast<std::int64_t>(x_.request.body.size() / bytes_a_token + 1);
  }
  count_usage();
}

void Trial::settle_failure(const Error& error) {
  note_failure(error);
  if (lost_) settle_loss();
  if (lost_ || error.kind == ErrorKind::cancelled) return;
  if (x_.operation == Operation::compact && lacks_compaction(error)) return settle_no_compaction();
  if (attempt_.head_at() && began_content_) count_usage();
  const std::optional<resilience::Hint>& hint = attempt_.hint();
  std::optional<milliseconds> wait = error.retry_after;
  if (hint) wait = hint->wait;
  const resilience::Failure failure = resilience::failure_of(error, attempt_.phase(), target_.model);
  verdict_ = resilience::judge(failure, visit_.level(), wait, profile_, x_.config->settings().cooldown_ceiling);
  record_.next = verdict_.next;
  record_.scope = verdict_.scope;
  record_.cooldown = verdict_.cooldown;
  visit_.fail(verdict_, now());
  const FailureClass kind = verdict_.row->kind;
  const bool exhausted = kind == FailureClass::rate_limit && error.upstream_status == 429 && last_of_its_entry();
  count_for_breakers(verdict_.row->health || exhausted);
  if (verdict_.scope == Scope::account && !verdict_.soft && verdict_.cooldown.count() > 0) tables_.limiters.send_away(target_.account->id);
  log::warn("attempt failed: request={} provider={} account={} model={} rule={} next={} cooldown_ms={} message={}", x_.id,
            target_.provider->id, target_.account->id, target_.model, verdict_.row->name, to_string(verdict_.next),
            verdict_.cooldown.count(), error.message);
}

void Trial::note_failure(const Error& error) {
  constexpr std::size_t longest = 200;
  const resilience::Failure failure = resilience::failure_of(error, no_place_ ? resilience::Phase::queue : attempt_.phase(), target_.model);
  const resilience::FailureRow& row = resilience::classify(failure);
  record_.ok = false;
  record_.took = duration_cast<microseconds>(now() - began_);
  record_.status = error.upstream_status;
  record_.kind = row.kind;
  record_.row = row.name;
  record_.next = attempt_.phase() == resilience::Phase::stream ? resilience::Next::give_up : row.next;
  record_.message = lost_ ? "another target answered first" : error.message.substr(0, longest);
}

}  // namespace omniroute::pipeline
