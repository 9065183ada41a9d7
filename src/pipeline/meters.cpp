#include "omniroute/pipeline/meters.hpp"

#include <algorithm>

namespace omniroute::pipeline {

Meters::Clocks* Meters::find(std::string_view provider) const noexcept {
  const std::size_t known = known_.load(std::memory_order_acquire);
  for (std::size_t i = 0; i < known; ++i)
    if (clocks_[i]->provider == provider) return clocks_[i].get();
  return nullptr;
}

Meters::Clocks& Meters::clocks_of(std::string_view provider) {
  if (Clocks* found = find(provider)) return *found;
  const std::lock_guard lock(adding_);
  const std::size_t known = known_.load(std::memory_order_relaxed);
  if (known >= most_providers) provider = "other";
  if (Clocks* found = find(provider)) return *found;
  clocks_[known] = std::make_unique<Clocks>();
  clocks_[known]->provider = provider;
  known_.store(known + 1, std::memory_order_release);
  return *clocks_[known];
}

void Meters::note(std::string_view provider, const Took& took) {
  Clocks& clocks = clocks_of(provider);
  clocks.total.note(took.total.count());
  clocks.own.note(took.own.count());
  if (took.first_token) clocks.first_token.note(took.first_token->count());
}

std::vector<Meters::Reading> Meters::read() const {
  std::vector<Reading> readings;
  const std::size_t known = known_.load(std::memory_order_acquire);
  for (std::size_t i = 0; i < known; ++i) {
    const Clocks& clocks = *clocks_[i];
    readings.push_back({clocks.provider, clocks.total.read(), clocks.first_token.read(), clocks.own.read()});
  }
  std::sort(readings.begin(), readings.end(), [](const Reading& a, const Reading& b) { return a.provider < b.provider; });
  return readings;
}

}  // namespace omniroute::pipeline
