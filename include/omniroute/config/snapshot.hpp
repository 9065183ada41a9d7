#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "omniroute/catalog/catalog.hpp"
#include "omniroute/config/routing_table.hpp"
#include "omniroute/config/settings.hpp"
#include "omniroute/crypto/digest.hpp"
#include "omniroute/domain/account.hpp"
#include "omniroute/domain/api_key.hpp"
#include "omniroute/domain/money.hpp"
#include "omniroute/domain/node.hpp"
#include "omniroute/net/address.hpp"
#include "omniroute/store/access_tables.hpp"

namespace omniroute::config {

/// The rows a snapshot is built from, read in one transaction.
struct Rows {
  std::int64_t revision = 0;
  std::vector<domain::Account> accounts;  ///< in order of provider and priority
  std::vector<domain::Node> nodes;
  std::vector<domain::ApiKey> keys;
  RoutingRows routing;
  std::vector<store::IpBan> bans;
  std::vector<domain::OwnPrice> prices;
  std::vector<domain::Budget> budgets;
  Settings settings;
  std::unordered_map<std::string, SettingSource> setting_sources;  ///< keys that are not at their default
};

/// What a model costs, and which price that is.
struct Price {
  domain::TokenPrice price;
  std::string version;  ///< "2026-02-28" of the catalog, "own-7" of the owner, "own-model" of a model that the owner added
};

/// The address rules of the settings, read once.
struct AddressRows {
  struct Ban {
    net::AddressBytes address;
    std::int64_t until_ms;
  };
  std::vector<net::AddressRange> deny;
  std::vector<net::AddressRange> allow;
  std::vector<net::AddressRange> trusted_proxies;
  std::vector<Ban> bans;
};

/// All configuration at one moment. Immutable, shared by pointer; lookups do not allocate. A request keeps the one it began with.
class Snapshot {
 public:
  /// `catalog` is shared by all snapshots.
  Snapshot(std::shared_ptr<const catalog::Catalog> catalog, Rows rows);
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

  /// The same with other words for the router, for dry runs; it is not published.
  [[nodiscard]] std::shared_ptr<const Snapshot> with(RoutingRows routing, Settings settings) const;

  [[nodiscard]] std::int64_t revision() const noexcept { return rows_.revision; }
  [[nodiscard]] const Settings& settings() const noexcept { return rows_.settings; }
  [[nodiscard]] SettingSource setting_source(std::string_view key) const;
  [[nodiscard]] const catalog::Catalog& catalog() const noexcept { return *catalog_; }
  /// Combos, aliases and whatever else the router is told.
  [[nodiscard]] const RoutingTable& routing() const noexcept { return routing_; }

  /// By alias, id or node prefix; nullptr if there is none.
  [[nodiscard]] const catalog::Provider* provider(std::string_view name) const noexcept;
  /// The catalog's, then the nodes'.
  [[nodiscard]] std::span<const catalog::Provider* const> providers() const noexcept { return providers_; }
  /// What is known of a provider's model: the owner's own entry before the catalog's; nullptr if neither lists it.
  [[nodiscard]] const catalog::Model* model(const catalog::Provider& provider, std::string_view model) const noexcept;
  /// The providers that list a model of that exact upstream name (for names without a prefix).
  [[nodiscard]] std::span<const catalog::Provider* const> listing(std::string_view model) const noexcept;

  /// The active accounts of a provider in priority order, but for those that wait for their key. A provider that asks for no credential has
  /// one even without a row: auth_type none, the provider's id as its id.
  [[nodiscard]] std::span<const domain::Account* const> accounts(std::string_view provider_id) const noexcept;
  [[nodiscard]] const domain::Account* account(std::string_view id) const noexcept;
  /// Every stored row, inactive ones too.
  [[nodiscard]] std::span<const domain::Account> all_accounts() const noexcept { return rows_.accounts; }

  [[nodiscard]] std::span<const domain::Node> nodes() const noexcept { return rows_.nodes; }
  [[nodiscard]] const domain::Node* node(std::string_view id) const noexcept;

  /// The key of that hash, active or not; nullptr if there is none.
  [[nodiscard]] const domain::ApiKey* key(const crypto::Sha256& hash) const noexcept;
  /// The key whose text before its last rotation has that hash.
  [[nodiscard]] const domain::ApiKey* key_by_previous(const crypto::Sha256& hash) const noexcept;
  [[nodiscard]] const domain::ApiKey* key_by_id(std::string_view id) const noexcept;
  /// The model names and patterns that a key is kept to; none = every model.
  [[nodiscard]] std::span<const std::string> allowed_models(std::string_view key_id) const noexcept;
  [[nodiscard]] std::span<const domain::ApiKey> keys() const noexcept { return rows_.keys; }

  /// The price of a provider's model, the owner's before that of his added model before the catalog's; by the whole name, else by its last
  /// path segment. Nothing if nobody knows it.
  [[nodiscard]] std::optional<Price> price(std::string_view provider_id, std::string_view model) const;
  /// The owner's, those that were taken away again too.
  [[nodiscard]] std::span<const domain::OwnPrice> own_prices() const noexcept { return rows_.prices; }
  [[nodiscard]] std::span<const domain::Budget> budgets() const noexcept { return rows_.budgets; }
  /// The budget of a provider, or of all (""); nullptr if there is none.
  [[nodiscard]] const domain::Budget* budget(std::string_view provider) const noexcept;

  [[nodiscard]] const AddressRows& addresses() const noexcept { return addresses_; }
  /// The bans as stored, ended ones too.
  [[nodiscard]] std::span<const store::IpBan> bans() const noexcept { return rows_.bans; }

 private:
  struct HashOfHash {
    std::size_t operator()(const crypto::Sha256& hash) const noexcept;
  };
  void index_providers();
  void index_accounts();
  void index_keys();
  void read_addresses();

  // The string_views of the maps point into the rows, the catalog and the nodes' providers, none of which ever moves.
  std::shared_ptr<const catalog::Catalog> catalog_;
  Rows rows_;
  RoutingTable routing_;
  std::vector<catalog::Provider> node_providers_;
  std::vector<domain::Account> keyless_;
  std::vector<const catalog::Provider*> providers_;
  std::unordered_map<std::string_view, const catalog::Provider*> provider_by_name_;
  std::unordered_map<std::string_view, std::vector<const catalog::Provider*>> listing_;
  std::unordered_map<std::string_view, std::vector<const domain::Account*>> accounts_of_;
  std::unordered_map<std::string_view, const domain::Account*> account_by_id_;
  std::unordered_map<crypto::Sha256, const domain::ApiKey*, HashOfHash> key_by_hash_;
  std::unordered_map<crypto::Sha256, const domain::ApiKey*, HashOfHash> key_by_previous_;
  std::unordered_map<std::string_view, const domain::ApiKey*> key_by_id_;
  AddressRows addresses_;
};

}  // namespace omniroute::config
