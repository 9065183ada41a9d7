#include "arrange.hpp"

#include <algorithm>

#include "omniroute/routing/strategy.hpp"

namespace omniroute::routing {
namespace {

using resilience::AccountReading;

/// A prompt cache is gone after that (the longest that vendors offer is an hour).
constexpr auto cache_life = std::chrono::hours(1);

class Arrangement {
 public:
  Arrangement(const Question& question, Plan& plan, Suffix suffix)
      : question_(question), plan_(plan), suffix_(suffix), dice_(question.facts.seed) {}

  void run() {
    group();
    const Ordering& ordering = ordering_of_entries();
    plan_.ordering = ordering.name();
    order_entries(ordering);
    prefer();
    look_for_bond(ordering);
    bool first = true;
    for (const std::size_t entry : ranks_) {
      order_accounts(entry, first);
      first = false;
    }
    std::stable_partition(plan_.order.begin(), plan_.order.end(), [this](std::uint16_t i) { return !plan_.candidates[i].suspect; });
    settle_bond();
  }

 private:
  /// The candidates that may be tried, by entry; entries without one are not ordered.
  void group() {
    open_.resize(plan_.entries.size());
    for (std::size_t i = 0; i < plan_.candidates.size(); ++i)
      if (plan_.candidates[i].filter == Filter::none) open_[plan_.candidates[i].entry].push_back(static_cast<std::uint16_t>(i));
  }

  const Ordering& ordering_of_entries() const {
    if (suffix_ == Suffix::floor) return ordering_of(domain::Strategy::cost_optimized);
    if (suffix_ == Suffix::nitro) return fastest_first();
    switch (question_.facts.preference.sort) {
      case Preference::Sort::price: return ordering_of(domain::Strategy::cost_optimized);
      case Preference::Sort::speed: return fastest_first();
      case Preference::Sort::none: break;
    }
    return ordering_of(plan_.combo.empty() || plan_.combo == "auto" ? domain::Strategy::fill_first : plan_.config.strategy);
  }

  [[nodiscard]] Choice choice_of_entry(std::size_t index, bool priced) const {
    const Entry& entry = plan_.entries[index];
    Choice choice;
    choice.slot = index;
    choice.weight = entry.weight;
    if (priced)
      if (const auto price = question_.config.price(entry.provider->id, entry.model)) choice.price = price->price.input;
    if (index < plan_.uses.size()) choice.uses = plan_.uses[index];
    for (const std::uint16_t candidate : open_[index]) {
      const AccountReading& reading = plan_.readings[candidate];
      choice.in_flight += reading.in_flight;
      choice.failures += reading.failures;
      choice.last_used = std::max(choice.last_used, reading.last_used);
      if (reading.first_token_ms > 0 && (choice.first_token_ms == 0 || reading.first_token_ms < choice.first_token_ms))
        choice.first_token_ms = reading.first_token_ms;
    }
    return choice;
  }

  void order_entries(const Ordering& ordering) {
    if (plan_.entries.size() == 1) {
      if (!open_[0].empty()) ranks_.push_back(0);
      return;
    }
    read_uses(ordering);
    const bool priced = &ordering == &ordering_of(domain::Strategy::cost_optimized);
    std::vector<Choice> choices;
    for (std::size_t i = 0; i < plan_.entries.size(); ++i)
      if (!open_[i].empty()) choices.push_back(choice_of_entry(i, priced));
    std::uint64_t turn = 0;
    if (ordering.takes_turns() && !plan_.round.empty()) turn = take_turn(plan_.round, true);
    ordering.order({choices, plan_.entries.size(), turn, dice_}, scratch_);
    for (const std::size_t place : scratch_) {
      ranks_.push_back(choices[place].slot);
      plan_.entries[choices[place].slot].score = ordering.score(choices[place]);
    }
  }

  void read_uses(const Ordering& ordering) {
    if (plan_.combo.empty() || &ordering != &ordering_of(domain::Strategy::least_used)) return;
    std::vector<std::string> names;
    for (const Entry& entry : plan_.entries)
      names.push_back(entry.provider == nullptr ? entry.label : breaker_name(*entry.provider, entry.model));
    plan_.uses.resize(names.size());
    question_.health.uses(plan_.combo, names, plan_.uses);
  }

  std::uint64_t take_turn(const std::string& round, bool take) {
    const std::uint64_t turn = question_.health.turn(round, take);
    plan_.turns.emplace_back(round, turn);
    return turn;
  }

  /// The providers that the caller names go first, in its order.
  void prefer() {
    const auto& wanted = question_.facts.preference.order;
    if (wanted.empty()) return;
    const auto place = [&](std::size_t index) {
      const Entry& entry = plan_.entries[index];
      const auto named =
          std::find_if(wanted.begin(), wanted.end(), [&](const std::string& n) { return means_provider(n, *entry.provider); });
      return named - wanted.begin();
    };
    std::stable_sort(ranks_.begin(), ranks_.end(), [&](std::size_t a, std::size_t b) { return place(a) < place(b); });
  }

