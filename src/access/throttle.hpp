#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <unordered_map>

#include "omniroute/base/clock.hpp"

namespace omniroute::access {

/// Slows down who guesses passwords: after 10 wrong tries within 5 minutes each further one costs that address a wait of
/// 60 seconds. Not thread safe; Login holds its lock.
class Throttle {
 public:
  /// The time an address still has to wait, or nothing. Otherwise the try counts as wrong until succeeded() is called, so
  /// that many at once count as many.
  std::optional<std::chrono::milliseconds> enter(const std::string& peer, Tick now);
  void succeeded(const std::string& peer);

  struct Tries {
    int wrong = 0;
    Tick since;
    Tick blocked_until;
  };
  /// What is known of an address, to be kept across restarts; nullptr if nothing is.
  [[nodiscard]] const Tries* tries_of(const std::string& peer) const;
  [[nodiscard]] const std::unordered_map<std::string, Tries>& all() const noexcept { return tries_; }
  void remember(const std::string& peer, Tries tries) { tries_[peer] = tries; }
  static constexpr std::chrono::minutes window{5};

 private:
  static constexpr int free_tries = 10;
  static constexpr std::chrono::seconds wait{60};
  static constexpr std::size_t most_addresses = 4096;

  void forget_old(Tick now);
  std::unordered_map<std::string, Tries> tries_;
};

}  // namespace omniroute::access
