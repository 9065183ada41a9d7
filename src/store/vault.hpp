#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "connection.hpp"
#include "omniroute/base/clock.hpp"
#include "omniroute/base/result.hpp"
#include "omniroute/base/secret.hpp"
#include "omniroute/crypto/sealing.hpp"

namespace omniroute::store {

/// Seals and opens the secrets of one database, with a random key that lies in it, sealed by a master key that does not.
class Vault {
 public:
  /// Where the master key comes from: the owner's text, or the file `key_file`, which is made only for a database that has
  /// sealed nothing yet. With neither (in memory) it is random.
  struct Source {
    Secret text;
    std::string key_file;
  };

  /// Opens the vault of a migrated database, or gives it one. Errors: wrong or missing master key; nothing is changed then.
  static Result<Vault> open(Connection& connection, const Source& source, const Clock& clock);
  /// Whether `source` opens the vault of a database as it is, migrated or not; fine if it has none yet.
  static Status check(Connection& connection, const Source& source);

  /// Of an empty text nothing is sealed: an empty record.
  [[nodiscard]] Result<std::string> seal(const Secret& plain, std::string_view table, std::string_view row, std::string_view column) const;
  [[nodiscard]] Result<Secret> unseal(std::string_view record, std::string_view table, std::string_view row, std::string_view column) const;

 private:
  explicit Vault(crypto::SealingKey key) : key_(key) {}
  crypto::SealingKey key_;
};

}  // namespace omniroute::store
