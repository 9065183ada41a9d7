#include "omniroute/domain/combo.hpp"

#include <algorithm>
#include <array>

namespace omniroute::domain {
namespace {

constexpr std::array<std::string_view, 7> strategies{"fill-first", "weighted",   "round-robin",   "p2c",
                                                     "random",     "least-used", "cost-optimized"};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

template <class T>
void over(T& value, const std::optional<T>& above) {
  if (above) value = *above;
}

}  // namespace

std::string_view to_string(Strategy strategy) noexcept { return strategies[static_cast<std::size_t>(strategy)]; }

std::optional<Strategy> parse_strategy(std::string_view name) noexcept {
  if (name == "priority") return Strategy::fill_first;
  const auto found = std::find(strategies.begin(), strategies.end(), name);
  if (found == strategies.end()) return std::nullopt;
  return static_cast<Strategy>(found - strategies.begin());
}

void EffectiveConfig::take(const ComboConfig& above) {
  over(strategy, above.strategy);
  over(max_retries, above.max_retries);
  over(retry_delay, above.retry_delay);
  over(concurrency_per_model, above.concurrency_per_model);
  over(queue_timeout, above.queue_timeout);
  over(max_depth, above.max_depth);
  over(timeout, above.timeout);
  over(health_check, above.health_check);
  over(health_check_timeout, above.health_check_timeout);
  over(track_metrics, above.track_metrics);
  over(affinity, above.affinity);
  over(filter_fallback, above.filter_fallback);
  over(max_price, above.max_price);
  over(hedge_after, above.hedge_after);
  over(hedge_share, above.hedge_share);
}

bool fits_wildcard(std::string_view pattern, std::string_view text, std::string_view* met) noexcept {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;  // the last '*' met, and where its run ends for now
  std::size_t run_end = 0;
  const std::size_t first_star = pattern.find('*');
  std::size_t first_begin = 0;
  std::size_t first_end = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      if (p == first_star) first_begin = t;
      star = p++;
      run_end = t;
      if (star == first_star) first_end = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || lower(pattern[p]) == lower(text[t]))) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++run_end;
      if (star == first_star) first_end = t;
    } else {
      return false;
    }
  }
  if (p == first_star) first_begin = first_end = t;
  while (p < pattern.size() && pattern[p] == '*') ++p;
  if (p != pattern.size()) return false;
  if (met != nullptr) *met = first_star == std::string_view::npos ? std::string_view() : text.substr(first_begin, first_end - first_begin);
  return true;
}

int specificity(std::string_view pattern) noexcept {
  const auto stars = static_cast<int>(std::count(pattern.begin(), pattern.end(), '*'));
  const auto marks = static_cast<int>(std::count(pattern.begin(), pattern.end(), '?'));
  const auto length = static_cast<int>(pattern.size());
  return 10 * (length - stars - marks) - 50 * stars - 5 * marks + length;
}

}  // namespace omniroute::domain
