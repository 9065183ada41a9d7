#pragma once
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "omniroute/base/clock.hpp"
#include "omniroute/domain/window.hpp"
#include "omniroute/resilience/cooldown.hpp"
#include "omniroute/resilience/quota.hpp"

namespace omniroute::resilience {

class AccountBook;

/// What is known of one account, and of one model on it, at one moment.
struct AccountReading {
  Cooldown::State account = Cooldown::State::ready;
  Cooldown::State model = Cooldown::State::ready;
  Tick account_since{};
  Tick account_until{};
  Tick model_until{};
  FailureClass account_reason = FailureClass::server_error;
  FailureClass model_reason = FailureClass::server_error;
  int in_flight = 0;
  int failures = 0;  ///< in a row, since the last answer
  std::uint64_t uses = 0;
  Tick last_used{};
  float first_token_ms = 0;  ///< smoothed, of that model; 0 = not known
  double quota_used = -1;    ///< of the fullest window that counts the model; -1 = not known
  std::string spent;         ///< the window that is used up; empty = none
  WallTime spent_until{};
};

/// One attempt at one account, from admission to its end. Whatever was not said before it goes is taken back.
class Visit {
 public:
  Visit() = default;
  Visit(Visit&& other) noexcept;
  Visit& operator=(Visit&& other) noexcept;
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;
  ~Visit() { end(); }

  /// The first content came, `first_token` after the attempt began. Ends probes and cooldowns.
  void succeed(std::chrono::milliseconds first_token, Tick now);
  /// It failed as `verdict` says.
  void fail(const Verdict& verdict, Tick now);
  /// The place is free again; a probe that nobody spoke for may be tried by the next one.
  void end() noexcept;
  /// The level its cooldown formulas start from.
  [[nodiscard]] int level() const noexcept { return level_; }
  [[nodiscard]] bool probe() const noexcept { return account_probe_ || model_probe_; }

 private:
  friend class AccountBook;
  AccountBook* book_ = nullptr;
  std::string account_;
  std::string model_;
  Tick began_{};
  int level_ = 0;
  bool account_probe_ = false;
  bool model_probe_ = false;
};

/// Cooldowns, counters and quota windows of all accounts. One lock, held for microseconds.
class AccountBook {
 public:
  struct Ask {
    std::string_view account;
    std::string_view model;
    std::span<const domain::WindowRule> rules;  ///< as they are now; they count at once
  };
  /// Reads many at one moment.
  void read(std::span<const Ask> asks, const Now& now, std::span<AccountReading> out) const;

  struct Admission {
    std::optional<Visit> visit;  ///< absent: refused
    Scope scope = Scope::none;   ///< what refused
    Cooldown::State state = Cooldown::State::ready;
    Tick retry_at{};
    FailureClass reason = FailureClass::server_error;
  };
  /// Asks to attempt `model` on `account`. After a hard cooldown exactly one gets through.
  Admission admit(std::string_view account, std::string_view model, Tick now);

  /// An answer's tokens, counted in every window of `rules` that the model falls under.
  void count(std::string_view account, std::string_view model, std::span<const domain::WindowRule> rules, std::int64_t tokens,
             WallTime now);
  /// The provider's word on windows; a name without a rule is kept as a window of its own.
  void correct(std::string_view account, std::span<const QuotaReading> readings, std::span<const domain::WindowRule> rules, bool endpoint,
               WallTime now);

  struct Rest {
    std::string account;
    std::string model;  ///< empty: the whole account
    Cooldown cooldown;
  };
  /// Everything that is not in its first state.
  [[nodiscard]] std::vector<Rest> rests() const;
  /// Ends cooldowns; an empty model means all of the account's. False if there was none.
  bool clear(std::string_view account, std::string_view model);
  [[nodiscard]] std::vector<QuotaFigure> figures(std::string_view account, std::span<const domain::WindowRule> rules, WallTime now) const;
  /// Drops everything about an account that is gone.
  void forget(std::string_view account);

  struct Change {
    std::string key;
    std::string record;  ///< empty = gone
  };
  /// Changed since the last call.
  std::vector<Change> take_changes(const Now& now);
  void restore(std::string_view key, std::string_view record, const Now& now);

 private:
  friend class Visit;
  struct ModelRecord {
    std::string model;
    Cooldown cooldown;
    float first_token_ms = 0;
    Tick touched{};
    bool changed = false;
  };
  struct Record {
    Cooldown cooldown;
    std::vector<ModelRecord> models;
    std::vector<QuotaWindow> windows;
    int in_flight = 0;
    int failures = 0;
    std::uint64_t uses = 0;
    Tick last_used{};
    bool changed = false;
    bool windows_changed = false;
  };
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
  };
  Record& record(std::string_view account);
  static ModelRecord* find_model(Record& record, std::string_view model);
  static const ModelRecord* find_model(const Record& record, std::string_view model);
  static ModelRecord& model_record(Record& record, std::string_view model, Tick now);
  static QuotaWindow& window(Record& record, const domain::WindowRule& rule);
  static void read_one(const Record& record, const Ask& ask, const Now& now, AccountReading& out);
  static void read_window(const QuotaWindow& window, const Ask& ask, const Now& now, AccountReading& out);
  void succeed(const Visit& visit, std::chrono::milliseconds first_token, Tick now);
  void fail(Visit& visit, const Verdict& verdict, Tick now);
  void end(const Visit& visit) noexcept;

  mutable std::mutex mutex_;
  std::unordered_map<std::string, Record, TextHash, std::equal_to<>> records_;
};

}  // namespace omniroute::resilience
