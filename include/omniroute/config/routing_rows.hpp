#pragma once
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "omniroute/base/result.hpp"
#include "omniroute/domain/combo.hpp"
#include "omniroute/domain/window.hpp"
#include "omniroute/json/path.hpp"
#include "omniroute/json/writer.hpp"

/// What the router is told, as rows, and as the JSON of the store, the management API and replays.
namespace omniroute::config {

/// What the owner says of one account beside its credential.
struct AccountRouting {
  std::string account;
  int max_concurrency = 0;                    ///< 0 = the limits' default
  std::optional<bool> rate_limit_protection;  ///< absent = by the kind of account
  int weight = 0;                             ///< 0..100, of the weighted strategy
  std::vector<domain::WindowRule> windows;    ///< in place of the provider's; empty = the provider's
};

struct RoutingRows {
  std::vector<domain::Combo> combos;
  std::vector<domain::Alias> aliases;
  std::vector<domain::Wildcard> wildcards;
  std::vector<domain::CustomModel> custom_models;
  std::vector<domain::FallbackChain> chains;
  std::vector<AccountRouting> accounts;
  domain::ComboConfig defaults;                                                ///< of all combos, and of plain model names
  std::map<std::string, domain::ComboConfig, std::less<>> provider_overrides;  ///< by provider id; `strategy` orders its accounts
  domain::ComboConfig automatic;                                               ///< of the combo `auto`
};

// Readers refuse unknown members and wrong types with the path in the error; writers leave out what is absent.
Result<domain::ComboConfig> read_combo_config(const json::At& at);
void write_combo_config(const domain::ComboConfig& config, json::Writer& writer);
/// A target is a model name, or {"model", "account", "weight", "config"}.
Result<domain::ComboTarget> read_combo_target(const json::At& at);
void write_combo_target(const domain::ComboTarget& target, json::Writer& writer);
/// {"id", "name", "models": […], "strategy", "config": {…}, "isActive"}; id and times are the store's.
Result<domain::Combo> read_combo(const json::At& at);
void write_combo(const domain::Combo& combo, json::Writer& writer);
Result<domain::CustomModel> read_custom_model(const json::At& at);
void write_custom_model(const domain::CustomModel& model, json::Writer& writer);
Result<std::vector<domain::FallbackChain::Link>> read_chain_links(const json::At& at);
void write_chain_links(const domain::FallbackChain& chain, json::Writer& writer);
Result<AccountRouting> read_account_routing(const json::At& at);
void write_account_routing(const AccountRouting& routing, json::Writer& writer);

}  // namespace omniroute::config
