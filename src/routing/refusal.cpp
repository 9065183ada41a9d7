// The error of a plan with nothing to try, and the words of its reasons.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "omniroute/routing/planner.hpp"

namespace omniroute::routing {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t most_reasons = 12;

constexpr std::array<std::string_view, 21> filter_names{
    "none",          "unknown_model",     "no_account",      "unsupported_format", "key_not_allowed", "not_wanted",
    "over_price",    "context_too_small", "no_images",       "no_audio",           "no_documents",    "no_tools",
    "duplicate",     "breaker_open",      "breaker_probing", "quota_spent",        "account_cooling", "account_probing",
    "model_cooling", "model_probing",     "budget_spent"};
static_assert(filter_names.size() == static_cast<std::size_t>(Filter::budget_spent) + 1);

/// "1h 2m 3s", "850ms".
std::string spoken(milliseconds pause) {
  const std::int64_t total = pause.count();
  if (total < 1'000) return std::to_string(std::max<std::int64_t>(0, total)) + "ms";
  std::int64_t seconds = (total + 999) / 1'000;
  std::string text;
  for (const auto& [unit, length] : {std::pair<const char*, std::int64_t>("d", 86'400), {"h", 3'600}, {"m", 60}, {"s", 1}}) {
    const std::int64_t count = seconds / length;
    seconds %= length;
    if (count == 0) continue;
    if (!text.empty()) text += ' ';
    text += std::to_string(count) + unit;
  }
  return text;
}

std::string for_so_long(const Ruling& ruling) {
  if (ruling.for_good) return ", for good";
  return ruling.back_in ? ", back in " + spoken(*ruling.back_in) : std::string();
}

std::string dollars(double price) {
  if (!std::isfinite(price)) return "an unknown price";
  std::string text = std::to_string(price);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return "$" + text + " per million tokens";
}

std::string sum(double money) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "$%.2f", money);
  return text.data();
}

std::string whole(double number) { return std::to_string(static_cast<std::int64_t>(number)); }

std::string name_of(const Plan& plan, const Entry& entry) {
  if (entry.provider == nullptr) return entry.label;
  const std::string full = entry.provider->alias + "/" + entry.model;
  return plan.combo.empty() || entry.label.empty() ? full : entry.label;
}

/// All that was ruled out: its name, its reason, when it may be back.
struct Ruled {
  Filter filter;
  std::string name;
  std::string why;
  Tick retry_at;
  resilience::FailureClass cause;
};

std::vector<Ruled> all_ruled(const Plan& plan, const resilience::Now& now) {
  std::vector<Ruled> ruled;
  for (std::size_t i = 0; i < plan.entries.size(); ++i) {
    const Entry& entry = plan.entries[i];
    std::size_t accounts = 0;
    for (const Candidate& candidate : plan.candidates) {
      if (candidate.entry != i || candidate.filter == Filter::none) continue;
      ++accounts;
      if (candidate.filter == entry.filter) continue;  // said once, for the entry
      const Ruling ruling = ruling_of(plan, &candidate, entry, now);
      ruled.push_back({candidate.filter, name_of(plan, entry) + " #" + std::to_string(candidate.slot + 1), reason(ruling),
                       candidate.retry_at, ruling.cause});
    }
    if (entry.filter != Filter::none && entry.filter != Filter::duplicate)
      ruled.push_back({entry.filter, name_of(plan, entry), reason(ruling_of(plan, nullptr, entry, now)), entry.retry_at,
                       resilience::FailureClass::server_error});
  }
  return ruled;
}

std::string listed(const std::vector<Ruled>& ruled) {
  std::string text;
  for (std::size_t i = 0; i < std::min(ruled.size(), most_reasons); ++i)
    text += (i == 0 ? " " : "; ") + ruled[i].name + ": " + ruled[i].why;
  if (ruled.size() > most_reasons) text += "; and " + std::to_string(ruled.size() - most_reasons) + " more";
  return text + ".";
}

bool limited(Filter filter) {
  return filter == Filter::quota_spent || filter == Filter::account_cooling || filter == Filter::model_cooling;
}

/// It rests because its credential or its money is not good: the owner's affair, not one of patience.
bool misconfigured(const Ruled& ruled) {
  using resilience::FailureClass;
  const bool rests = ruled.filter == Filter::account_cooling || ruled.filter == Filter::model_cooling;
  return rests && (ruled.cause == FailureClass::auth || ruled.cause == FailureClass::forbidden || ruled.cause == FailureClass::payment ||
                   ruled.cause == FailureClass::model_missing);
}

ErrorKind kind_of(const std::vector<Ruled>& ruled) {
  const auto all = [&ruled](auto&& is) { return std::all_of(ruled.begin(), ruled.end(), [&](const Ruled& r) { return is(r.filter); }); };
  const auto any = [&ruled](auto&& is) { return std::any_of(ruled.begin(), ruled.end(), [&](const Ruled& r) { return is(r.filter); }); };
  const bool owners_affair =
      std::all_of(ruled.begin(), ruled.end(), [](const Ruled& r) { return misconfigured(r) || !passes_with_time(r.filter); });
  if (any(passes_with_time) && owners_affair) return ErrorKind::no_candidate;
  if (any(passes_with_time))
    return all([](Filter f) { return limited(f) || !passes_with_time(f); }) ? ErrorKind::rate_limited : ErrorKind::overloaded;
  if (any([](Filter f) { return f == Filter::budget_spent; })) return ErrorKind::payment_required;
  if (any([](Filter f) { return f == Filter::key_not_allowed; })) return ErrorKind::forbidden;
  const auto by_request = [](Filter f) { return f >= Filter::not_wanted && f <= Filter::no_tools; };
  return any(by_request) ? ErrorKind::bad_request : ErrorKind::no_candidate;
}

}  // namespace

