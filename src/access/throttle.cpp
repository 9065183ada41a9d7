#include "throttle.hpp"

namespace omniroute::access {

std::optional<std::chrono::milliseconds> Throttle::enter(const std::string& peer, Tick now) {
  if (tries_.size() >= most_addresses) forget_old(now);
  Tries& tries = tries_.try_emplace(peer, Tries{0, now, Tick::min()}).first->second;
  if (now < tries.blocked_until) return std::chrono::ceil<std::chrono::milliseconds>(tries.blocked_until - now);
  if (now - tries.since > window && tries.wrong < free_tries) tries = Tries{0, now, Tick::min()};
  if (++tries.wrong >= free_tries) tries.blocked_until = now + wait;
  return std::nullopt;
}

const Throttle::Tries* Throttle::tries_of(const std::string& peer) const {
  const auto found = tries_.find(peer);
  return found == tries_.end() ? nullptr : &found->second;
}

void Throttle::succeeded(const std::string& peer) { tries_.erase(peer); }

void Throttle::forget_old(Tick now) {
  std::erase_if(tries_, [now](const auto& entry) { return now - entry.second.since > window && now >= entry.second.blocked_until; });
  // Still too many: somebody has very many addresses. The throttle then protects nobody; it must not grow without end either.
  if (tries_.size() >= most_addresses) tries_.clear();
}

}  // namespace omniroute::access
