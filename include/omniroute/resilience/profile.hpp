#pragma once
#include <chrono>

namespace omniroute::resilience {

/// How patient we are with one sort of account (product-spec.md e.6). Editable, obeyed at once.
struct Profile {
  std::chrono::milliseconds transient{3'000};       ///< first cooldown after a server error
  std::chrono::milliseconds rate_limit{0};          ///< shortest cooldown after a 429; 0 = the formula or the hint alone
  int max_level = 5;                                ///< the transient cooldown doubles so often
  int breaker_threshold = 5;                        ///< failures in a row that open a breaker
  std::chrono::milliseconds breaker_reset{30'000};  ///< after it a probe is let through
};

/// Accounts that log in: fewer of them, slower to come back.
inline constexpr Profile oauth_profile{std::chrono::milliseconds(5'000), std::chrono::milliseconds(60'000), 8, 3,
                                       std::chrono::milliseconds(60'000)};
/// Accounts with a key, nodes, and providers that ask for nothing.
inline constexpr Profile apikey_profile{};

}  // namespace omniroute::resilience
