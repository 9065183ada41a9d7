#include "omniroute/net/egress_log.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace omniroute::net {
namespace {

constexpr std::array<std::string_view, 4> words{"refused", "failed", "open", "closed"};

}  // namespace

std::string_view to_string(EgressEntry::State state) noexcept { return words[static_cast<std::size_t>(state)]; }

std::optional<EgressEntry::State> parse_egress_state(std::string_view word) noexcept {
  const auto found = std::find(words.begin(), words.end(), word);
  if (found == words.end()) return std::nullopt;
  return static_cast<EgressEntry::State>(found - words.begin());
}

std::uint64_t EgressLog::note(EgressEntry entry) {
  const std::lock_guard lock(mutex_);
  entry.id = ++last_id_;
  ++counts_.tries;
  if (entry.state == EgressEntry::State::refused) ++counts_.refused;
  if (entry.state == EgressEntry::State::failed) ++counts_.failed;
  entries_.push_back({std::move(entry), true});
  if (entries_.size() > kept) entries_.pop_front();
  return last_id_;
}

void EgressLog::closed(std::uint64_t id, std::uint64_t sent, std::uint64_t received, std::chrono::milliseconds lasted) noexcept {
  const std::lock_guard lock(mutex_);
  const auto found =
      std::lower_bound(entries_.begin(), entries_.end(), id, [](const Kept& each, std::uint64_t it) { return each.entry.id < it; });
  if (found == entries_.end() || found->entry.id != id) return;
  found->changed = true;
  EgressEntry& entry = found->entry;
  entry.state = EgressEntry::State::closed;
  entry.sent = sent;
  entry.received = received;
  entry.lasted = lasted;
}

std::vector<EgressEntry> EgressLog::read() const {
  const std::lock_guard lock(mutex_);
  std::vector<EgressEntry> entries;
  entries.reserve(entries_.size());
  for (auto each = entries_.rbegin(); each != entries_.rend(); ++each) entries.push_back(each->entry);
  return entries;
}

void EgressLog::clear() {
  const std::lock_guard lock(mutex_);
  entries_.clear();
  cleared_ = true;
}

void EgressLog::restore(std::vector<EgressEntry> entries) {
  const std::lock_guard lock(mutex_);
  for (EgressEntry& entry : entries) {
    if (entry.id <= last_id_) continue;
    if (entry.state == EgressEntry::State::open) entry.state = EgressEntry::State::closed;
    last_id_ = entry.id;
    entries_.push_back({std::move(entry), false});
    if (entries_.size() > kept) entries_.pop_front();
  }
}

EgressLog::Changes EgressLog::take_changes() {
  const std::lock_guard lock(mutex_);
  Changes changes;
  changes.cleared = std::exchange(cleared_, false);
  for (Kept& each : entries_)
    if (std::exchange(each.changed, false)) changes.entries.push_back(each.entry);
  return changes;
}

EgressLog::Counts EgressLog::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

}  // namespace omniroute::net