  [[nodiscard]] bool choice_is_open(const Ordering& ordering) const {
    if (!ordering.by_rank() && ranks_.size() > 1) return true;
    return std::any_of(plan_.candidates.begin(), plan_.candidates.end(), [&](const Candidate& candidate) { return candidate.slot > 0; });
  }

  void look_for_bond(const Ordering& ordering) {
    const bool wanted = std::any_of(ranks_.begin(), ranks_.end(), [this](std::size_t i) { return plan_.entries[i].config.affinity; });
    if (!wanted || !choice_is_open(ordering)) return;
    Facts& facts = question_.facts;
    if (!facts.affinity) facts.affinity = question_.body.affinity();
    if (facts.affinity->source == AffinitySource::none) return;
    plan_.bond_outcome.kind = BondOutcome::Kind::fresh;
    if (!facts.affinity->continues) return;
    plan_.bond = question_.health.bond(facts.affinity->key);
    if (!plan_.bond || question_.now.tick - plan_.bond->used > cache_life) {
      plan_.bond.reset();
      return;
    }
    for (std::size_t i = 0; i < plan_.candidates.size(); ++i) {
      Candidate& candidate = plan_.candidates[i];
      const Entry& entry = plan_.entries[candidate.entry];
      candidate.bonded = entry.config.affinity && candidate.account->id == plan_.bond->account && entry.model == plan_.bond->model &&
                         entry.provider->id == plan_.bond->provider;
      if (!candidate.bonded || candidate.filter != Filter::none || candidate.suspect || ordering.by_rank()) continue;
      const auto rank = std::find(ranks_.begin(), ranks_.end(), std::size_t{candidate.entry});
      if (rank != ranks_.end()) std::rotate(ranks_.begin(), rank, rank + 1);
    }
  }

  void order_accounts(std::size_t index, bool first) {
    std::vector<std::uint16_t>& open = open_[index];
    if (open.size() > 1) {
      const Entry& entry = plan_.entries[index];
      const domain::Strategy strategy = entry.account_strategy.value_or(question_.config.settings().fallback_strategy);
      const Ordering& ordering = ordering_of(strategy);
      std::vector<Choice> choices;
      for (const std::uint16_t candidate : open) choices.push_back(choice_of_account(candidate, strategy));
      std::uint64_t turn = 0;
      if (ordering.takes_turns()) {
        const auto sticky = static_cast<std::uint64_t>(std::max<std::int64_t>(1, question_.config.settings().sticky_round_robin_limit));
        turn = take_turn("provider " + entry.provider->id, first) / sticky;
      }
      ordering.order({choices, question_.config.accounts(entry.provider->id).size(), turn, dice_}, scratch_);
      const std::vector<std::uint16_t> as_given = open;
      for (std::size_t place = 0; place < scratch_.size(); ++place) {
        open[place] = as_given[scratch_[place]];
        plan_.candidates[open[place]].score = ordering.score(choices[scratch_[place]]);
      }
    }
    const auto bonded = std::find_if(open.begin(), open.end(), [this](std::uint16_t i) { return plan_.candidates[i].bonded; });
    if (bonded != open.end()) std::rotate(open.begin(), bonded, bonded + 1);
    plan_.order.insert(plan_.order.end(), open.begin(), open.end());
  }

  [[nodiscard]] Choice choice_of_account(std::uint16_t index, domain::Strategy strategy) const {
    const Candidate& candidate = plan_.candidates[index];
    const AccountReading& reading = plan_.readings[index];
    Choice choice;
    choice.slot = candidate.slot;
    if (strategy == domain::Strategy::weighted) choice.weight = question_.config.routing().account(candidate.account->id).weight;
    choice.in_flight = reading.in_flight;
    choice.failures = reading.failures;
    choice.last_used = reading.last_used;  // accounts count by their last use, so that a new one is not asked alone for long
    choice.first_token_ms = reading.first_token_ms;
    return choice;
  }

  void settle_bond() {
    if (!plan_.bond) return;
    BondOutcome& outcome = plan_.bond_outcome;
    outcome.cached_tokens = plan_.bond->cached_tokens;
    outcome.kind = !plan_.order.empty() && plan_.candidates[plan_.order.front()].bonded ? BondOutcome::Kind::kept : BondOutcome::Kind::left;
    const std::optional<config::Price> known = question_.config.price(plan_.bond->provider, plan_.bond->model);
    if (!known) return;
    constexpr double million = 1e6;
    outcome.cost = static_cast<double>(outcome.cached_tokens) * (known->price.input - known->price.cache_read) / million;
  }

  const Question& question_;
  Plan& plan_;
  const Suffix suffix_;
  Dice dice_;
  std::vector<std::vector<std::uint16_t>> open_;
  std::vector<std::size_t> ranks_;  // entries, best first
  std::vector<std::size_t> scratch_;
};

}  // namespace

void arrange(const Question& question, Plan& plan, Suffix suffix) { Arrangement(question, plan, suffix).run(); }

}  // namespace omniroute::routing
