#include "filters.hpp"

#include <algorithm>
#include <cmath>

namespace omniroute::routing {
namespace {

using resilience::AccountReading;
using resilience::Breaker;
using resilience::Cooldown;

void rule_out(Entry& entry, Filter filter, double seen = 0, double bound = 0) {
  entry.filter = filter;
  entry.seen = seen;
  entry.bound = bound;
}

bool listed_among(const std::vector<std::string>& names, const catalog::Provider& provider) {
  return std::any_of(names.begin(), names.end(), [&provider](const std::string& name) { return means_provider(name, provider); });
}

bool wanted(const Preference& preference, const catalog::Provider& provider) {
  if (preference.empty()) return true;
  if (!preference.only.empty() && !listed_among(preference.only, provider)) return false;
  if (listed_among(preference.ignore, provider)) return false;
  return preference.allow_fallbacks || preference.order.empty() || listed_among(preference.order, provider);
}

/// What a million input tokens cost here: nothing where a subscription or nobody pays; infinite where nobody knows.
double input_price(const Question& question, const Entry& entry) {
  using catalog::Tier;
  const Tier tier = entry.provider->tier;
  const bool flat = tier == Tier::subscription || tier == Tier::free || tier == Tier::local;
  if (flat) return 0;
  const std::optional<config::Price> price = question.config.price(entry.provider->id, entry.model);
  return price ? price->price.input : HUGE_VAL;
}

double output_price(const Question& question, const Entry& entry) {
  if (input_price(question, entry) == 0) return 0;
  const std::optional<config::Price> price = question.config.price(entry.provider->id, entry.model);
  return price ? price->price.output : HUGE_VAL;
}

bool check_price(const Question& question, Entry& entry) {
  const Preference& preference = question.facts.preference;
  double ceiling = entry.config.max_price > 0 ? entry.config.max_price : HUGE_VAL;
  if (preference.max_input) ceiling = std::min(ceiling, *preference.max_input);
  if (std::isfinite(ceiling)) {
    const double price = input_price(question, entry);
    if (price > ceiling) rule_out(entry, Filter::over_price, price, ceiling);
  }
  if (entry.filter == Filter::none && preference.max_output) {
    const double price = output_price(question, entry);
    if (price > *preference.max_output) rule_out(entry, Filter::over_price, price, *preference.max_output);
  }
  return entry.filter == Filter::none;
}

const Media& media_of(const Question& question) {
  if (!question.facts.media) question.facts.media = question.body.media();
  return *question.facts.media;
}

bool check_context(const Question& question, Entry& entry, const catalog::Model& model) {
  // A token has a byte at least: most requests need no closer look.
  if (!model.context || question.facts.body_bytes <= *model.context) return true;
  if (!question.facts.tokens) question.facts.tokens = question.body.tokens();
  if (*question.facts.tokens <= *model.context) return true;
  rule_out(entry, Filter::context_too_small, static_cast<double>(*question.facts.tokens), static_cast<double>(*model.context));
  return false;
}

bool check_media(const Question& question, Entry& entry, const catalog::Model& model) {
  const auto lacks = [](const std::optional<bool>& ability) { return ability && !*ability; };
  if (lacks(model.images) && media_of(question).images)
    rule_out(entry, Filter::no_images);
  else if (lacks(model.audio) && media_of(question).audio)
    rule_out(entry, Filter::no_audio);
  else if (lacks(model.documents) && media_of(question).documents)
    rule_out(entry, Filter::no_documents);
  else if (lacks(model.tools) && media_of(question).tools)
    rule_out(entry, Filter::no_tools);
  return entry.filter == Filter::none;
}

/// False if the owner's budget for the provider is used up.
bool check_budget(const Question& question, Entry& entry) {
  if (question.config.budget(entry.provider->id) == nullptr) return true;
  const std::optional<Overdraft> over = question.health.overdraft(entry.provider->id);
  if (over) rule_out(entry, Filter::budget_spent, over->spent, over->limit);
  return !over;
}

void check_breakers(const Question& question, const resilience::Profile& profile, Entry& entry) {
  const Tick now = question.now.tick;
  entry.provider_breaker = question.health.breaker(entry.provider->id, profile, now);
  entry.target_breaker = question.health.breaker(breaker_name(*entry.provider, entry.model), profile, now);
  if (!entry.config.health_check) return;
  for (const resilience::Breakers::View* view : {&entry.provider_breaker, &entry.target_breaker}) {
    if (view->state == Breaker::State::half_open) entry.probation = true;
    if (view->state == Breaker::State::open || view->probing) {
      entry.filter = view->probing ? Filter::breaker_probing : Filter::breaker_open;
      entry.retry_at = std::max(entry.retry_at, view->retry_at);
    }
  }
}

void check_account(const Question& question, const Entry& entry, const AccountReading& reading, Candidate& candidate) {
  const auto out = [&candidate](Filter filter, Tick retry_at) {
    candidate.filter = filter;
    candidate.retry_at = retry_at;
  };
  using State = Cooldown::State;
  if (!reading.spent.empty()) {
    const bool returns = reading.spent_until != WallTime::max();
    const auto wait = std::chrono::duration_cast<Tick::duration>(reading.spent_until - question.now.wall);
    out(Filter::quota_spent, returns ? question.now.tick + wait : Tick::max());
  } else if (reading.account == State::cooling) {
    out(Filter::account_cooling, reading.account_until);
  } else if (reading.account == State::probing) {
    out(Filter::account_probing, reading.account_until);
  } else if (reading.model == State::cooling) {
    out(Filter::model_cooling, reading.model_until);
  } else if (reading.model == State::probing) {
    out(Filter::model_probing, reading.model_until);
  } else if (entry.config.health_check) {
    candidate.suspect = reading.account == State::suspect || reading.model == State::suspect;
  }
}

}  // namespace

void check_request(const Question& question, Entry& entry) {
  if (entry.filter != Filter::none || entry.provider == nullptr) return;
  const catalog::Provider& provider = *entry.provider;
  entry.listed = question.config.model(provider, entry.model);
  const std::optional<domain::Format> format = entry.listed != nullptr && entry.listed->format ? entry.listed->format : provider.format;
  if (!format) {
    entry.note = provider.format_word;
    return rule_out(entry, Filter::unsupported_format);
  }
  entry.format = *format;
  if (!wanted(question.facts.preference, provider)) return rule_out(entry, Filter::not_wanted);
  if (!check_price(question, entry)) return;
  const catalog::Model family = entry.listed == nullptr ? catalog::family_model(entry.model) : catalog::Model();
  const catalog::Model& model = entry.listed == nullptr ? family : *entry.listed;
  if (check_context(question, entry, model)) check_media(question, entry, model);
}

void check_health(const Question& question, Plan& plan) {
  const config::Settings& settings = question.config.settings();
  for (Entry& entry : plan.entries) {
    if (entry.filter != Filter::none || entry.provider == nullptr || !check_budget(question, entry)) continue;
    const auto accounts = question.config.accounts(entry.provider->id);
    if (!accounts.empty()) check_breakers(question, profile_of(settings, *accounts.front()), entry);
  }
  std::vector<resilience::AccountBook::Ask> asks;
  asks.reserve(plan.candidates.size());
  for (const Candidate& candidate : plan.candidates) {
    const Entry& entry = plan.entries[candidate.entry];
    asks.push_back({candidate.account->id, entry.model, windows_of(question.config, *entry.provider, candidate.account->id)});
  }
  plan.readings.resize(plan.candidates.size());
  question.health.accounts(asks, question.now, plan.readings);
  for (std::size_t i = 0; i < plan.candidates.size(); ++i) {
    Candidate& candidate = plan.candidates[i];
    const Entry& entry = plan.entries[candidate.entry];
    if (candidate.filter != Filter::none) continue;
    if (entry.filter != Filter::none) {
      candidate.filter = entry.filter;
      candidate.retry_at = entry.retry_at;
      continue;
    }
    check_account(question, entry, plan.readings[i], candidate);
  }
}

}  // namespace omniroute::routing
