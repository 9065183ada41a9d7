#include "omniroute/resilience/hedges.hpp"

namespace omniroute::resilience {

HedgeBudget::Minute& HedgeBudget::minute(Minutes& ring, Tick now) {
  const std::int64_t number = std::chrono::duration_cast<std::chrono::minutes>(now.time_since_epoch()).count();
  Minute& slot = ring[static_cast<std::size_t>(number) % minutes];
  if (slot.number != number) slot = Minute{number, 0, 0};
  return slot;
}

HedgeBudget::Minutes& HedgeBudget::ring(std::string_view combo) {
  const auto found = combos_.find(combo);
  return found == combos_.end() ? combos_[std::string(combo)] : found->second;
}

void HedgeBudget::note_request(std::string_view combo, Tick now) {
  const std::lock_guard lock(mutex_);
  ++minute(ring(combo), now).requests;
}

bool HedgeBudget::take(std::string_view combo, double share, Tick now) {
  const std::lock_guard lock(mutex_);
  Minutes& known = ring(combo);
  Minute& present = minute(known, now);
  std::uint64_t requests = 0;
  std::uint64_t hedges = 0;
  for (const Minute& each : known) {
    if (each.number + static_cast<std::int64_t>(minutes) <= present.number) continue;
    requests += each.requests;
    hedges += each.hedges;
  }
  if (hedges > 0 && static_cast<double>(hedges + 1) > share * static_cast<double>(requests)) return false;
  ++present.hedges;
  return true;
}

}  // namespace omniroute::resilience
