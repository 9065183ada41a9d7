#include "omniroute/resilience/affinity.hpp"

namespace omniroute::resilience {

std::optional<Bond> Affinity::find(std::uint64_t key) const {
  const std::lock_guard lock(mutex_);
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return std::nullopt;
  return found->second->bond;
}

void Affinity::note(std::uint64_t key, Bond bond) {
  const std::lock_guard lock(mutex_);
  if (const auto found = by_key_.find(key); found != by_key_.end()) {
    found->second->bond = std::move(bond);
    order_.splice(order_.begin(), order_, found->second);
    return;
  }
  order_.push_front({key, std::move(bond)});
  by_key_[key] = order_.begin();
  if (order_.size() <= most_) return;
  by_key_.erase(order_.back().key);
  order_.pop_back();
}

std::size_t Affinity::size() const {
  const std::lock_guard lock(mutex_);
  return order_.size();
}

}  // namespace omniroute::resilience
