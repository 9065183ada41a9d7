#include "omniroute/access/spending.hpp"

#include <algorithm>
#include <ctime>

#include "omniroute/base/log.hpp"

namespace omniroute::access {
namespace {

std::string key_purse(std::string_view id) { return "key " + std::string(id); }
std::string provider_purse(std::string_view id) { return "provider " + std::string(id); }
const std::string whole_purse = "all";

std::tm local(WallTime time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  ::localtime_r(&seconds, &parts);
  return parts;
}

std::int64_t begin_of(std::tm parts) {
  parts.tm_hour = parts.tm_min = parts.tm_sec = 0;
  parts.tm_isdst = -1;
  return static_cast<std::int64_t>(std::mktime(&parts)) * 1000;
}

void begin_day(Standing& standing) { standing.spent_today = standing.unpriced_today = 0; }
void begin_month(Standing& standing) { standing.spent_this_month = standing.unpriced_this_month = 0; }

Error too_fast(const std::string& what, std::int64_t wait_seconds) {
  Error error(ErrorKind::rate_limited, "This API key may not make more than " + what + " a minute.");
  error.code = "rate_limit_exceeded";
  error.retry_after = std::chrono::seconds(std::max<std::int64_t>(1, wait_seconds));
  return error;
}

Error spent(const std::string& whose, const char* period, std::int64_t limit) {
  Error error(ErrorKind::payment_required, "The " + std::string(period) + " budget of " + whose + " (" + config::money_text(limit) +
                                               " US dollars) is spent. Its owner can raise it on the gateway's budget page.");
  error.code = "budget_exceeded";
  return error;
}

}  // namespace

Reservation& Reservation::operator=(Reservation&& other) noexcept {
  if (spending_) spending_->release(*this);
  spending_ = std::move(other.spending_);
  key_id_ = std::move(other.key_id_);
  provider_ = std::move(other.provider_);
  nano_ = other.nano_;
  return *this;
}

Reservation::~Reservation() {
  if (spending_) spending_->release(*this);
}

Spending::Minute::Second& Spending::Minute::at(std::int64_t second) {
  Second& slot = seconds[static_cast<std::size_t>(second % 60)];
  if (slot.number != second) slot = Second{second, 0, 0};
  return slot;
}

Spending::Minute::Second Spending::Minute::sum(std::int64_t second) const {
  Second sum;
  for (const Second& slot : seconds) {
    if (second - slot.number >= 60) continue;
    sum.requests += slot.requests;
    sum.tokens += slot.tokens;
  }
  return sum;
}

std::int64_t Spending::Minute::wait(std::int64_t second, bool requests) const {
  std::int64_t oldest = second;
  for (const Second& slot : seconds)
    if (second - slot.number < 60 && (requests ? slot.requests : slot.tokens) > 0) oldest = std::min(oldest, slot.number);
  return oldest + 60 - second;
}

std::int64_t Spending::second() const { return std::chrono::duration_cast<std::chrono::seconds>(clock_.now().time_since_epoch()).count(); }

std::int64_t Spending::day_begin() const { return begin_of(local(clock_.wall_now())); }

std::int64_t Spending::month_begin() const {
  std::tm parts = local(clock_.wall_now());
  parts.tm_mday = 1;
  return begin_of(parts);
}

const Spending::Calendar& Spending::calendar() const {
  const WallTime now = clock_.wall_now();
  const std::int64_t minute = std::chrono::floor<std::chrono::minutes>(now.time_since_epoch()).count();
  if (calendar_.minute != minute) {
    const std::tm parts = local(now);
    const std::int64_t month = parts.tm_year * 12LL + parts.tm_mon;
    calendar_ = {minute, month * 31 + parts.tm_mday, month};
  }
  return calendar_;
}

Spending::Purse& Spending::purse(const std::string& name) {
  Purse& purse = purses_[name];
  const Calendar& today = calendar();
  if (std::exchange(purse.day, today.day) != today.day) begin_day(purse.standing);
  if (std::exchange(purse.month, today.month) != today.month) begin_month(purse.standing);
  return purse;
}

std::string Spending::Limits::whose() const {
  if (key != nullptr) return "the API key '" + key->name + "'";
  return provider.empty() ? "the whole gateway" : "the provider " + std::string(provider);
}

void Spending::recall(const std::vector<store::Spent>& today, const std::vector<store::Spent>& this_month) {
  const auto name_of = [](const store::Spent& row) {
    if (!row.key_id.empty()) return key_purse(row.key_id);
    return row.provider.empty() ? whole_purse : provider_purse(row.provider);
  };
  const std::lock_guard lock(mutex_);
  for (const store::Spent& row : today) {
    Standing& standing = purse(name_of(row)).standing;
    standing.spent_today += row.nano;
    standing.unpriced_today += row.unpriced;
  }
  for (const store::Spent& row : this_month) {
    Standing& standing = purse(name_of(row)).standing;
    standing.spent_this_month += row.nano;
    standing.unpriced_this_month += row.unpriced;
  }
}

Status Spending::check(const Purse& purse, const Limits& limits) const {
  const Standing& account = purse.standing;
  if (limits.daily > 0 && account.spent_today + account.reserved >= limits.daily) return spent(limits.whose(), "daily", limits.daily);
  if (limits.monthly > 0 && account.spent_this_month + account.reserved >= limits.monthly)
    return spent(limits.whose(), "monthly", limits.monthly);
  return {};
}

void Spending::warn(Purse& purse, const Limits& limits, std::int64_t percent) {
  const auto over = [percent](std::int64_t part, std::int64_t whole) { return whole > 0 && part >= whole / 100 * percent; };
  if (over(purse.standing.spent_today, limits.daily) && std::exchange(purse.warned_day, purse.day) != purse.day)
    log::warn("daily budget nearly spent: whose={} spent={} limit={}", limits.whose(), config::money_text(purse.standing.spent_today),
              config::money_text(limits.daily));
  if (over(purse.standing.spent_this_month, limits.monthly) && std::exchange(purse.warned_month, purse.month) != purse.month)
    log::warn("monthly budget nearly spent: whose={} spent={} limit={}", limits.whose(),
              config::money_text(purse.standing.spent_this_month), config::money_text(limits.monthly));
}

Spending::Limits Spending::limits_of(const config::Snapshot& config, std::string_view provider) {
  const domain::Budget* budget = config.budget(provider);
  if (budget == nullptr) return {};
  return {budget->daily_nano, budget->monthly_nano, nullptr, provider};
}

Spending::Limits Spending::limits_of(const domain::ApiKey& key) { return {key.daily_budget_nano, key.monthly_budget_nano, &key, {}}; }

Status Spending::check_minute(const domain::ApiKey& key, Booking& booking) const {
  if (key.requests_per_minute == 0 && key.tokens_per_minute == 0) return {};
  static const Minute quiet;
  const auto found = minutes_.find(key.id);
  const Minute& minute = found == minutes_.end() ? quiet : found->second;
  const Minute::Second sum = minute.sum(booking.second);
  if (key.requests_per_minute > 0 && sum.requests >= key.requests_per_minute)
    return too_fast(std::to_string(key.requests_per_minute) + " requests", minute.wait(booking.second, true));
  if (key.tokens_per_minute > 0 && sum.tokens >= key.tokens_per_minute)
    return too_fast(std::to_string(key.tokens_per_minute) + " tokens", minute.wait(booking.second, false));
  booking.request_limit = key.requests_per_minute;
  booking.requests_left = std::max<std::int64_t>(0, key.requests_per_minute - sum.requests - 1);
  return {};
}

Result<Booking> Spending::book(const config::Snapshot& config, const domain::ApiKey* key, std::int64_t tokens) {
  const std::lock_guard lock(mutex_);
  Booking booking;
  booking.second = second();
  if (key != nullptr)
    if (Status slow_enough = check_minute(*key, booking); !slow_enough) return slow_enough.error();
  if (Status fits = check(purse(whole_purse), limits_of(config, "")); !fits) return fits.error();
  if (key == nullptr) return booking;
  if (Status fits = check(purse(key_purse(key->id)), limits_of(*key)); !fits) return fits.error();
  Minute::Second& slot = minutes_[key->id].at(booking.second);
  ++slot.requests;
  slot.tokens += tokens;
  booking.key_id = key->id;
  booking.tokens = tokens;
  return booking;
}

Result<Reservation> Spending::reserve(const config::Snapshot& config, const domain::ApiKey* key, std::string_view provider,
                                      std::int64_t nano) {
  const std::lock_guard lock(mutex_);
  Purse& whole = purse(whole_purse);
  Purse& of_provider = purse(provider_purse(provider));
  Purse* of_key = key != nullptr ? &purse(key_purse(key->id)) : nullptr;
  if (Status fits = check(whole, limits_of(config, "")); !fits) return fits.error();
  if (key != nullptr)
    if (Status fits = check(*of_key, limits_of(*key)); !fits) return fits.error();
  if (Status fits = check(of_provider, limits_of(config, provider)); !fits) return fits.error();
  whole.standing.reserved += nano;
  of_provider.standing.reserved += nano;
  if (of_key != nullptr) of_key->standing.reserved += nano;
  Reservation reservation;
  reservation.provider_ = provider;
  if (key != nullptr) reservation.key_id_ = key->id;
  reservation.nano_ = nano;
  reservation.spending_.reset(this);
  return reservation;
}

void Spending::release(Reservation& reservation) {
  const std::lock_guard lock(mutex_);
  purse(whole_purse).standing.reserved -= reservation.nano_;
  purse(provider_purse(reservation.provider_)).standing.reserved -= reservation.nano_;
  if (!reservation.key_id_.empty()) purse(key_purse(reservation.key_id_)).standing.reserved -= reservation.nano_;
  reservation.spending_.reset();
}

void Spending::settle(const Booking& booking, Reservation& reservation, const config::Snapshot& config, std::string_view provider,
                      Estimate actual) {
  const domain::ApiKey* key = config.key_by_id(booking.key_id);
  {
    const std::lock_guard lock(mutex_);
    const auto charge = [&](const std::string& name, const Limits& limits) {
      Purse& charged = purse(name);
      charged.standing.spent_today += actual.nano;
      charged.standing.spent_this_month += actual.nano;
      charged.standing.unpriced_today += actual.unpriced ? 1 : 0;
      charged.standing.unpriced_this_month += actual.unpriced ? 1 : 0;
      warn(charged, limits, config.settings().budget_warning_percent);
    };
    charge(whole_purse, limits_of(config, ""));
    if (!provider.empty()) charge(provider_purse(provider), limits_of(config, provider));
    if (key != nullptr) charge(key_purse(key->id), limits_of(*key));
    if (key != nullptr && second() - booking.second < 60) minutes_[key->id].at(booking.second).tokens += actual.tokens - booking.tokens;
  }
  // Given back after the charge: in between nobody may find room that is not there.
  if (reservation.spending_) release(reservation);
}

std::optional<Overdraft> Spending::overdraft(const config::Snapshot& config, std::string_view provider) const {
  const domain::Budget* budget = config.budget(provider);
  if (budget == nullptr) return std::nullopt;
  const Standing account = standing({}, provider);
  const auto dollars = [](std::int64_t nano) { return static_cast<double>(nano) / static_cast<double>(config::nano_per_dollar); };
  const auto over = [&](std::int64_t spent, std::int64_t limit) -> std::optional<Overdraft> {
    if (limit <= 0 || spent + account.reserved < limit) return std::nullopt;
    return Overdraft{dollars(spent + account.reserved), dollars(limit)};
  };
  const std::optional<Overdraft> today = over(account.spent_today, budget->daily_nano);
  return today ? today : over(account.spent_this_month, budget->monthly_nano);
}

Standing Spending::standing(std::string_view key_id, std::string_view provider) const {
  const std::lock_guard lock(mutex_);
  std::string name = whole_purse;
  if (!provider.empty()) name = provider_purse(provider);
  if (!key_id.empty()) name = key_purse(key_id);
  const auto found = purses_.find(name);
  if (found == purses_.end()) return {};
  Standing account = found->second.standing;
  const Calendar& today = calendar();
  if (found->second.day != today.day) begin_day(account);
  if (found->second.month != today.month) begin_month(account);
  return account;
}

}  // namespace omniroute::access
