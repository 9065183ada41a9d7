#include "omniroute/routing/replay.hpp"

#include <algorithm>

namespace omniroute::routing {
namespace {

using resilience::AccountBook;
using resilience::AccountReading;
using resilience::Breakers;

/// What a trace saw of the others, as if it were now.
class RecordedHealth final : public HealthView {
 public:
  explicit RecordedHealth(const Trace& trace) : trace_(trace) {}

  void accounts(std::span<const AccountBook::Ask> asks, const resilience::Now& /*now*/, std::span<AccountReading> out) const override {
    for (std::size_t i = 0; i < asks.size(); ++i) {
      const TracedCandidate* exact = nullptr;
      const TracedCandidate* sibling = nullptr;
      for (const TracedCandidate& candidate : trace_.candidates) {
        if (candidate.account != asks[i].account) continue;
        sibling = &candidate;
        if (trace_.entries[candidate.entry].model == asks[i].model) exact = &candidate;
      }
      if (exact != nullptr) out[i] = exact->reading;
      if (exact != nullptr || sibling == nullptr) continue;
      // Another model of the same account: what concerns the account alone.
      out[i] = sibling->reading;
      out[i].model = resilience::Cooldown::State::ready;
      out[i].first_token_ms = 0;
    }
  }

  [[nodiscard]] Breakers::View breaker(std::string_view name, const resilience::Profile& /*profile*/, Tick /*now*/) const override {
    for (const TracedEntry& entry : trace_.entries) {
      if (entry.provider.empty()) continue;
      if (name == entry.provider) return entry.provider_breaker;
      if (name.size() == entry.provider.size() + 1 + entry.model.size() && name.starts_with(entry.provider) && name.ends_with(entry.model))
        return entry.target_breaker;
    }
    return {};
  }

  std::uint64_t turn(std::string_view round, bool /*take*/) override {
    const auto found = std::find_if(trace_.turns.begin(), trace_.turns.end(), [round](const auto& turn) { return turn.first == round; });
    return found == trace_.turns.end() ? 0 : found->second;
  }

  void uses(std::string_view /*combo*/, std::span<const std::string> targets, std::span<std::uint64_t> out) const override {
    for (std::size_t i = 0; i < targets.size(); ++i)
      for (std::size_t e = 0; e < std::min(trace_.entries.size(), trace_.uses.size()); ++e)
        if (targets[i] == trace_.entries[e].provider + "/" + trace_.entries[e].model) out[i] = trace_.uses[e];
  }

  [[nodiscard]] std::optional<resilience::Bond> bond(std::uint64_t /*key*/) const override { return trace_.bond; }

  [[nodiscard]] std::optional<Overdraft> overdraft(std::string_view provider) const override {
    for (const TracedEntry& entry : trace_.entries)
      if (entry.provider == provider && entry.filter == Filter::budget_spent) return Overdraft{entry.seen, entry.bound};
    return std::nullopt;
  }

 private:
  const Trace& trace_;
};

/// The body is gone: what was not looked at then is not known now.
class NoBody final : public BodyReader {
 public:
  explicit NoBody(const Facts& facts) : facts_(facts) {}
  std::int64_t tokens() override { return facts_.body_bytes / 4; }
  Media media() override { return {}; }
  Affinity affinity() override { return {}; }

 private:
  const Facts& facts_;
};

std::string first_of(const Trace& trace) {
  for (const TracedCandidate& candidate : trace.candidates)
    if (candidate.place == 1) return trace.entries[candidate.entry].provider + "/" + trace.entries[candidate.entry].model;
  return "refused";
}

std::vector<std::string> order_of(const Trace& trace) {
  std::vector<const TracedCandidate*> placed;
  for (const TracedCandidate& candidate : trace.candidates)
    if (candidate.place > 0) placed.push_back(&candidate);
  std::sort(placed.begin(), placed.end(), [](const auto* a, const auto* b) { return a->place < b->place; });
  std::vector<std::string> order;
  for (const TracedCandidate* candidate : placed) {
    const TracedEntry& entry = trace.entries[candidate->entry];
    order.push_back(entry.provider + "/" + entry.model + " " + candidate->account);
  }
  return order;
}

bool same_order(const Plan& plan, const std::vector<std::string>& before) {
  if (plan.order.size() != before.size()) return false;
  for (std::size_t i = 0; i < before.size(); ++i) {
    const Target target = plan.target(plan.order[i]);
    if (before[i] != target.provider->id + "/" + std::string(target.model) + " " + target.account->id) return false;
  }
  return true;
}

}  // namespace

Replayed replay(const Trace& trace, const config::Snapshot& config) {
  Replayed replayed;
  replayed.before = first_of(trace);
  RecordedHealth health(trace);
  NoBody body(trace.facts);
  Facts facts = trace.facts;
  // The recorded ticks count from Tick(), the walls from WallTime().
  const resilience::Now now{Tick(), WallTime()};
  Result<Plan> again = plan({config, facts, body, health, now});
  if (!again || again->empty()) {
    replayed.after = "refused";
    replayed.order_changed = replayed.before != "refused";
    return replayed;
  }
  const Target first = again->first();
  replayed.after = first.provider->id + "/" + std::string(first.model);
  replayed.order_changed = !same_order(*again, order_of(trace));
  return replayed;
}

}  // namespace omniroute::routing
