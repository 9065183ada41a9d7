#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "omniroute/base/result.hpp"
#include "omniroute/base/secret.hpp"
#include "omniroute/domain/account.hpp"
#include "omniroute/domain/api_key.hpp"
#include "omniroute/domain/node.hpp"
#include "omniroute/domain/session.hpp"

/// The tables of the configuration database. Each is a thin view of one Transaction; the rules live in config::Editor.
namespace omniroute::store {

class Transaction;

/// Secrets are sealed on the way in and opened on the way out, bound to row and column. An account whose secret does not
/// open (altered, or put there from elsewhere) is read as switched off, with the reason as its last error.
class Accounts {
 public:
  explicit Accounts(Transaction& transaction) : transaction_(transaction) {}
  /// By provider, then priority, then the newest change.
  Result<std::vector<domain::Account>> all();
  Result<std::optional<domain::Account>> find(std::string_view id);
  /// Inserts, or replaces the row of the same id.
  Status save(const domain::Account& account);
  Status set_priority(std::string_view id, int priority);
  /// How a test went; touches nothing else of the row.
  Status note_test(std::string_view id, std::string_view status, std::string_view error, std::int64_t error_ms);
  /// False if there was none.
  Result<bool> remove(std::string_view id);
  Status remove_of_provider(std::string_view provider);

 private:
  Transaction& transaction_;
};

class Nodes {
 public:
  explicit Nodes(Transaction& transaction) : transaction_(transaction) {}
  Result<std::vector<domain::Node>> all();
  Result<std::optional<domain::Node>> find(std::string_view id);
  Status save(const domain::Node& node);
  Result<bool> remove(std::string_view id);

 private:
  Transaction& transaction_;
};

class ApiKeys {
 public:
  explicit ApiKeys(Transaction& transaction) : transaction_(transaction) {}
  Result<std::vector<domain::ApiKey>> all();
  Result<std::optional<domain::ApiKey>> find(std::string_view id);
  Status save(const domain::ApiKey& key);
  Result<bool> remove(std::string_view id);

 private:
  Transaction& transaction_;
};

/// One stored setting: JSON text, sealed at rest if it is a secret.
struct StoredSetting {
  std::string key;
  Secret json;
};

class SettingsTable {
 public:
  explicit SettingsTable(Transaction& transaction) : transaction_(transaction) {}
  Result<std::vector<StoredSetting>> all();
  Status save(std::string_view key, const Secret& json, bool sealed);
  Result<bool> remove(std::string_view key);

 private:
  Transaction& transaction_;
};

class Sessions {
 public:
  explicit Sessions(Transaction& transaction) : transaction_(transaction) {}
  Result<std::vector<domain::Session>> all();
  Status save(const domain::Session& session);
  Result<bool> remove(const std::array<std::uint8_t, 32>& token_hash);
  Status remove_all();
  Status remove_expired(std::int64_t now_ms);

 private:
  Transaction& transaction_;
};

/// The dashboard's password, as an argon2id string.
class PasswordHash {
 public:
  explicit PasswordHash(Transaction& transaction) : transaction_(transaction) {}
  Result<std::optional<std::string>> get();
  Status set(std::string_view encoded);
  Result<bool> remove();

 private:
  Transaction& transaction_;
};

/// Counts the changes of the configuration; a snapshot carries the number it was built at.
class Revision {
 public:
  explicit Revision(Transaction& transaction) : transaction_(transaction) {}
  Result<std::int64_t> get();
  /// Adds one and returns the new number.
  Result<std::int64_t> advance();

 private:
  Transaction& transaction_;
};

}  // namespace omniroute::store
