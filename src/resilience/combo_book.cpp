#include "omniroute/resilience/combo_book.hpp"

#include <algorithm>

#include "record.hpp"

namespace omniroute::resilience {
namespace {

// Keys: "turn <round>", "counts <combo>", "counts <combo>\t<target>". Names hold no tab.
constexpr std::string_view turn_mark = "turn ";
constexpr std::string_view counts_mark = "counts ";

std::string counts_key(std::string_view combo, std::string_view target) {
  std::string key(counts_mark);
  key += combo;
  if (!target.empty()) {
    key += '\t';
    key += target;
  }
  return key;
}

std::int64_t signed_of(std::uint64_t count) { return static_cast<std::int64_t>(count); }

std::string record_of(const ComboBook::Counts& counts) {
  Record record;
  for (const std::uint64_t count : {counts.requests, counts.successes, counts.failures, counts.fallbacks, counts.latency_ms})
    record.add(signed_of(count));
  const auto used = std::chrono::duration_cast<std::chrono::milliseconds>(counts.last_used.time_since_epoch());
  record.add(counts.last_status).add(used.count());
  return record.text();
}

ComboBook::Counts counts_of(std::string_view text) {
  RecordReader record(text);
  ComboBook::Counts counts;
  for (std::uint64_t* count : {&counts.requests, &counts.successes, &counts.failures, &counts.fallbacks, &counts.latency_ms})
    *count = static_cast<std::uint64_t>(std::max<std::int64_t>(0, record.number()));
  counts.last_status = static_cast<int>(record.number());
  counts.last_used = WallTime(std::chrono::milliseconds(record.number()));
  return record.good() ? counts : ComboBook::Counts();
}

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
  Kept& kept = entry(entry(combos_, combo).targets, target);
  add(kept.counts, status, ok, took, now);
  kept.changed = true;
}

void ComboBook::note_request(std::string_view combo, int status, bool ok, bool fallback, std::chrono::milliseconds took, WallTime now) {
  const std::lock_guard lock(mutex_);
  Kept& totals = entry(combos_, combo).totals;
  add(totals.counts, status, ok, took, now);
  if (fallback) ++totals.counts.fallbacks;
  totals.changed = true;
}

void ComboBook::uses(std::string_view combo, std::span<const std::string> targets, std::span<std::uint64_t> out) const {
  const std::lock_guard lock(mutex_);
  const auto found = combos_.find(combo);
  if (found == combos_.end()) return;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const auto target = found->second.targets.find(targets[i]);
    if (target != found->second.targets.end()) out[i] = target->second.counts.successes;
  }
}

std::vector<ComboBook::View> ComboBook::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<View> views;
  for (const auto& [name, combo] : combos_) {
    View& view = views.emplace_back();
    view.combo = name;
    view.totals = combo.totals.counts;
    for (const auto& [target, kept] : combo.targets) view.targets.emplace_back(target, kept.counts);
  }
  return views;
}

void ComboBook::note_gone(const std::string& name, const Combo& combo) {
  gone_.push_back(counts_key(name, {}));
  for (const auto& [target, kept] : combo.targets) gone_.push_back(counts_key(name, target));
}

void ComboBook::clear(std::string_view combo) {
  const std::lock_guard lock(mutex_);
  for (auto it = combos_.begin(); it != combos_.end();) {
    const bool meant = combo.empty() || it->first == combo;
    if (meant) note_gone(it->first, it->second);
    it = meant ? combos_.erase(it) : std::next(it);
  }
}

std::vector<ComboBook::Change> ComboBook::take_changes() {
  const std::lock_guard lock(mutex_);
  std::vector<Change> changes;
  for (std::string& key : std::exchange(gone_, {})) changes.push_back({std::move(key), {}});
  for (auto& [name, round] : rounds_)
    if (std::exchange(round.changed, false)) changes.push_back({std::string(turn_mark) + name, std::to_string(round.next)});
  for (auto& [name, combo] : combos_) {
    if (std::exchange(combo.totals.changed, false)) changes.push_back({counts_key(name, {}), record_of(combo.totals.counts)});
    for (auto& [target, kept] : combo.targets)
      if (std::exchange(kept.changed, false)) changes.push_back({counts_key(name, target), record_of(kept.counts)});
  }
  return changes;
}

bool ComboBook::restore(std::string_view key, std::string_view record) {
  if (key.starts_with(turn_mark)) {
    RecordReader reader(record);
    const std::int64_t next = reader.number();
    set_turn(key.substr(turn_mark.size()), reader.good() ? static_cast<std::uint64_t>(next) : 0);
    return true;
  }
  if (!key.starts_with(counts_mark)) return false;
  key.remove_prefix(counts_mark.size());
  const std::size_t tab = key.find('\t');
  const std::lock_guard lock(mutex_);
  Combo& combo = entry(combos_, key.substr(0, tab));
  Kept& kept = tab == std::string_view::npos ? combo.totals : entry(combo.targets, key.substr(tab + 1));
  kept.counts = counts_of(record);
  return true;
}

}  // namespace omniroute::resilience
