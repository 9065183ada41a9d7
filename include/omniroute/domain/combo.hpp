#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace omniroute::domain {

/// An opinion on order, for the targets of a combo and the accounts of a provider alike.
enum class Strategy : std::uint8_t { fill_first, weighted, round_robin, p2c, random, least_used, cost_optimized };
/// "fill-first", "weighted", "round-robin", "p2c", "random", "least-used", "cost-optimized".
std::string_view to_string(Strategy strategy) noexcept;
/// Those names, and "priority" for fill-first.
std::optional<Strategy> parse_strategy(std::string_view name) noexcept;

/// The keys of the cascade built-in -> settings -> provider -> combo -> target (product-spec.md e.2). Absent = what lies below says.
struct ComboConfig {
  std::optional<Strategy> strategy;
  std::optional<int> max_retries;                                 ///< 0..10: further tries at the same account
  std::optional<std::chrono::milliseconds> retry_delay;           ///< 0..60000: before such a try
  std::optional<int> concurrency_per_model;                       ///< 1..1000: places at each target of a round-robin combo
  std::optional<std::chrono::milliseconds> queue_timeout;         ///< 0..600000: waiting for a place
  std::optional<int> max_depth;                                   ///< 1..3: how deep combos may nest
  std::optional<std::chrono::milliseconds> timeout;               ///< 1000..600000: an attempt's time to its first content
  std::optional<bool> health_check;                               ///< false: breakers and soft cooldowns are not looked at
  std::optional<std::chrono::milliseconds> health_check_timeout;  ///< 100..60000: connecting, while a target is on probation
  std::optional<bool> track_metrics;
  std::optional<bool> affinity;                          ///< a conversation stays where its prompt cache is
  std::optional<bool> filter_fallback;                   ///< a content filter's refusal goes to the next target
  std::optional<double> max_price;                       ///< US dollars per million input tokens; dearer targets are left out
  std::optional<std::chrono::milliseconds> hedge_after;  ///< 0 = never: a second target is asked when the first is silent so long
  std::optional<double> hedge_share;                     ///< 0..1: of the last minutes' requests, so many may be asked twice
  bool operator==(const ComboConfig&) const = default;
};

/// The cascade's outcome.
struct EffectiveConfig {
  Strategy strategy = Strategy::fill_first;
  int max_retries = 1;
  std::chrono::milliseconds retry_delay{2'000};
  int concurrency_per_model = 3;
  std::chrono::milliseconds queue_timeout{30'000};
  int max_depth = 3;
  std::chrono::milliseconds timeout{0};  ///< 0 = the settings' clocks alone
  bool health_check = true;
  std::chrono::milliseconds health_check_timeout{3'000};
  bool track_metrics = true;
  bool affinity = true;
  bool filter_fallback = false;
  double max_price = 0;  ///< 0 = none
  std::chrono::milliseconds hedge_after{0};
  double hedge_share = 0.1;

  /// Takes over what `above` says.
  void take(const ComboConfig& above);
};

/// One rung of a combo.
struct ComboTarget {
  std::string model;    ///< any model name a client may use, or another combo's name
  std::string account;  ///< id or name of the one account to use; empty = the provider's
  int weight = 0;       ///< 0..100, of the weighted strategy
  ComboConfig config;   ///< for this target alone
  bool operator==(const ComboTarget&) const = default;
};

/// A named, ordered list of targets that is used like a model.
struct Combo {
  std::string id;
  std::string name;  ///< [A-Za-z0-9_/.-]{1,100}, unique
  std::vector<ComboTarget> targets;
  ComboConfig config;
  bool active = true;
  std::int64_t created_ms = 0;
  std::int64_t updated_ms = 0;
};

/// How deep combos may nest.
inline constexpr int deepest_combo = 3;

/// A short name for a model: bare names only, without a slash.
struct Alias {
  std::string name;
  std::string target;  ///< "provider/model", or any other model name
};

/// A pattern for model names: '*' any run, '?' one character, without case, the whole name.
struct Wildcard {
  std::string pattern;
  std::string target;  ///< a '*' in it receives what the pattern's first '*' met
};

/// True if `text` fits; `met` (may be null) gets what the first '*' stands for. A view into `text`.
bool fits_wildcard(std::string_view pattern, std::string_view text, std::string_view* met) noexcept;
/// 10 a literal character, -50 a '*', -5 a '?', + the pattern's length: of several that fit the highest counts.
int specificity(std::string_view pattern) noexcept;

/// A model that the owner added to a provider or node.
struct CustomModel {
  std::string provider;  ///< provider id or node id
  std::string id;        ///< as the upstream knows it
  std::string name;
  bool imported = false;                   ///< from the upstream's list; else by hand
  std::optional<std::int64_t> context;     ///< tokens
  std::optional<std::int64_t> max_output;  ///< tokens
  std::optional<double> input_price;       ///< US dollars per million tokens
  std::optional<double> output_price;
  std::optional<bool> images;  ///< takes pictures
  std::optional<bool> tools;   ///< takes tools
};

/// A bare model name that several providers serve, in the owner's order.
struct FallbackChain {
  struct Link {
    std::string provider;
    int priority = 1;
    bool enabled = true;
  };
  std::string model;
  std::vector<Link> links;  ///< by priority
};

}  // namespace omniroute::domain
