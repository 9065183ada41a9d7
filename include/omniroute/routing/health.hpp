#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "omniroute/resilience/account_book.hpp"
#include "omniroute/resilience/affinity.hpp"
#include "omniroute/resilience/breaker.hpp"
#include "omniroute/resilience/combo_book.hpp"

namespace omniroute::routing {

/// What a decision may know of the others' health. The daemon's is live; a trace's is what was seen then.
class HealthView {
 public:
  virtual ~HealthView() = default;
  virtual void accounts(std::span<const resilience::AccountBook::Ask> asks, const resilience::Now& now,
                        std::span<resilience::AccountReading> out) const = 0;
  [[nodiscard]] virtual resilience::Breakers::View breaker(std::string_view name, const resilience::Profile& profile, Tick now) const = 0;
  /// Whose turn it is in a round. `take`: this decision takes it.
  virtual std::uint64_t turn(std::string_view round, bool take) = 0;
  virtual void uses(std::string_view combo, std::span<const std::string> targets, std::span<std::uint64_t> out) const = 0;
  [[nodiscard]] virtual std::optional<resilience::Bond> bond(std::uint64_t key) const = 0;
};

/// The tables of the running daemon.
class LiveHealth final : public HealthView {
 public:
  /// `dry`: turns are looked at, not taken.
  LiveHealth(resilience::AccountBook& accounts, resilience::Breakers& breakers, resilience::ComboBook& combos,
             resilience::Affinity& affinity, bool dry)
      : accounts_(accounts), breakers_(breakers), combos_(combos), affinity_(affinity), dry_(dry) {}
  void accounts(std::span<const resilience::AccountBook::Ask> asks, const resilience::Now& now,
                std::span<resilience::AccountReading> out) const override {
    accounts_.read(asks, now, out);
  }
  [[nodiscard]] resilience::Breakers::View breaker(std::string_view name, const resilience::Profile& profile, Tick now) const override {
    return breakers_.view(name, profile, now);
  }
  std::uint64_t turn(std::string_view round, bool take) override { return take && !dry_ ? combos_.take_turn(round) : combos_.turn(round); }
  void uses(std::string_view combo, std::span<const std::string> targets, std::span<std::uint64_t> out) const override {
    combos_.uses(combo, targets, out);
  }
  [[nodiscard]] std::optional<resilience::Bond> bond(std::uint64_t key) const override { return affinity_.find(key); }

 private:
  resilience::AccountBook& accounts_;
  resilience::Breakers& breakers_;
  resilience::ComboBook& combos_;
  resilience::Affinity& affinity_;
  const bool dry_;
};

}  // namespace omniroute::routing
