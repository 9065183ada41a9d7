#include "omniroute/config/routing_table.hpp"

#include <algorithm>

namespace omniroute::config {
namespace {

catalog::Model as_model(const domain::CustomModel& custom) {
  catalog::Model model;
  model.id = custom.id;
  model.name = custom.name;
  model.context = custom.context;
  model.max_output = custom.max_output;
  model.images = custom.images;
  model.tools = custom.tools;
  if (custom.input_price || custom.output_price) {
    catalog::Price price;
    price.input = custom.input_price.value_or(0);
    price.output = custom.output_price.value_or(0);
    price.cache_read = price.input;
    price.cache_write = price.input;
    price.reasoning = price.output;
    model.price = price;
  }
  catalog::complete_by_family(model);
  return model;
}

template <class Map>
auto found_in(const Map& map, std::string_view key) -> typename Map::mapped_type {
  const auto found = map.find(key);
  return found == map.end() ? nullptr : found->second;
}

/// Walks down from a combo; `way` holds the names above it.
Status walk(const std::unordered_map<std::string_view, const domain::Combo*>& by_name, const domain::Combo& combo,
            std::vector<std::string_view>& way) {
  const auto told = [&way](std::string_view last) {
    std::string text;
    for (const std::string_view name : way) text += std::string(name) + " -> ";
    return text += last;
  };
  if (std::find(way.begin(), way.end(), combo.name) != way.end())
    return Error(ErrorKind::bad_request, "Combos may not reach themselves: " + told(combo.name) + ".", "models");
  if (way.size() >= static_cast<std::size_t>(domain::deepest_combo)) {
    return Error(ErrorKind::bad_request,
                 "Combos may nest " + std::to_string(domain::deepest_combo) + " deep at most: " + told(combo.name) + ".", "models");
  }
  way.push_back(combo.name);
  for (const domain::ComboTarget& target : combo.targets) {
    const auto inner = by_name.find(target.model);
    if (inner == by_name.end()) continue;
    if (Status fine = walk(by_name, *inner->second, way); !fine) return fine;
  }
  way.pop_back();
  return {};
}

}  // namespace

RoutingTable::RoutingTable(RoutingRows rows) : rows_(std::move(rows)) {
  base_.take(rows_.defaults);
  for (const domain::Combo& combo : rows_.combos)
    if (combo.active) combos_.emplace(combo.name, &combo);
  for (const domain::Alias& alias : rows_.aliases) aliases_.emplace(alias.name, &alias.target);
  for (const domain::Wildcard& wildcard : rows_.wildcards) wildcards_.push_back(&wildcard);
  std::stable_sort(wildcards_.begin(), wildcards_.end(), [](const domain::Wildcard* a, const domain::Wildcard* b) {
    return domain::specificity(a->pattern) > domain::specificity(b->pattern);
  });
  for (const domain::FallbackChain& chain : rows_.chains) chains_.emplace(chain.model, &chain);
  for (const domain::CustomModel& custom : rows_.custom_models) custom_models_[custom.provider].push_back(as_model(custom));
  for (const AccountRouting& account : rows_.accounts) accounts_.emplace(account.account, &account);
}

const domain::Combo* RoutingTable::combo(std::string_view name) const noexcept { return found_in(combos_, name); }

const std::string* RoutingTable::alias(std::string_view name) const noexcept { return found_in(aliases_, name); }

const domain::FallbackChain* RoutingTable::chain(std::string_view model) const noexcept { return found_in(chains_, model); }

std::optional<std::string> RoutingTable::wildcard(std::string_view name) const {
  for (const domain::Wildcard* wildcard : wildcards_) {
    std::string_view met;
    if (!domain::fits_wildcard(wildcard->pattern, name, &met)) continue;
    std::string target = wildcard->target;
    if (const std::size_t star = target.find('*'); star != std::string::npos) target.replace(star, 1, met);
    return target;
  }
  return std::nullopt;
}

std::span<const catalog::Model> RoutingTable::custom_models(std::string_view provider_id) const noexcept {
  const auto found = custom_models_.find(provider_id);
  if (found == custom_models_.end()) return {};
  return found->second;
}

const catalog::Model* RoutingTable::custom_model(std::string_view provider_id, std::string_view model) const noexcept {
  const auto models = custom_models(provider_id);
  const auto found = std::find_if(models.begin(), models.end(), [model](const catalog::Model& m) { return m.id == model; });
  return found == models.end() ? nullptr : &*found;
}

const domain::ComboConfig* RoutingTable::override_of(std::string_view provider_id) const noexcept {
  const auto found = rows_.provider_overrides.find(provider_id);
  return found == rows_.provider_overrides.end() ? nullptr : &found->second;
}

const AccountRouting& RoutingTable::account(std::string_view id) const noexcept {
  static const AccountRouting nothing_said;
  const AccountRouting* found = found_in(accounts_, id);
  return found == nullptr ? nothing_said : *found;
}

Status check_nesting(const std::vector<domain::Combo>& combos) {
  std::unordered_map<std::string_view, const domain::Combo*> by_name;
  for (const domain::Combo& combo : combos) by_name.emplace(combo.name, &combo);
  for (const domain::Combo& combo : combos) {
    std::vector<std::string_view> way;
    if (Status fine = walk(by_name, combo, way); !fine) return fine;
  }
  return {};
}

}  // namespace omniroute::config
