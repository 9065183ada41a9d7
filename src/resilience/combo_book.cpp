#include "omniroute/resilience/combo_book.hpp"

namespace omniroute::resilience {
namespace {

template <class Map>
auto& entry(Map& map, std::string_view name) {
  const auto found = map.find(name);
  return found == map.end() ? map[std::string(name)] : found->second;
}

void add(ComboBook::Counts& counts, int status, bool ok, std::chrono::milliseconds took, WallTime now) {
  ++counts.requests;
  ++(ok ? counts.successes : counts.failures);
  counts.latency_ms += static_cast<std::uint64_t>(std::max<std::int64_t>(0, took.count()));
  counts.last_status = status;
  counts.last_used = now;
}

}  // namespace

std::uint64_t ComboBook::take_turn(std::string_view round) {
  const std::lock_guard lock(mutex_);
  Round& known = entry(rounds_, round);
  known.changed = true;
  return known.next++;
}

std::uint64_t ComboBook::turn(std::string_view round) const {
  const std::lock_guard lock(mutex_);
  const auto found = rounds_.find(round);
  return found == rounds_.end() ? 0 : found->second.next;
}

void ComboBook::set_turn(std::string_view round, std::uint64_t turn) {
  const std::lock_guard lock(mutex_);
  entry(rounds_, round).next = turn;
}

void ComboBook::note_attempt(std::string_view combo, std::string_view target, int status, bool ok, std::chrono::milliseconds took,
                             WallTime now) {
  const std::lock_guard lock(mutex_);
  add(entry(entry(combos_, combo).targets, target), status, ok, took, now);
}

void ComboBook::note_request(std::string_view combo, int status, bool ok, bool fallback, std::chrono::milliseconds took, WallTime now) {
  const std::lock_guard lock(mutex_);
  Counts& totals = entry(combos_, combo).totals;
  add(totals, status, ok, took, now);
  if (fallback) ++totals.fallbacks;
}

void ComboBook::uses(std::string_view combo, std::span<const std::string> targets, std::span<std::uint64_t> out) const {
  const std::lock_guard lock(mutex_);
  const auto found = combos_.find(combo);
  if (found == combos_.end()) return;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const auto target = found->second.targets.find(targets[i]);
    if (target != found->second.targets.end()) out[i] = target->second.successes;
  }
}

std::vector<ComboBook::View> ComboBook::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<View> views;
  for (const auto& [name, combo] : combos_) {
    View& view = views.emplace_back();
    view.combo = name;
    view.totals = combo.totals;
    view.targets.assign(combo.targets.begin(), combo.targets.end());
  }
  return views;
}

void ComboBook::clear(std::string_view combo) {
  const std::lock_guard lock(mutex_);
  if (combo.empty()) {
    combos_.clear();
  } else if (const auto found = combos_.find(combo); found != combos_.end()) {
    combos_.erase(found);
  }
}

std::vector<std::pair<std::string, std::uint64_t>> ComboBook::take_changes() {
  const std::lock_guard lock(mutex_);
  std::vector<std::pair<std::string, std::uint64_t>> changes;
  for (auto& [name, round] : rounds_)
    if (std::exchange(round.changed, false)) changes.emplace_back(name, round.next);
  return changes;
}

}  // namespace omniroute::resilience