std::string_view to_string(Filter filter) noexcept { return filter_names[static_cast<std::size_t>(filter)]; }

bool passes_with_time(Filter filter) noexcept { return filter >= Filter::breaker_open && filter != Filter::budget_spent; }

Ruling ruling_of(const Plan& plan, const Candidate* candidate, const Entry& entry, const resilience::Now& now) {
  Ruling ruling;
  ruling.filter = candidate != nullptr ? candidate->filter : entry.filter;
  ruling.seen = entry.seen;
  ruling.bound = entry.bound;
  ruling.note = entry.note;
  ruling.account = entry.account;
  const Tick retry_at = candidate != nullptr ? candidate->retry_at : entry.retry_at;
  ruling.for_good = retry_at == Tick::max();
  if (!ruling.for_good && retry_at > now.tick) ruling.back_in = std::chrono::duration_cast<milliseconds>(retry_at - now.tick);
  if (candidate == nullptr || plan.readings.empty()) return ruling;
  const resilience::AccountReading& reading = plan.readings[static_cast<std::size_t>(candidate - plan.candidates.data())];
  ruling.cause = ruling.filter == Filter::model_cooling ? reading.model_reason : reading.account_reason;
  ruling.window = reading.spent;
  return ruling;
}

std::string reason(const Ruling& ruling) {
  const std::string cause(to_string(ruling.cause));
  switch (ruling.filter) {
    case Filter::none: return "eligible";
    case Filter::unknown_model:
      return ruling.note.empty() ? "no such model" : std::string(ruling.note.substr(0, ruling.note.find_last_not_of('.') + 1));
    case Filter::no_account:
      return ruling.account.empty() ? "its provider has no active account"
                                    : "there is no active account '" + std::string(ruling.account) + "'";
    case Filter::unsupported_format: return "its provider speaks '" + std::string(ruling.note) + "', which is not spoken here";
    case Filter::key_not_allowed: return "this API key may not use it";
    case Filter::not_wanted: return "ruled out by the request's 'provider'";
    case Filter::over_price: return dollars(ruling.seen) + ", above the ceiling of " + dollars(ruling.bound);
    case Filter::context_too_small:
      return "a prompt of about " + whole(ruling.seen) + " tokens does not fit its context of " + whole(ruling.bound);
    case Filter::no_images: return "takes no images, and the request has one";
    case Filter::no_audio: return "takes no audio, and the request has some";
    case Filter::no_documents: return "takes no documents, and the request has one";
    case Filter::no_tools: return "takes no tools, and the request has some";
    case Filter::duplicate: return "stands in the plan already";
    case Filter::breaker_open: return "its circuit breaker is open" + for_so_long(ruling);
    case Filter::breaker_probing: return "its circuit breaker lets one probe through, which is under way";
    case Filter::quota_spent: return "its quota '" + std::string(ruling.window) + "' is used up" + for_so_long(ruling);
    case Filter::account_cooling: return "resting after " + cause + for_so_long(ruling);
    case Filter::account_probing: return "its rest is over, and one probe is under way";
    case Filter::model_cooling: return "this model is resting after " + cause + for_so_long(ruling);
    case Filter::model_probing: return "this model's rest is over, and one probe is under way";
    case Filter::budget_spent:
      return "its provider's budget of " + sum(ruling.bound) + " is spent (" + sum(ruling.seen) + ", with what is under way)";
  }
  return "ruled out";
}

Error refusal(const Plan& plan, const resilience::Now& now) {
  const std::vector<Ruled> ruled = all_ruled(plan, now);
  const std::string what = plan.combo.empty() ? std::string("this model") : "'" + plan.combo + "'";
  Error error(kind_of(ruled), "Nothing can be asked for " + what + " now:" + listed(ruled));
  error.origin = Origin::gateway;
  if (error.kind == ErrorKind::bad_request) {
    error.param = "model";
    const bool too_long = std::any_of(ruled.begin(), ruled.end(), [](const Ruled& r) { return r.filter == Filter::context_too_small; });
    if (too_long) error.code = "context_length_exceeded";
    error.message = "No target of " + what + " can take this request:" + listed(ruled);
  }
  if (error.kind == ErrorKind::no_candidate) error.code = "no_usable_target";
  if (error.kind == ErrorKind::forbidden) error.code = "model_not_allowed";
  if (error.kind == ErrorKind::payment_required) error.code = "budget_exceeded";
  std::optional<Tick> earliest;
  for (const Ruled& each : ruled) {
    if (!passes_with_time(each.filter) || each.retry_at == Tick::max()) continue;
    const Tick at = std::max(each.retry_at, now.tick);
    if (!earliest || at < *earliest) earliest = at;
  }
  if (earliest) error.retry_after = std::chrono::ceil<milliseconds>(*earliest - now.tick);
  return error;
}

}  // namespace omniroute::routing
