#include "expand.hpp"

#include <algorithm>
#include <array>

namespace omniroute::routing {
namespace {

using domain::Combo;
using domain::ComboConfig;
using domain::ComboTarget;

/// So many rungs a plan may have; what goes beyond is cut off at the end.
constexpr std::size_t most_entries = 512;
constexpr std::size_t most_fallbacks = 20;

/// What was said above an entry on the way down to it.
struct Above {
  const ComboConfig* combo = nullptr;   ///< of the outermost combo: inner ones lend their targets alone
  const ComboTarget* target = nullptr;  ///< the outermost combo's rung
  double weight = 0;
  int depth = 0;
};

class Expansion {
 public:
  Expansion(const Question& question, Plan& plan) : snapshot_(question.config), facts_(question.facts), plan_(plan) {}

  Status run(Suffix& suffix) {
    std::string_view name = facts_.model;
    const config::RoutingTable& routing = snapshot_.routing();
    if (routing.combo(name) == nullptr) suffix = take_suffix(snapshot_, name);
    plan_.config = routing.base();
    const Combo* combo = routing.combo(name);
    if (combo != nullptr) {
      open_combo(*combo);
    } else if (name == "auto") {
      open_auto();
    } else if (Status added = add_plain(name, suffix); !added && facts_.fallbacks.empty()) {
      return added;
    }
    add_fallbacks();
    if (plan_.entries.size() > most_entries) plan_.entries.resize(most_entries);
    return {};
  }

 private:
  void open_combo(const Combo& combo) {
    plan_.combo = combo.name;
    plan_.round = "combo " + combo.id;
    plan_.config.take(combo.config);
    Above above;
    above.combo = &combo.config;
    for (const ComboTarget& target : combo.targets) {
      above.target = &target;
      above.weight = target.weight;
      above.depth = 1;
      add_target(target, above);
    }
  }

  void add_target(const ComboTarget& target, const Above& above) {
    const Combo* inner = snapshot_.routing().combo(target.model);
    if (inner == nullptr) {
      add_named(target, above);
      return;
    }
    // Deeper ones and circles were refused when they were saved; what slipped in by an edit beside that is passed over.
    const int deepest = std::min(target.config.max_depth.value_or(plan_.config.max_depth), domain::deepest_combo);
    if (above.depth >= deepest || inner->name == plan_.combo) return;
    double total = 0;
    for (const ComboTarget& rung : inner->targets) total += rung.weight;
    for (const ComboTarget& rung : inner->targets) {
      Above below = above;
      ++below.depth;
      const double share = total > 0 ? rung.weight / total : 1.0 / static_cast<double>(inner->targets.size());
      below.weight = above.weight * share;
      add_target(rung, below);
    }
  }

  void add_named(const ComboTarget& target, const Above& above) {
    std::string_view name = target.model;
    static_cast<void>(take_suffix(snapshot_, name));
    Result<Resolved> resolved = resolve(snapshot_, name);
    Entry& entry = plan_.entries.emplace_back();
    entry.label = target.model;
    entry.account = target.account;
    entry.weight = above.weight;
    if (resolved) {
      entry.provider = resolved->provider;
      entry.model = std::move(resolved->model);
    } else {
      entry.filter = Filter::unknown_model;
      entry.note = resolved.error().message;
    }
    configure(entry, above, &target.config);
  }

  /// What is said of a target alone; its strategy orders accounts, since there is nothing else left to order.
  static void take_target(Entry& entry, const ComboConfig& config) {
    entry.config.take(config);
    if (config.strategy) entry.account_strategy = config.strategy;
  }

  void configure(Entry& entry, const Above& above, const ComboConfig* own) const {
    const config::RoutingTable& routing = snapshot_.routing();
    entry.config = routing.base();
    // A plain name is asked once at each account: who wants more asks again, as the vendors' own clients do.
    if (above.combo == nullptr && !routing.rows().defaults.max_retries) entry.config.max_retries = 0;
    const ComboConfig* of_provider = entry.provider == nullptr ? nullptr : routing.override_of(entry.provider->id);
    if (of_provider != nullptr) entry.config.take(*of_provider);
    if (of_provider != nullptr) entry.account_strategy = of_provider->strategy;
    if (above.combo != nullptr) entry.config.take(*above.combo);
    if (above.target != nullptr && own != &above.target->config) take_target(entry, above.target->config);
    if (own != nullptr) take_target(entry, *own);
  }

