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

/// A budget that is used up, in US dollars.
struct Overdraft {
  double spent = 0;
  double limit = 0;
};

/// Tells which providers' budgets are used up. Asked only about providers that have one.
class Purse {
 public:
  virtual ~Purse() = default;
  [[nodiscard]] virtual std::optional<Overdraft> overdraft(std::string_view provider) const = 0;
};

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
  /// Nothing while the provider's budget leaves room.
  [[nodiscard]] virtual std::optional<Overdraft> overdraft(std::string_view provider) const = 0;
};

/// The tables of the running daemon.
class LiveHealth final : public HealthView {
 public:
  /// `dry`: turns are looked at, not taken. Without a purse there are no budgets.
  LiveHealth(resilience::AccountBook& accounts, resilience::Breakers& breakers, resilience::ComboBook& combos,
             resilience::Affinity& affinity, bool dry, const Purse* purse = nullptr)
      : accounts_(accounts), breakers_(breakers), combos_(combos), affinity_(affinity), dry_(dry), purse_(purse) {}
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
  [[nodiscard]] std::optional<Overdraft> overdraft(std::string_view provider) const override {
    return purse_ == nullptr ? std::nullopt : purse_->overdraft(provider);
  }

 private:
  resilience::AccountBook& accounts_;
  resilience::Breakers& breakers_;
  resilience::ComboBook& combos_;
  resilience::Affinity& affinity_;
  const bool dry_;
  const Purse* purse_;
};

}  // namespace omniroute::routing
