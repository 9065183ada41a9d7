#include "omniroute/resilience/failure.hpp"

#include <algorithm>
#include <string>

namespace omniroute::resilience {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds rate_first{1'000};
constexpr milliseconds rate_most{120'000};
constexpr milliseconds transient_most{60'000};
constexpr int rate_levels = 15;

std::string lower(std::string_view text) {
  constexpr std::size_t enough = 2'000;  // providers say it at the beginning
  std::string out(text.substr(0, enough));
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

bool says(std::string_view text, std::string_view pattern) {
  while (!pattern.empty()) {
    const std::size_t bar = pattern.find('|');
    if (text.find(pattern.substr(0, bar)) != std::string_view::npos) return true;
    if (bar == std::string_view::npos) break;
    pattern.remove_prefix(bar + 1);
  }
  return false;
}

bool names_model(const Failure& failure, std::string_view text) {
  if (failure.model.empty()) return false;
  const std::string model = lower(failure.model);
  if (text.find(model) != std::string_view::npos) return true;
  const std::size_t slash = model.rfind('/');
  return slash != std::string::npos && slash + 4 < model.size() &&
         text.find(std::string_view(model).substr(slash + 1)) != std::string_view::npos;
}

std::string words_of(const Failure& failure) {
  std::string text = lower(failure.message);
  text += '\n';
  text += lower(failure.code);
  text += '\n';
  text += lower(failure.type);
  return text;
}

const FailureRow& row_for(const Failure& failure, std::string_view text) noexcept {
  for (const FailureRow& row : failure_table()) {
    // Rows for a provider's doings name no origin: what others did was met above them.
    if (!row.origins.has(failure.origin) || !row.phases.has(failure.phase) || !row.statuses.has(failure.status)) continue;
    if (!row.kinds.has(failure.kind) || (!row.pattern.empty() && !says(text, row.pattern))) continue;
    return row;
  }
  return failure_table().back();
}

milliseconds doubled(milliseconds base, int level, milliseconds most) {
  milliseconds value = base;
  for (int i = 0; i < level && value < most; ++i) value *= 2;
  return std::min(value, most);
}

milliseconds by_formula(const FailureRow& row, int level, const Profile& profile) {
  switch (row.formula) {
    case Formula::none: return milliseconds(0);
    case Formula::fixed: return row.pause;
    case Formula::rate: return std::max(doubled(rate_first, std::min(level, rate_levels), rate_most), profile.rate_limit);
    case Formula::transient: return doubled(profile.transient, std::min(level, profile.max_level), transient_most);
  }
  return milliseconds(0);
}

}  // namespace

Failure failure_of(const Error& error, Phase phase, std::string_view model) noexcept {
  return {origin_of(error), phase, error.upstream_status, error.kind, error.message, error.code, error.type, model};
}

const FailureRow& classify(const Failure& failure) noexcept { return row_for(failure, words_of(failure)); }

Verdict judge(const Failure& failure, int level, std::optional<milliseconds> hint, const Profile& profile, milliseconds ceiling) noexcept {
  const std::string text = words_of(failure);
  const FailureRow& row = row_for(failure, text);
  Verdict verdict;
  verdict.row = &row;
  verdict.next = failure.phase == Phase::stream ? Next::give_up : row.next;
  verdict.scope = row.narrows && row.scope == Scope::account && names_model(failure, text) ? Scope::model : row.scope;
  if (row.scope == Scope::none) return verdict;
  verdict.cooldown = by_formula(row, level, profile);
  verdict.soft = row.soft;
  verdict.raise_level = row.formula == Formula::rate || row.formula == Formula::transient;
  if (hint && *hint > milliseconds(0)) {
    // The provider says when to come back: that is no guess of ours any more.
    verdict.soft = false;
    verdict.hinted = *hint >= verdict.cooldown;
    verdict.cooldown = std::max(verdict.cooldown, *hint);
  }
  if (ceiling > milliseconds(0)) verdict.cooldown = std::min(verdict.cooldown, ceiling);
  return verdict;
}

}  // namespace omniroute::resilience
