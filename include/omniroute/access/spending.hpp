#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "omniroute/base/clock.hpp"
#include "omniroute/base/result.hpp"
#include "omniroute/config/snapshot.hpp"
#include "omniroute/store/analytics.hpp"

namespace omniroute::access {

/// What a request may come to before it is sent, or came to. Money in billionths of a US dollar; 0 if its price is not known.
struct Estimate {
  std::int64_t tokens = 0;
  std::int64_t nano = 0;
  bool unpriced = false;  ///< what it came to is not known
};

/// What a budget stands at.
struct Standing {
  std::int64_t spent_today = 0;
  std::int64_t spent_this_month = 0;
  std::int64_t reserved = 0;  ///< by requests under way
  /// Requests whose cost is not known: what they came to is in none of the sums.
  std::int64_t unpriced_today = 0;
  std::int64_t unpriced_this_month = 0;
};

/// A budget that is used up, in US dollars; what calls under way hold counts as spent.
struct Overdraft {
  double spent = 0;
  double limit = 0;
};

/// What a request holds of its key's limits a minute.
struct Booking {
  /// The limit and what is left of it, for the headers of the answer; limit 0 = none.
  std::int64_t request_limit = 0;
  std::int64_t requests_left = 0;
  std::string key_id;
  std::int64_t tokens = 0;  ///< counted already
  std::int64_t second = 0;  ///< under which they were counted
};

class Spending;

/// Money held for one attempt at one provider. Gives it back when it goes.
class Reservation {
 public:
  Reservation() = default;
  Reservation(Reservation&& other) noexcept = default;
  Reservation& operator=(Reservation&& other) noexcept;
  ~Reservation();

 private:
  friend class Spending;
  struct Release {
    void operator()(Spending* /*not_owned*/) const noexcept {}
  };
  std::unique_ptr<Spending, Release> spending_;
  std::string key_id_;
  std::string provider_;
  std::int64_t nano_ = 0;
};

/// Who has spent what: requests and tokens a minute of each key, money a day and a month of each key, each provider and all. Reserved
/// before each attempt and settled after it, so that requests at the same time cannot pass together: while something is left of a budget
/// one more attempt may go, and what it may come to counts at once. Any worker; its one lock is held for microseconds. Days and months
/// are those of the machine's time zone.
class Spending {
 public:
  explicit Spending(const Clock& clock) : clock_(clock) {}

  /// Adds what the records tell of today and this month, at the start.
  void recall(const std::vector<store::Spent>& today, const std::vector<store::Spent>& this_month);
  /// The first moments of today and of this month, Unix milliseconds.
  [[nodiscard]] std::int64_t day_begin() const;
  [[nodiscard]] std::int64_t month_begin() const;

  /// Lets a request of a key (nullptr = keyless) in, wherever it goes; `tokens` are what it may come to. Errors: rate_limited with
  /// retry_after; payment_required naming the budget of the key or of all, for which trying again cannot help.
  Result<Booking> book(const config::Snapshot& config, const domain::ApiKey* key, std::int64_t tokens);
  /// Holds what an attempt at `provider` may come to, in billionths of a US dollar. Errors: payment_required naming the budget.
  Result<Reservation> reserve(const config::Snapshot& config, const domain::ApiKey* key, std::string_view provider, std::int64_t nano);
  /// The call is over: `provider` answered, and this is what it took.
  void settle(const Booking& booking, Reservation& reservation, const config::Snapshot& config, std::string_view provider, Estimate actual);
  /// Nothing while an attempt at that provider may go as far as its own budget is concerned.
  [[nodiscard]] std::optional<Overdraft> overdraft(const config::Snapshot& config, std::string_view provider) const;

  /// What a key, a provider, or all (both empty) stand at.
  [[nodiscard]] Standing standing(std::string_view key_id, std::string_view provider) const;

 private:
  friend class Reservation;
  struct Purse {
    std::int64_t day = 0;
    std::int64_t month = 0;
    Standing standing;
    std::int64_t warned_day = 0;
    std::int64_t warned_month = 0;
  };
  /// One slot a second of the last minute.
  struct Minute {
    struct Second {
      std::int64_t number = 0;
      std::int64_t requests = 0;
      std::int64_t tokens = 0;
    };
    std::array<Second, 60> seconds{};
    Second& at(std::int64_t second);
    [[nodiscard]] Second sum(std::int64_t second) const;
    [[nodiscard]] std::int64_t wait(std::int64_t second, bool requests) const;
  };
  struct Limits {
    std::int64_t daily = 0;
    std::int64_t monthly = 0;
    const domain::ApiKey* key = nullptr;
    std::string_view provider;  // where it is no key's; empty = the whole gateway's
    [[nodiscard]] std::string whose() const;
  };
  /// Numbers of the day and the month that the machine's clock shows; they only have to differ.
  struct Calendar {
    std::int64_t minute = -1;  // since when; no day begins within one
    std::int64_t day = 0;
    std::int64_t month = 0;
  };

  [[nodiscard]] std::int64_t second() const;
  [[nodiscard]] const Calendar& calendar() const;
  Purse& purse(const std::string& name);
  Status check(const Purse& purse, const Limits& limits) const;
  Status check_minute(const domain::ApiKey& key, Booking& booking) const;
  void warn(Purse& purse, const Limits& limits, std::int64_t percent);
  void release(Reservation& reservation);
  static Limits limits_of(const config::Snapshot& config, std::string_view provider);
  static Limits limits_of(const domain::ApiKey& key);

  const Clock& clock_;
  mutable std::mutex mutex_;
  mutable Calendar calendar_;
  std::map<std::string, Purse, std::less<>> purses_;  // "key <id>", "provider <id>", "all"
  std::map<std::string, Minute, std::less<>> minutes_;
};

}  // namespace omniroute::access
