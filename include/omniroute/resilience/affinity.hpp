#pragma once
#include <chrono>
#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "omniroute/base/clock.hpp"

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

 private:
  struct Entry {
    std::uint64_t key;
    Bond bond;
  };
  const std::size_t most_;
  mutable std::mutex mutex_;
  std::list<Entry> order_;  // newest first
  std::unordered_map<std::uint64_t, std::list<Entry>::iterator> by_key_;
};

}  // namespace omniroute::resilience
