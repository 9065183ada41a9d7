#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "omniroute/base/clock.hpp"

namespace omniroute::resilience {

/// The spend cap of hedging: of a combo's requests of the last five minutes so many may be asked twice.
class HedgeBudget {
 public:
  /// Counts a request of the combo.
  void note_request(std::string_view combo, Tick now);
  /// True if one more may be asked twice; it is counted then. The first of a quiet combo is always allowed.
  bool take(std::string_view combo, double share, Tick now);

 private:
  static constexpr std::size_t minutes = 5;
  struct Minute {
    std::int64_t number = -1;
    std::uint64_t requests = 0;
    std::uint64_t hedges = 0;
  };
  using Minutes = std::array<Minute, minutes>;
  static Minute& minute(Minutes& ring, Tick now);
  Minutes& ring(std::string_view combo);

  std::mutex mutex_;
  std::map<std::string, Minutes, std::less<>> combos_;
};

}  // namespace omniroute::resilience
