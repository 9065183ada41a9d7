#include "omniroute/resilience/limiter.hpp"

#include <algorithm>

namespace omniroute::resilience {
namespace {

using std::chrono::milliseconds;

constexpr auto minute = std::chrono::seconds(60);
/// So many may ask a cold account at once; each answer doubles it.
constexpr int first_width = 4;
constexpr int warm_width = 64;
/// An account that has not answered for so long is cold.
constexpr auto cold_after = std::chrono::minutes(5);

}  // namespace

int Limiter::places(const Limits& limits, Tick now) noexcept {
  int places = limits.concurrency > 0 ? limits.concurrency : INT32_MAX;
  if (!limits.warm_up) return places;
  if (width_ == 0 || (running_ == 0 && now - last_answer_ > cold_after)) width_ = first_width;
  return width_ >= warm_width ? places : std::min(places, width_);
}

Tick Limiter::ready_at(const Limits& limits, Tick now) noexcept {
  milliseconds gap = learnt_gap_ >= milliseconds(0) ? learnt_gap_ : limits.min_gap;
  if (limits.own) gap = std::max(gap, limits.min_gap);
  // Without a gap nobody waits, not even who read the clock before the last one went.
  if (gap > milliseconds(0) && went_ && now < last_go_ + gap) return last_go_ + gap;
  if (learnt_left_ >= 0 && now >= learnt_reset_) learnt_left_ = -1;
  if (learnt_left_ == 0) return learnt_reset_;
  if (limits.per_minute <= 0) return now;
  if (now >= refill_) {
    left_ = limits.per_minute;
    refill_ = now + minute;
  }
  left_ = std::min(left_, limits.per_minute);
  return left_ > 0 ? now : refill_;
}

bool Limiter::free(const Limits& limits, Tick now) noexcept {
  return line_.empty() && running_ < places(limits, now) && ready_at(limits, now) <= now;
}

Limiter::Answer Limiter::ask(std::uint64_t ticket, const Limits& limits, Tick now) {
  if (std::find(line_.begin(), line_.end(), ticket) == line_.end()) line_.push_back(ticket);
  if (line_.front() != ticket || running_ >= places(limits, now)) return {Kind::in_line, {}};
  const Tick at = ready_at(limits, now);
  if (at > now) return {Kind::at, at};
  if (limits.per_minute > 0) --left_;
  if (learnt_left_ > 0) --learnt_left_;
  line_.pop_front();
  ++running_;
  last_go_ = now;
  went_ = true;
  return {Kind::go, {}};
}

bool Limiter::leave(std::uint64_t ticket) {
  const auto place = std::find(line_.begin(), line_.end(), ticket);
  if (place == line_.end()) return false;
  const bool was_first = place == line_.begin();
  line_.erase(place);
  return was_first;
}

void Limiter::release() noexcept { running_ = std::max(0, running_ - 1); }

void Limiter::learn(const RateReading& reading, Tick now) noexcept {
  // product-spec.md f.3, "Learning from response headers".
  constexpr milliseconds over_limit_gap{200};
  if (reading.over_limit) learnt_gap_ = over_limit_gap;
  if (!reading.limit || *reading.limit <= 0) return;
  learnt_gap_ = milliseconds(std::max<std::int64_t>(0, 60'000 / *reading.limit - 10));
  if (!reading.remaining) return;
  if (*reading.remaining * 10 < *reading.limit && reading.reset) {
    learnt_left_ = static_cast<int>(std::clamp<std::int64_t>(*reading.remaining, 0, INT32_MAX));
    learnt_reset_ = now + *reading.reset;
  } else if (*reading.remaining * 2 > *reading.limit) {
    learnt_gap_ = milliseconds(0);
    learnt_left_ = -1;
  }
}

void Limiter::warmed(Tick now) noexcept {
  last_answer_ = now;
  if (width_ > 0 && width_ < warm_width) width_ *= 2;
}

Permit& Permit::operator=(Permit&& other) noexcept {
  if (this == &other) return *this;
  give_back();
  limiters_ = std::exchange(other.limiters_, nullptr);
  name_ = std::move(other.name_);
  return *this;
}

void Permit::give_back() noexcept {
  if (limiters_ != nullptr) std::exchange(limiters_, nullptr)->release(name_);
}

Limiters::Slot& Limiters::slot(std::string_view name) {
  const auto found = slots_.find(name);
  return found == slots_.end() ? slots_[std::string(name)] : found->second;
}

Limiters::Wake Limiters::first_wake(const Slot& slot) {
  const std::uint64_t first = slot.limiter.first();
  for (const Waiter& waiter : slot.waiters)
    if (first != 0 && waiter.ticket == first) return waiter.wake;
  return {};
}

void Limiters::forget(Slot& slot, std::uint64_t ticket) {
  std::erase_if(slot.waiters, [ticket](const Waiter& waiter) { return waiter.ticket == ticket; });
}

Limiters::Asked Limiters::ask(std::string_view name, std::uint64_t ticket, const Limits& limits, Tick now, const Wake& wake) {
  Asked asked;
  Wake next;
  {
    const std::lock_guard lock(mutex_);
    Slot& line = slot(name);
    const auto waiter = std::find_if(line.waiters.begin(), line.waiters.end(), [ticket](const Waiter& w) { return w.ticket == ticket; });
    if (ticket != 0 && waiter != line.waiters.end() && waiter->closed) {
      forget(line, ticket);
      asked.kind = Asked::Kind::closed;
      return asked;
    }
    asked.ticket = ticket != 0 ? ticket : ++line.last_ticket;
    const Limiter::Answer answer = line.limiter.ask(asked.ticket, limits, now);
    asked.at = answer.at;
    if (answer.kind == Limiter::Kind::go) {
      forget(line, asked.ticket);
      asked.permit = Permit(this, std::string(name));
      next = first_wake(line);
    } else {
      asked.kind = answer.kind == Limiter::Kind::at ? Asked::Kind::at : Asked::Kind::in_line;
      if (waiter == line.waiters.end()) line.waiters.push_back({asked.ticket, wake, false});
    }
  }
  if (next) next();
  return asked;
}

bool Limiters::free(std::string_view name, const Limits& limits, Tick now) {
  const std::lock_guard lock(mutex_);
  const auto found = slots_.find(name);
  return found == slots_.end() || found->second.limiter.free(limits, now);
}

void Limiters::leave(std::string_view name, std::uint64_t ticket) {
  Wake next;
  {
    const std::lock_guard lock(mutex_);
    Slot& line = slot(name);
    forget(line, ticket);
    if (line.limiter.leave(ticket)) next = first_wake(line);
  }
  if (next) next();
}

void Limiters::release(std::string_view name) noexcept {
  Wake next;
  {
    const std::lock_guard lock(mutex_);
    Slot& line = slot(name);
    line.limiter.release();
    next = first_wake(line);
  }
  if (next) next();
}

void Limiters::send_away(std::string_view name) {
  std::vector<Wake> all;
  {
    const std::lock_guard lock(mutex_);
    const auto found = slots_.find(name);
    if (found == slots_.end()) return;
    for (Waiter& waiter : found->second.waiters) {
      if (waiter.closed) continue;
      waiter.closed = true;
      found->second.limiter.leave(waiter.ticket);
      all.push_back(waiter.wake);
    }
  }
  for (const Wake& wake : all) wake();
}

void Limiters::learn(std::string_view name, const RateReading& reading, Tick now) {
  if (reading.empty()) return;
  Wake next;
  {
    const std::lock_guard lock(mutex_);
    const auto found = slots_.find(name);
    if (found == slots_.end()) return;
    found->second.limiter.learn(reading, now);
    next = first_wake(found->second);
  }
  if (next) next();
}

void Limiters::warmed(std::string_view name, Tick now) {
  Wake next;
  {
    const std::lock_guard lock(mutex_);
    const auto found = slots_.find(name);
    if (found == slots_.end()) return;
    found->second.limiter.warmed(now);
    next = first_wake(found->second);
  }
  if (next) next();
}

void Limiters::chill(std::string_view name) {
  const std::lock_guard lock(mutex_);
  if (const auto found = slots_.find(name); found != slots_.end()) found->second.limiter.chill();
}

std::vector<Limiters::View> Limiters::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<View> views;
  views.reserve(slots_.size());
  for (const auto& [name, line] : slots_) views.push_back({name, line.limiter.running(), line.limiter.waiting()});
  return views;
}

Limiters::View Limiters::view(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const auto found = slots_.find(name);
  if (found == slots_.end()) return {std::string(name), 0, 0};
  return {std::string(name), found->second.limiter.running(), found->second.limiter.waiting()};
}

}  // namespace omniroute::resilience
