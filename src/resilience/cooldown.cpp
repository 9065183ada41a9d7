#include "omniroute/resilience/cooldown.hpp"

#include <algorithm>
#include <array>

#include "record.hpp"

namespace omniroute::resilience {

std::int64_t Now::wall_ms() const { return std::chrono::duration_cast<std::chrono::milliseconds>(wall.time_since_epoch()).count(); }

Tick Now::tick_of(std::int64_t unix_ms) const { return tick + std::chrono::milliseconds(unix_ms - wall_ms()); }

std::int64_t Now::unix_ms_of(Tick then) const {
  return wall_ms() + std::chrono::duration_cast<std::chrono::milliseconds>(then - tick).count();
}

std::string_view to_string(Cooldown::State state) noexcept {
  constexpr std::array<std::string_view, 4> names{"ready", "suspect", "cooling", "probing"};
  return names[static_cast<std::size_t>(state)];
}

Cooldown::State Cooldown::state(Tick now) const noexcept {
  if (due_) {
    if (now < until_) return State::cooling;
    return probing_ ? State::probing : State::ready;
  }
  return now < until_ ? State::suspect : State::ready;
}

Cooldown::Entry Cooldown::enter(Tick now) noexcept {
  if (!open(now)) return Entry::refused;
  if (!due_) return Entry::free;
  probing_ = true;
  return Entry::probe;
}

bool Cooldown::succeed(Tick began, bool probe) noexcept {
  if (blank()) return false;
  if (!probe && began < since_) return false;
  *this = Cooldown();
  return true;
}

void Cooldown::rest(const Verdict& verdict, Tick began, Tick now) noexcept {
  const bool known = now < until_ && began < since_;
  const bool hard = !verdict.soft;
  if (due_ && !hard && now < until_) return;
  const Tick until = now + verdict.cooldown;
  if (known) {
    until_ = std::max(until_, until);
    due_ = due_ || hard;
    return;
  }
  until_ = until;
  since_ = now;
  due_ = hard || (due_ && !probing_);
  probing_ = false;
  reason_ = verdict.row->kind;
  hinted_ = verdict.hinted;
  if (verdict.raise_level) ++level_;
}

std::string Cooldown::to_record(const Now& now) const {
  if (blank()) return {};
  Record record;
  record.add(now.unix_ms_of(until_)).add(now.unix_ms_of(since_)).add(level_).add(hinted_ ? 1 : 0).add(due_ ? 1 : 0).add(to_string(reason_));
  return record.text();
}

Cooldown Cooldown::from_record(std::string_view text, const Now& now) {
  Cooldown cooldown;
  RecordReader record(text);
  const std::int64_t until = record.number();
  const std::int64_t since = record.number();
  cooldown.level_ = static_cast<int>(record.number());
  cooldown.hinted_ = record.number() != 0;
  cooldown.due_ = record.number() != 0;
  cooldown.reason_ = parse_failure_class(record.word()).value_or(FailureClass::server_error);
  if (!record.good()) return {};
  cooldown.until_ = now.tick_of(until);
  cooldown.since_ = now.tick_of(since);
  return cooldown;
}

}  // namespace omniroute::resilience
