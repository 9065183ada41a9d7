#pragma once
#include <array>
#include <chrono>
#include <optional>
#include <string_view>
#include <variant>

#include "omniroute/domain/combo.hpp"

namespace omniroute::config {

using ComboMember = std::variant<std::optional<domain::Strategy> domain::ComboConfig::*, std::optional<int> domain::ComboConfig::*,
                                 std::optional<std::chrono::milliseconds> domain::ComboConfig::*,
                                 std::optional<bool> domain::ComboConfig::*, std::optional<double> domain::ComboConfig::*>;

/// A key of the cascade, as the API and the store name it, with its bounds (product-spec.md c.4, e.2).
struct ComboKey {
  std::string_view name;
  ComboMember member;
  double least = 0;
  double most = 0;
};

inline constexpr std::array combo_keys{
    ComboKey{"strategy", &domain::ComboConfig::strategy},
    ComboKey{"maxRetries", &domain::ComboConfig::max_retries, 0, 10},
    ComboKey{"retryDelayMs", &domain::ComboConfig::retry_delay, 0, 60'000},
    ComboKey{"concurrencyPerModel", &domain::ComboConfig::concurrency_per_model, 1, 1'000},
    ComboKey{"queueTimeoutMs", &domain::ComboConfig::queue_timeout, 0, 600'000},
    ComboKey{"maxComboDepth", &domain::ComboConfig::max_depth, 1, domain::deepest_combo},
    ComboKey{"timeoutMs", &domain::ComboConfig::timeout, 1'000, 600'000},
    ComboKey{"healthCheckEnabled", &domain::ComboConfig::health_check},
    ComboKey{"healthCheckTimeoutMs", &domain::ComboConfig::health_check_timeout, 100, 60'000},
    ComboKey{"trackMetrics", &domain::ComboConfig::track_metrics},
    ComboKey{"sessionAffinity", &domain::ComboConfig::affinity},
    ComboKey{"contentFilterFallback", &domain::ComboConfig::filter_fallback},
    ComboKey{"maxInputPrice", &domain::ComboConfig::max_price, 0, 1'000'000},
    ComboKey{"hedgeAfterMs", &domain::ComboConfig::hedge_after, 0, 600'000},
    ComboKey{"hedgeShare", &domain::ComboConfig::hedge_share, 0, 1},
};

}  // namespace omniroute::config
