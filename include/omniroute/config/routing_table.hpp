#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "omniroute/catalog/provider.hpp"
#include "omniroute/config/routing_rows.hpp"
#include "omniroute/domain/combo.hpp"

namespace omniroute::config {

/// The routing rows, indexed. Immutable, part of a snapshot; lookups do not allocate but where they make a text.
class RoutingTable {
 public:
  explicit RoutingTable(RoutingRows rows);
  RoutingTable(const RoutingTable&) = delete;
  RoutingTable& operator=(const RoutingTable&) = delete;

  [[nodiscard]] const RoutingRows& rows() const noexcept { return rows_; }
  /// The active combo of that name; nullptr if there is none.
  [[nodiscard]] const domain::Combo* combo(std::string_view name) const noexcept;
  /// What an alias stands for; nullptr if there is none.
  [[nodiscard]] const std::string* alias(std::string_view name) const noexcept;
  /// What the most specific fitting wildcard makes of a name.
  [[nodiscard]] std::optional<std::string> wildcard(std::string_view name) const;
  [[nodiscard]] const domain::FallbackChain* chain(std::string_view model) const noexcept;
  /// A model that the owner added; nullptr if there is none.
  [[nodiscard]] const catalog::Model* custom_model(std::string_view provider_id, std::string_view model) const noexcept;
  [[nodiscard]] std::span<const catalog::Model> custom_models(std::string_view provider_id) const noexcept;
  /// What overrides the defaults for a provider; nullptr if nothing does.
  [[nodiscard]] const domain::ComboConfig* override_of(std::string_view provider_id) const noexcept;
  /// Built-in values and the owner's defaults.
  [[nodiscard]] const domain::EffectiveConfig& base() const noexcept { return base_; }
  /// What the owner says of an account; all defaults if nothing.
  [[nodiscard]] const AccountRouting& account(std::string_view id) const noexcept;

 private:
  // The views point into the rows, which never move.
  RoutingRows rows_;
  domain::EffectiveConfig base_;
  std::unordered_map<std::string_view, const domain::Combo*> combos_;
  std::unordered_map<std::string_view, const std::string*> aliases_;
  std::vector<const domain::Wildcard*> wildcards_;  // the most specific first
  std::unordered_map<std::string_view, const domain::FallbackChain*> chains_;
  std::unordered_map<std::string_view, std::vector<catalog::Model>> custom_models_;
  std::unordered_map<std::string_view, const AccountRouting*> accounts_;
};

/// Refuses combos that reach themselves or nest deeper than domain::deepest_combo; `combos` are all there would be.
/// The error names the way round.
Status check_nesting(const std::vector<domain::Combo>& combos);

}  // namespace omniroute::config
