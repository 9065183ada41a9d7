#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "omniroute/base/clock.hpp"
#include "omniroute/base/result.hpp"
#include "omniroute/catalog/provider.hpp"
#include "omniroute/config/snapshot.hpp"
#include "omniroute/domain/account.hpp"
#include "omniroute/domain/combo.hpp"
#include "omniroute/domain/format.hpp"
#include "omniroute/resilience/profile.hpp"
#include "omniroute/routing/facts.hpp"
#include "omniroute/routing/health.hpp"
#include "omniroute/routing/names.hpp"

/// A request's plan: a pure function of what is asked, the configuration, the health that is seen, the clock and the dice.
namespace omniroute::routing {

/// One thing to try: a model of a provider, through one account. Pointers live as long as the snapshot, the view as its plan.
struct Target {
  const catalog::Provider* provider = nullptr;
  const domain::Account* account = nullptr;
  std::string_view model;  ///< as the upstream knows it
  domain::Format format = domain::Format::openai_chat;
};

/// Why something is not tried. The order is that of the checks; traces keep the numbers, so that what is new goes to the end.
enum class Filter : std::uint8_t {
  none,
  unknown_model,  ///< nobody knows the name
  no_account,     ///< its provider has no active account, or not the one that was named
  unsupported_format,
  key_not_allowed,
  not_wanted,  ///< the caller's `provider` member rules it out
  over_price,
  context_too_small,
  no_images,
  no_audio,
  no_documents,
  no_tools,
  duplicate,  ///< stands in the plan already
  breaker_open,
  breaker_probing,
  quota_spent,
  account_cooling,
  account_probing,
  model_cooling,
  model_probing,
  budget_spent,  ///< the provider's: looked at before its breaker
};
std::string_view to_string(Filter filter) noexcept;
/// True for what passes by itself: the rest needs another request, or the owner.
bool passes_with_time(Filter filter) noexcept;

/// One rung: a model of a provider, through whichever of its accounts.
struct Entry {
  std::string label;  ///< as it was asked for
  const catalog::Provider* provider = nullptr;
  std::string model;
  domain::Format format = domain::Format::openai_chat;
  const catalog::Model* listed = nullptr;
  std::string account;  ///< the one account to use, or empty
  double weight = 0;
  double score = 0;  ///< what its place rests on
  domain::EffectiveConfig config;
  std::optional<domain::Strategy> account_strategy;  ///< how its accounts take turns: the target's word, or its provider's
  Filter filter = Filter::none;
  double seen = 0;  ///< the value that ruled it out, and the bound it broke
  double bound = 0;
  Tick retry_at{};
  std::string note;        ///< the words of a name that means nothing; the format that is not spoken
  bool probation = false;  ///< its breaker is half open
  resilience::Breakers::View provider_breaker;
  resilience::Breakers::View target_breaker;
};

/// An entry through one account.
struct Candidate {
  std::uint16_t entry = 0;
  std::uint16_t slot = 0;  ///< the account's place among its provider's
  const domain::Account* account = nullptr;
  Filter filter = Filter::none;
  bool suspect = false;  ///< failed lately: asked after all others
  bool bonded = false;   ///< the conversation was here last
  double score = 0;
  Tick retry_at{};
};

/// How a conversation's place was treated.
struct BondOutcome {
  enum class Kind : std::uint8_t { none, fresh, kept, left };
  Kind kind = Kind::none;
  std::int64_t cached_tokens = 0;
  double cost = 0;  ///< US dollars that leaving costs; 0 if the price is not known
};

/// What to try, in order, and why the rest is not tried.
struct Plan {
  std::string combo;  ///< the combo's name; empty for a plain model
  std::string round;  ///< "combo <id>", or empty
  std::string_view ordering = "fill-first";
  std::vector<Entry> entries;
  std::vector<Candidate> candidates;
  std::vector<resilience::AccountReading> readings;  ///< of the candidates, as seen
  std::vector<std::uint16_t> order;                  ///< of candidates
  std::vector<std::pair<std::string, std::uint64_t>> turns;
  std::vector<std::uint64_t> uses;  ///< of the entries, where the ordering looked at them
  std::optional<resilience::Bond> bond;
  BondOutcome bond_outcome;
  domain::EffectiveConfig config;  ///< of the combo, or of all plain models

  [[nodiscard]] bool empty() const noexcept { return order.empty(); }
  [[nodiscard]] Target target(std::size_t candidate) const;
  /// The first one to try.
  [[nodiscard]] Target first() const { return target(order.front()); }
};

/// What a plan is made from.
struct Question {
  const config::Snapshot& config;
  Facts& facts;
  BodyReader& body;  ///< asked only for what a decision needs; the facts keep it
  HealthView& health;
  resilience::Now now;
};

/// The plan for a request; empty() if everything is ruled out for now. Errors: bad_request or not_found when the name means
/// nothing, bad_request when its provider has no account, unsupported when its format is not spoken, forbidden when the key may
/// not use it.
Result<Plan> plan(Question question);

/// The one target that a name can go to whatever happens, its model as its catalog entry has it; nullopt where the router
/// has a choice, or the name means nothing.
std::optional<Target> sole_target(const config::Snapshot& snapshot, std::string_view name);

/// The error of a plan with nothing to try: which candidates there are, what rules each out, when to come back.
Error refusal(const Plan& plan, const resilience::Now& now);

/// What rules something out, with the values that were seen.
struct Ruling {
  Filter filter = Filter::none;
  double seen = 0;
  double bound = 0;
  std::optional<std::chrono::milliseconds> back_in;  ///< absent: not said
  bool for_good = false;
  resilience::FailureClass cause = resilience::FailureClass::server_error;
  std::string_view window;   ///< the quota that is used up
  std::string_view note;     ///< the words of a name that means nothing; the format that is not spoken
  std::string_view account;  ///< the one that was named
};
Ruling ruling_of(const Plan& plan, const Candidate* candidate, const Entry& entry, const resilience::Now& now);
/// A clause for people: "a prompt of about 300000 tokens does not fit its context of 131072".
std::string reason(const Ruling& ruling);

/// The patience that settings give to an account's kind.
resilience::Profile profile_of(const config::Settings& settings, const domain::Account& account) noexcept;
/// The quota windows of an account: the owner's own before its provider's.
std::span<const domain::WindowRule> windows_of(const config::Snapshot& config, const catalog::Provider& provider,
                                               std::string_view account) noexcept;
/// The name of a target's breaker.
std::string breaker_name(const catalog::Provider& provider, std::string_view model);

}  // namespace omniroute::routing