  Entry& add_provider(std::string label, const catalog::Provider& provider, std::string model) {
    Entry& entry = plan_.entries.emplace_back();
    entry.label = std::move(label);
    entry.provider = &provider;
    entry.model = std::move(model);
    configure(entry, Above(), nullptr);
    return entry;
  }

  /// A plain name is one rung, but for chains and for bare names that the caller wants sorted or chosen by provider.
  Status add_plain(std::string_view name, Suffix suffix) {
    const std::string present = renamed(snapshot_.routing(), name);
    // An alias or a wildcard may stand for a combo.
    if (present != name) {
      if (const Combo* combo = snapshot_.routing().combo(present)) {
        open_combo(*combo);
        return {};
      }
    }
    if (present.find('/') == std::string::npos && add_several(present, suffix)) return {};
    Result<Resolved> resolved = resolve(snapshot_, name);
    if (!resolved) return std::move(resolved).error();
    add_provider(std::string(name), *resolved->provider, std::move(resolved->model));
    plan_.config = plan_.entries.back().config;
    return {};
  }

  bool add_several(const std::string& name, Suffix suffix) {
    if (const domain::FallbackChain* chain = snapshot_.routing().chain(name)) {
      bool any = false;
      for (const domain::FallbackChain::Link& link : chain->links) {
        const catalog::Provider* provider = link.enabled ? snapshot_.provider(link.provider) : nullptr;
        if (provider == nullptr) continue;
        add_provider(provider->alias + "/" + name, *provider, name);
        any = true;
      }
      if (any) return true;
    }
    const bool chosen = suffix != Suffix::none || !facts_.preference.empty();
    if (!chosen) return false;
    const std::vector<const catalog::Provider*> able = connected_listing(snapshot_, name);
    for (const catalog::Provider* provider : able) add_provider(provider->alias + "/" + name, *provider, name);
    return !able.empty();
  }

  void add_fallbacks() {
    for (std::size_t i = 0; i < std::min(facts_.fallbacks.size(), most_fallbacks); ++i) {
      const std::string& name = facts_.fallbacks[i];
      if (name == facts_.model) continue;
      ComboTarget target;
      target.model = name;
      Above above;
      above.depth = 1;
      if (const Combo* combo = snapshot_.routing().combo(name)) {
        for (const ComboTarget& rung : combo->targets) add_target(rung, above);
      } else {
        add_named(target, above);
      }
    }
  }

  // The four tiers in the order in which people like to fall back; what belongs to none of them stands where it costs alike.
  void open_auto() {
    using catalog::Tier;
    constexpr std::array<Tier, 6> tiers{Tier::subscription, Tier::api_key, Tier::node, Tier::cheap, Tier::free, Tier::local};
    plan_.combo = "auto";
    plan_.round = "combo auto";
    plan_.config.take(snapshot_.routing().rows().automatic);
    for (const Tier tier : tiers) {
      for (const catalog::Provider* provider : snapshot_.providers()) {
        const auto accounts = snapshot_.accounts(provider->id);
        if (provider->tier != tier || accounts.empty() || !serves_chat(*provider)) continue;
        add_models(*provider, accounts);
      }
    }
  }

  static bool serves_chat(const catalog::Provider& provider) {
    if (!provider.format) return false;
    return provider.kinds.empty() || std::find(provider.kinds.begin(), provider.kinds.end(), "chat") != provider.kinds.end();
  }

  /// The models its accounts name as their default, else all that are listed: of those one is kept, once it is known which fit.
  void add_models(const catalog::Provider& provider, std::span<const domain::Account* const> accounts) {
    const std::size_t before = plan_.entries.size();
    const auto add = [&](const std::string& model) {
      const bool there = std::any_of(plan_.entries.begin() + static_cast<std::ptrdiff_t>(before), plan_.entries.end(),
                                     [&model](const Entry& entry) { return entry.model == model; });
      if (there) return;
      Entry& entry = add_provider(provider.alias + "/" + model, provider, model);
      Above above;
      above.combo = &snapshot_.routing().rows().automatic;
      configure(entry, above, nullptr);
    };
    for (const domain::Account* account : accounts)
      if (!account->default_model.empty()) add(account->default_model);
    if (plan_.entries.size() > before) return;
    for (const catalog::Model& model : snapshot_.routing().custom_models(provider.id)) add(model.id);
    for (const catalog::Model& model : provider.models) add(model.id);
  }

  const config::Snapshot& snapshot_;
  const Facts& facts_;
  Plan& plan_;
};

}  // namespace

Status expand(const Question& question, Plan& plan, Suffix& suffix) { return Expansion(question, plan).run(suffix); }

}  // namespace omniroute::routing
