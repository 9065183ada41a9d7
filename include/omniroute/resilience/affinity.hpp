#pragma once
#include <chrono>
#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "omniroute/base/clock.hpp"
#include "omniroute/resilience/cooldown.hpp"

namespace omniroute::resilience {

/// Where a conversation was answered last, and how much of it lies in the prompt cache there.
struct Bond {
  std::string provider;
  std::string model;
  std::string account;
  std::int64_t cached_tokens = 0;
  Tick used{};
};

/// Remembers for each conversation (a 64-bit key, see routing::affinity) where it was answered. Bounded: the one that
/// was not asked for longest goes first.
class Affinity {
 public:
  explicit Affinity(std::size_t most = 20'000) : most_(most) {}
  [[nodiscard]] std::optional<Bond> find(std::uint64_t key) const;
  void note(std::uint64_t key, Bond bond);
  [[nodiscard]] std::size_t size() const;

  struct Change {
    std::string key;
    std::string record;  ///< empty = gone
  };
  /// Noted or dropped since the last call.
  std::vector<Change> take_changes(const Now& now);
  /// Takes back what take_changes() told, in any order, before the first note(). False if the key is none of this class's.
  bool restore(std::string_view key, std::string_view record, const Now& now);

 private:
  struct Entry {
    std::uint64_t key;
    Bond bond;
    bool changed = false;
  };
  void drop_oldest();
  const std::size_t most_;
  mutable std::mutex mutex_;
  std::list<Entry> order_;  // newest first; what has changed stands before what has not
  std::vector<std::uint64_t> gone_;
  bool restored_ = false;  // and not yet put in order
  std::unordered_map<std::uint64_t, std::list<Entry>::iterator> by_key_;
};

}  // namespace omniroute::resilience
