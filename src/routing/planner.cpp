#include "omniroute/routing/planner.hpp"

#include <algorithm>

#include "arrange.hpp"
#include "expand.hpp"
#include "filters.hpp"

namespace omniroute::routing {
namespace {

/// So many accounts of one plan are looked at.
constexpr std::size_t most_candidates = 512;

bool named(const domain::Account& account, std::string_view wanted) { return account.id == wanted || account.name == wanted; }

/// Rules out what the key may not use. The asked name decides for all of it, else each rung for itself.
void check_key(const Question& question, Plan& plan) {
  const auto patterns = question.config.allowed_models(question.facts.key_id);
  if (patterns.empty() || allowed(patterns, question.facts.model)) return;
  for (Entry& entry : plan.entries) {
    if (entry.filter != Filter::none || entry.provider == nullptr) continue;
    const bool may = allowed(patterns, entry.label) || allowed(patterns, entry.provider->alias + "/" + entry.model) ||
                     allowed(patterns, entry.provider->id + "/" + entry.model) || (!plan.combo.empty() && allowed(patterns, plan.combo));
    if (!may) entry.filter = Filter::key_not_allowed;
  }
}

/// The same target twice is tried once, at its first place.
void check_duplicates(Plan& plan) {
  for (std::size_t i = 1; i < plan.entries.size(); ++i) {
    Entry& entry = plan.entries[i];
    if (entry.filter != Filter::none) continue;
    const bool again =
        std::any_of(plan.entries.begin(), plan.entries.begin() + static_cast<std::ptrdiff_t>(i), [&entry](const Entry& other) {
          return other.filter == Filter::none && other.provider == entry.provider && other.model == entry.model &&
                 other.account == entry.account;
        });
    if (again) entry.filter = Filter::duplicate;
  }
}

/// Of a provider's models the combo `auto` keeps the first that fits; without one, the first, to say why.
void thin_out_auto(Plan& plan) {
  std::vector<Entry> kept;
  for (std::size_t begin = 0; begin < plan.entries.size();) {
    std::size_t end = begin;
    while (end < plan.entries.size() && plan.entries[end].provider == plan.entries[begin].provider) ++end;
    const auto first = plan.entries.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto last = plan.entries.begin() + static_cast<std::ptrdiff_t>(end);
    const auto fits = std::find_if(first, last, [](const Entry& entry) { return entry.filter == Filter::none; });
    kept.push_back(std::move(*(fits == last ? first : fits)));
    begin = end;
  }
  plan.entries = std::move(kept);
}

void collect_candidates(const Question& question, Plan& plan) {
  std::size_t count = 0;
  for (const Entry& entry : plan.entries)
    if (entry.provider != nullptr) count += question.config.accounts(entry.provider->id).size();
  plan.candidates.reserve(std::min(count, most_candidates));
  for (std::size_t i = 0; i < plan.entries.size(); ++i) {
    Entry& entry = plan.entries[i];
    if (entry.filter != Filter::none || entry.provider == nullptr) continue;
    const auto accounts = question.config.accounts(entry.provider->id);
    bool any = false;
    for (std::size_t slot = 0; slot < accounts.size() && plan.candidates.size() < most_candidates; ++slot) {
      if (!entry.account.empty() && !named(*accounts[slot], entry.account)) continue;
      Candidate& candidate = plan.candidates.emplace_back();
      candidate.entry = static_cast<std::uint16_t>(i);
      candidate.slot = static_cast<std::uint16_t>(slot);
      candidate.account = accounts[slot];
      any = true;
    }
    if (!any) entry.filter = Filter::no_account;
  }
}

/// A plain name whose only rung cannot be is an error of its own, in the words of its reason.
Status sound_alone(const Plan& plan) {
  if (!plan.combo.empty() || plan.entries.size() != 1) return {};
  const Entry& entry = plan.entries.front();
  if (entry.filter == Filter::no_account) {
    return Error(ErrorKind::bad_request,
                 "There are no credentials for the provider " + entry.provider->name + ": it has no active account.", "model");
  }
  if (entry.filter == Filter::unsupported_format) {
    return Error(ErrorKind::unsupported,
                 entry.provider->name + " speaks the format '" + entry.provider->format_word + "', which this gateway does not speak.",
                 "model");
  }
  return {};
}

}  // namespace

Target Plan::target(std::size_t candidate) const {
  const Candidate& chosen = candidates[candidate];
  const Entry& entry = entries[chosen.entry];
  return {entry.provider, chosen.account, entry.model, entry.format};
}

Result<Plan> plan(Question question) {
  Plan plan;
  Suffix suffix = Suffix::none;
  if (Status named_well = expand(question, plan, suffix); !named_well) return named_well.error();
  for (Entry& entry : plan.entries) check_request(question, entry);
  if (plan.combo == "auto" && plan.round == "combo auto") thin_out_auto(plan);
  check_key(question, plan);
  check_duplicates(plan);
  collect_candidates(question, plan);
  if (Status sound = sound_alone(plan); !sound) return sound.error();
  check_health(question, plan);
  arrange(question, plan, suffix);
  return plan;
}

std::optional<Target> sole_target(const config::Snapshot& snapshot, std::string_view name) {
  const config::RoutingTable& routing = snapshot.routing();
  if (routing.combo(name) != nullptr || name == "auto" || routing.chain(name) != nullptr) return std::nullopt;
  const Result<Resolved> resolved = resolve(snapshot, name);
  if (!resolved) return std::nullopt;
  const auto accounts = snapshot.accounts(resolved->provider->id);
  if (accounts.size() != 1) return std::nullopt;
  const catalog::Model* listed = snapshot.model(*resolved->provider, resolved->model);
  const std::optional<domain::Format> format = listed != nullptr && listed->format ? listed->format : resolved->provider->format;
  if (!format) return std::nullopt;
  return Target{resolved->provider, accounts.front(), listed != nullptr ? std::string_view(listed->id) : std::string_view(), *format};
}

resilience::Profile profile_of(const config::Settings& settings, const domain::Account& account) noexcept {
  resilience::Profile profile;
  if (account.auth_type == domain::AuthType::oauth) {
    profile.transient = settings.oauth_transient_cooldown;
    profile.rate_limit = settings.oauth_rate_limit_cooldown;
    profile.max_level = static_cast<int>(settings.oauth_max_backoff_level);
    profile.breaker_threshold = static_cast<int>(settings.oauth_breaker_threshold);
    profile.breaker_reset = settings.oauth_breaker_reset;
  } else {
    profile.transient = settings.apikey_transient_cooldown;
    profile.rate_limit = settings.apikey_rate_limit_cooldown;
    profile.max_level = static_cast<int>(settings.apikey_max_backoff_level);
    profile.breaker_threshold = static_cast<int>(settings.apikey_breaker_threshold);
    profile.breaker_reset = settings.apikey_breaker_reset;
  }
  return profile;
}

std::span<const domain::WindowRule> windows_of(const config::Snapshot& config, const catalog::Provider& provider,
                                               std::string_view account) noexcept {
  const std::vector<domain::WindowRule>& own = config.routing().account(account).windows;
  return own.empty() ? std::span<const domain::WindowRule>(provider.windows) : std::span<const domain::WindowRule>(own);
}

std::string breaker_name(const catalog::Provider& provider, std::string_view model) {
  std::string name;
  name.reserve(provider.id.size() + 1 + model.size());
  name += provider.id;
  name += '/';
  name += model;
  return name;
}

}  // namespace omniroute::routing
