#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "omniroute/base/clock.hpp"

namespace omniroute::resilience {

/// What combos did since their counts were last cleared (product-spec.md e.7), and whose turn it is in each round.
class ComboBook {
 public:
  struct Counts {
    std::uint64_t requests = 0;
    std::uint64_t successes = 0;
    std::uint64_t failures = 0;
    std::uint64_t fallbacks = 0;   ///< requests that the first target did not answer
    std::uint64_t latency_ms = 0;  ///< summed over requests
    int last_status = 0;
    WallTime last_used{};
  };
  struct View {
    std::string combo;
    Counts totals;
    std::vector<std::pair<std::string, Counts>> targets;  ///< by "provider/model"
  };

  /// The number of the next turn of a round, counted from 0; each call is one turn. Rounds: "combo <id>", "provider <id>".
  std::uint64_t take_turn(std::string_view round);
  /// The turn that would be next.
  [[nodiscard]] std::uint64_t turn(std::string_view round) const;
  void set_turn(std::string_view round, std::uint64_t turn);

  /// One attempt at a target of a combo.
  void note_attempt(std::string_view combo, std::string_view target, int status, bool ok, std::chrono::milliseconds took, WallTime now);
  /// One request to a combo, at its end.
  void note_request(std::string_view combo, int status, bool ok, bool fallback, std::chrono::milliseconds took, WallTime now);
  /// Answers that each target of a combo gave since its counts were cleared.
  void uses(std::string_view combo, std::span<const std::string> targets, std::span<std::uint64_t> out) const;
  [[nodiscard]] std::vector<View> all() const;
  /// Forgets the counts of one combo, or of all if the name is empty; turns stay.
  void clear(std::string_view combo);

  struct Change {
    std::string key;
    std::string record;  ///< empty = gone
  };
  /// Turns and counts that changed since the last call.
  std::vector<Change> take_changes();
  /// Takes back what take_changes() told. False if the key is none of this class's.
  bool restore(std::string_view key, std::string_view record);

 private:
  struct Kept {
    Counts counts;
    bool changed = false;
  };
  struct Combo {
    Kept totals;
    std::map<std::string, Kept, std::less<>> targets;
  };
  void note_gone(const std::string& name, const Combo& combo);
  struct Round {
    std::uint64_t next = 0;
    bool changed = false;
  };
  mutable std::mutex mutex_;
  std::map<std::string, Combo, std::less<>> combos_;
  std::map<std::string, Round, std::less<>> rounds_;
  std::vector<std::string> gone_;  // keys of cleared counts
};

}  // namespace omniroute::resilience
