#include "omniroute/resilience/breaker.hpp"

#include <array>

#include "record.hpp"

namespace omniroute::resilience {

using Entry = Cooldown::Entry;

namespace {

/// Names come from requests, too; beyond so many new ones are not watched, and their provider's breaker stands for them.
constexpr std::size_t most_breakers = 4'096;

}  // namespace

std::string_view to_string(Breaker::State state) noexcept {
  constexpr std::array<std::string_view, 3> names{"CLOSED", "OPEN", "HALF_OPEN"};
  return names[static_cast<std::size_t>(state)];
}

Breaker::State Breaker::state(const Profile& profile, Tick now) const noexcept {
  if (!open_) return State::closed;
  return now < retry_at(profile) ? State::open : State::half_open;
}

Entry Breaker::enter(const Profile& profile, Tick now) noexcept {
  switch (state(profile, now)) {
    case State::closed: return Entry::free;
    case State::open: return Entry::refused;
    case State::half_open: break;
  }
  if (probing_) return Entry::refused;
  probing_ = true;
  return Entry::probe;
}

void Breaker::succeed(bool probe) noexcept {
  if (open_ && !probe) return;
  failures_ = 0;
  open_ = false;
  probing_ = false;
}

void Breaker::fail(const Profile& profile, bool probe, Tick now) noexcept {
  // What was under way when it opened says nothing new.
  if (open_ && !probe) return;
  ++failures_;
  failed_ = now;
  if (!probe && failures_ < profile.breaker_threshold) return;
  open_ = true;
  probing_ = false;
  ++openings_;
}

std::string Breaker::to_record(const Now& now) const {
  if (blank()) return {};
  Record record;
  record.add(now.unix_ms_of(failed_)).add(failures_).add(open_ ? 1 : 0).add(openings_);
  return record.text();
}

Breaker Breaker::from_record(std::string_view text, const Now& now) {
  Breaker breaker;
  RecordReader record(text);
  breaker.failed_ = now.tick_of(record.number());
  breaker.failures_ = static_cast<int>(record.number());
  breaker.open_ = record.number() != 0;
  breaker.openings_ = static_cast<std::uint32_t>(record.number());
  return record.good() ? breaker : Breaker();
}

Breakers::Slot* Breakers::find(std::string_view name) {
  const auto found = slots_.find(name);
  return found == slots_.end() ? nullptr : &found->second;
}

Breakers::View Breakers::view(std::string_view name, const Profile& profile, Tick now) const {
  const std::lock_guard lock(mutex_);
  const auto found = slots_.find(name);
  if (found == slots_.end()) return {};
  const Breaker& breaker = found->second.breaker;
  Breaker copy = breaker;
  View view;
  view.state = breaker.state(profile, now);
  view.failures = breaker.failures();
  view.retry_at = breaker.retry_at(profile);
  view.probing = view.state == Breaker::State::half_open && copy.enter(profile, now) == Entry::refused;
  return view;
}

Entry Breakers::enter(std::string_view name, const Profile& profile, Tick now) {
  const std::lock_guard lock(mutex_);
  Slot* slot = find(name);
  return slot == nullptr ? Entry::free : slot->breaker.enter(profile, now);
}

void Breakers::let_go(std::string_view name) {
  const std::lock_guard lock(mutex_);
  if (Slot* slot = find(name)) slot->breaker.let_go();
}

void Breakers::succeed(std::string_view name, bool probe) {
  const std::lock_guard lock(mutex_);
  Slot* slot = find(name);
  if (slot == nullptr || slot->breaker.blank()) return;
  slot->breaker.succeed(probe);
  slot->changed = true;
}

bool Breakers::fail(std::string_view name, const Profile& profile, bool probe, Tick now) {
  const std::lock_guard lock(mutex_);
  Slot* slot = find(name);
  if (slot == nullptr && slots_.size() >= most_breakers) return false;
  if (slot == nullptr) slot = &slots_[std::string(name)];
  const std::uint32_t before = slot->breaker.openings();
  slot->breaker.fail(profile, probe, now);
  slot->changed = true;
  const bool opened = slot->breaker.openings() != before;
  if (opened) ++openings_;
  return opened;
}

void Breakers::reset(std::string_view name) {
  const std::lock_guard lock(mutex_);
  for (auto& [slot_name, slot] : slots_) {
    if (!name.empty() && name != slot_name) continue;
    slot.breaker = Breaker();
    slot.changed = true;
  }
}

std::vector<Breakers::Named> Breakers::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<Named> list;
  list.reserve(slots_.size());
  for (const auto& [name, slot] : slots_) list.push_back({name, slot.breaker});
  return list;
}

std::vector<std::pair<std::string, std::string>> Breakers::take_changes(const Now& now) {
  const std::lock_guard lock(mutex_);
  std::vector<std::pair<std::string, std::string>> changes;
  for (auto slot = slots_.begin(); slot != slots_.end();) {
    if (!slot->second.changed) {
      ++slot;
      continue;
    }
    slot->second.changed = false;
    changes.emplace_back(slot->first, slot->second.breaker.to_record(now));
    // Closed without a failure is what a name without a slot is.
    slot = slot->second.breaker.blank() ? slots_.erase(slot) : std::next(slot);
  }
  return changes;
}

void Breakers::restore(std::string_view name, std::string_view record, const Now& now) {
  const std::lock_guard lock(mutex_);
  const Breaker breaker = Breaker::from_record(record, now);
  if (!breaker.blank()) slots_[std::string(name)].breaker = breaker;
}

std::uint64_t Breakers::openings() const {
  const std::lock_guard lock(mutex_);
  return openings_;
}

}  // namespace omniroute::resilience
