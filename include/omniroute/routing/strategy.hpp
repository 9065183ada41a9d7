#pragma once
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "omniroute/base/clock.hpp"
#include "omniroute/domain/combo.hpp"

namespace omniroute::routing {

/// Chance from a seed: the same seed gives the same throws (SplitMix64, public domain by its author S. Vigna).
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() noexcept;
  /// 0..below-1; `below` is at least 1.
  std::size_t below(std::size_t below) noexcept;

 private:
  std::uint64_t state_;
};

/// One of several to choose from: a combo's target, or a provider's account.
struct Choice {
  std::size_t slot = 0;  ///< its place in the full list, those left out included
  double weight = 0;
  double price = std::numeric_limits<double>::infinity();  ///< dollars per million input tokens; infinite = not known
  std::uint64_t uses = 0;
  int in_flight = 0;
  int failures = 0;
  Tick last_used{};
  double first_token_ms = 0;  ///< 0 = not known
};

/// What a strategy may look at.
struct Occasion {
  std::span<const Choice> choices;  ///< those that may be asked, in the owner's order
  std::size_t slots = 0;            ///< of the full list
  std::uint64_t turn = 0;           ///< of the round
  Dice& dice;
};

/// A strategy puts the choices in order; it neither leaves out nor tries.
class Ordering {
 public:
  virtual ~Ordering() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;
  /// Fills `order` with the indices of all choices, best first.
  virtual void order(const Occasion& occasion, std::vector<std::size_t>& order) const = 0;
  /// The number that the order rests on, for the trace; 0 where it rests on none.
  [[nodiscard]] virtual double score(const Choice& /*choice*/) const { return 0; }
  /// True if it looks at `turn`.
  [[nodiscard]] virtual bool takes_turns() const { return false; }
  /// True if it follows the owner's order: a conversation then goes back to the first target as soon as that is well.
  [[nodiscard]] virtual bool by_rank() const { return false; }
};

/// The strategies, a row each.
const Ordering& ordering_of(domain::Strategy strategy) noexcept;
/// The fastest first token first, unknown last: ":nitro", and provider.sort of OpenRouter's body.
const Ordering& fastest_first() noexcept;

}  // namespace omniroute::routing
