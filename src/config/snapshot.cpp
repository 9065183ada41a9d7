#include "omniroute/config/snapshot.hpp"

#include <algorithm>
#include <cstring>

namespace omniroute::config {

std::size_t Snapshot::HashOfHash::operator()(const crypto::Sha256& hash) const noexcept {
  // A hash is random already; its first bytes are as good as any hash of it.
  std::size_t value = 0;
  std::memcpy(&value, hash.data(), sizeof value);
  return value;
}

Snapshot::Snapshot(std::shared_ptr<const catalog::Catalog> catalog, Rows rows)
    : catalog_(std::move(catalog)), rows_(std::move(rows)), routing_(std::move(rows_.routing)) {
  index_providers();
  index_accounts();
  index_keys();
  read_addresses();
}

void Snapshot::index_keys() {
  for (const domain::ApiKey& key : rows_.keys) {
    key_by_hash_.emplace(key.hash, &key);
    if (key.previous_hash) key_by_previous_.emplace(*key.previous_hash, &key);
    key_by_id_.emplace(key.id, &key);
  }
}

void Snapshot::read_addresses() {
  const auto ranges = [](const std::vector<std::string>& texts) {
    std::vector<net::AddressRange> list;
    for (const std::string& text : texts)
      if (const auto range = net::AddressRange::parse(text)) list.push_back(*range);
    return list;
  };
  addresses_.deny = ranges(rows_.settings.ip_deny);
  addresses_.allow = ranges(rows_.settings.ip_allow);
  addresses_.trusted_proxies = ranges(rows_.settings.trusted_proxies);
  for (const store::IpBan& ban : rows_.bans)
    if (const auto address = net::parse_address(ban.address)) addresses_.bans.push_back({*address, ban.until_ms});
}

std::shared_ptr<const Snapshot> Snapshot::with(RoutingRows routing, Settings settings) const {
  Rows rows;
  rows.revision = rows_.revision;
  rows.accounts = rows_.accounts;
  rows.nodes = rows_.nodes;
  rows.keys = rows_.keys;
  rows.bans = rows_.bans;
  rows.prices = rows_.prices;
  rows.budgets = rows_.budgets;
  rows.routing = std::move(routing);
  rows.settings = std::move(settings);
  rows.setting_sources = rows_.setting_sources;
  return std::make_shared<const Snapshot>(catalog_, std::move(rows));
}

void Snapshot::index_providers() {
  node_providers_.reserve(rows_.nodes.size());  // pointers into it must stay
  for (const domain::Node& node : rows_.nodes) node_providers_.push_back(catalog::provider_from_node(node));
  for (const catalog::Provider& provider : catalog_->providers()) providers_.push_back(&provider);
  for (const catalog::Provider& provider : node_providers_) providers_.push_back(&provider);
  for (const catalog::Provider* provider : providers_) {
    // The catalog comes first: a node never takes a name that is in it.
    provider_by_name_.emplace(provider->id, provider);
    provider_by_name_.emplace(provider->alias, provider);
    const auto list_model = [this, provider](const catalog::Model& model) {
      auto& list = listing_[model.id];
      if (std::find(list.begin(), list.end(), provider) == list.end()) list.push_back(provider);
    };
    for (const catalog::Model& model : provider->models) list_model(model);
    for (const catalog::Model& model : routing_.custom_models(provider->id)) list_model(model);
  }
}

void Snapshot::index_accounts() {
  const auto asks_for_nothing = [](const catalog::Provider* provider) { return provider->auth == catalog::Auth::none; };
  keyless_.reserve(static_cast<std::size_t>(std::count_if(providers_.begin(), providers_.end(), asks_for_nothing)));
  for (const domain::Account& account : rows_.accounts) {
    account_by_id_.emplace(account.id, &account);
    const bool usable = account.auth_type != domain::AuthType::api_key || !account.api_key.empty();
    if (account.active && usable) accounts_of_[account.provider].push_back(&account);
  }
  for (auto& [provider, accounts] : accounts_of_)
    std::stable_sort(accounts.begin(), accounts.end(),
                     [](const domain::Account* a, const domain::Account* b) { return a->priority < b->priority; });
  for (const catalog::Provider* provider : providers_) {
    if (!asks_for_nothing(provider) || accounts_of_.contains(provider->id)) continue;
    domain::Account account;
    account.id = provider->id;
    account.provider = provider->id;
    account.name = provider->name;
    account.auth_type = domain::AuthType::none;
    keyless_.push_back(std::move(account));
    accounts_of_[provider->id].push_back(&keyless_.back());
    account_by_id_.emplace(provider->id, &keyless_.back());
  }
}

SettingSource Snapshot::setting_source(std::string_view key) const {
  const auto found = rows_.setting_sources.find(std::string(key));
  return found == rows_.setting_sources.end() ? SettingSource::fallback : found->second;
}

const catalog::Provider* Snapshot::provider(std::string_view name) const noexcept {
  const auto found = provider_by_name_.find(name);
  return found == provider_by_name_.end() ? nullptr : found->second;
}

const catalog::Model* Snapshot::model(const catalog::Provider& provider, std::string_view model) const noexcept {
  const catalog::Model* custom = routing_.custom_model(provider.id, model);
  return custom != nullptr ? custom : provider.model(model);
}

std::span<const catalog::Provider* const> Snapshot::listing(std::string_view model) const noexcept {
  const auto found = listing_.find(model);
  if (found == listing_.end()) return {};
  return found->second;
}

std::span<const domain::Account* const> Snapshot::accounts(std::string_view provider_id) const noexcept {
  const auto found = accounts_of_.find(provider_id);
  if (found == accounts_of_.end()) return {};
  return found->second;
}

const domain::Account* Snapshot::account(std::string_view id) const noexcept {
  const auto found = account_by_id_.find(id);
  return found == account_by_id_.end() ? nullptr : found->second;
}

const domain::Node* Snapshot::node(std::string_view id) const noexcept {
  const auto found = std::find_if(rows_.nodes.begin(), rows_.nodes.end(), [&](const domain::Node& node) { return node.id == id; });
  return found == rows_.nodes.end() ? nullptr : &*found;
}

const domain::ApiKey* Snapshot::key(const crypto::Sha256& hash) const noexcept {
  const auto found = key_by_hash_.find(hash);
  if (found == key_by_hash_.end() || !crypto::constant_time_equal(found->first, hash)) return nullptr;
  return found->second;
}

const domain::ApiKey* Snapshot::key_by_previous(const crypto::Sha256& hash) const noexcept {
  const auto found = key_by_previous_.find(hash);
  if (found == key_by_previous_.end() || !crypto::constant_time_equal(found->first, hash)) return nullptr;
  return found->second;
}

std::optional<Price> Snapshot::price(std::string_view provider_id, std::string_view model) const {
  const catalog::Provider* listed = provider(provider_id);
  for (const std::string_view name : {model, model.substr(model.rfind('/') + 1)}) {
    for (const domain::OwnPrice& own : rows_.prices)
      if (own.price && own.provider == provider_id && own.model == name) return Price{*own.price, "own-" + std::to_string(own.id)};
    const catalog::Model* added = routing_.custom_model(provider_id, name);
    const bool own = added != nullptr && added->price.has_value();
    const catalog::Model* known = own ? added : listed != nullptr ? listed->model(name) : nullptr;
    if (known == nullptr || !known->price) continue;
    const catalog::Price& p = *known->price;
    return Price{{p.input, p.output, p.cache_read, p.cache_write, p.reasoning}, own ? "own-model" : catalog_->as_of()};
  }
  return std::nullopt;
}

const domain::Budget* Snapshot::budget(std::string_view provider) const noexcept {
  const auto found =
      std::find_if(rows_.budgets.begin(), rows_.budgets.end(), [&](const domain::Budget& budget) { return budget.provider == provider; });
  return found == rows_.budgets.end() ? nullptr : &*found;
}

const domain::ApiKey* Snapshot::key_by_id(std::string_view id) const noexcept {
  const auto found = key_by_id_.find(id);
  return found == key_by_id_.end() ? nullptr : found->second;
}

std::span<const std::string> Snapshot::allowed_models(std::string_view key_id) const noexcept {
  const domain::ApiKey* key = key_id.empty() ? nullptr : key_by_id(key_id);
  if (key == nullptr) return {};
  return key->allowed_models;
}

}  // namespace omniroute::config
