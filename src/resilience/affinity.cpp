#include "omniroute/resilience/affinity.hpp"

#include <charconv>
#include <iterator>
#include <utility>

#include "record.hpp"

namespace omniroute::resilience {
namespace {

constexpr std::string_view mark = "bond ";
/// No prompt cache lives longer (the longest offered is 24 hours).
constexpr auto longest_life = std::chrono::hours(24);

std::string key_text(std::uint64_t key) { return std::string(mark) + std::to_string(key); }

}  // namespace

std::optional<Bond> Affinity::find(std::uint64_t key) const {
  const std::lock_guard lock(mutex_);
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return std::nullopt;
  return found->second->bond;
}

void Affinity::drop_oldest() {
  gone_.push_back(order_.back().key);
  by_key_.erase(order_.back().key);
  order_.pop_back();
}

void Affinity::note(std::uint64_t key, Bond bond) {
  const std::lock_guard lock(mutex_);
  if (std::exchange(restored_, false)) order_.sort([](const Entry& a, const Entry& b) { return a.bond.used > b.bond.used; });
  if (const auto found = by_key_.find(key); found != by_key_.end()) {
    found->second->bond = std::move(bond);
    found->second->changed = true;
    order_.splice(order_.begin(), order_, found->second);
    return;
  }
  order_.push_front({key, std::move(bond), true});
  by_key_[key] = order_.begin();
  if (order_.size() > most_) drop_oldest();
}

std::size_t Affinity::size() const {
  const std::lock_guard lock(mutex_);
  return order_.size();
}

std::vector<Affinity::Change> Affinity::take_changes(const Now& now) {
  const std::lock_guard lock(mutex_);
  std::vector<Change> changes;
  for (const std::uint64_t key : std::exchange(gone_, {}))
    if (!by_key_.contains(key)) changes.push_back({key_text(key), {}});
  for (auto entry = order_.begin(); entry != order_.end() && entry->changed; ++entry) {
    entry->changed = false;
    const Bond& bond = entry->bond;
    Record record;
    record.add(now.unix_ms_of(bond.used)).add(bond.cached_tokens).add(bond.provider).add(bond.account).add(bond.model);
    changes.push_back({key_text(entry->key), record.text()});
  }
  return changes;
}

bool Affinity::restore(std::string_view key, std::string_view text, const Now& now) {
  if (!key.starts_with(mark)) return false;
  key.remove_prefix(mark.size());
  std::uint64_t number = 0;
  std::from_chars(key.data(), key.data() + key.size(), number);
  RecordReader record(text);
  Bond bond;
  bond.used = now.tick_of(record.number());
  bond.cached_tokens = record.number();
  bond.provider = record.word();
  bond.account = record.word();
  bond.model = record.rest();
  const std::lock_guard lock(mutex_);
  if (by_key_.contains(number)) return true;
  if (!record.good() || bond.model.empty() || now.tick - bond.used > longest_life) {
    gone_.push_back(number);
    return true;
  }
  order_.push_back({number, std::move(bond), false});
  by_key_[number] = std::prev(order_.end());
  restored_ = true;
  return true;
}

}  // namespace omniroute::resilience
