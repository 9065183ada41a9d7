#pragma once
#include "connection.hpp"
#include "vault.hpp"

namespace omniroute::store {

/// What a unit of work may use; lives on the stack of the database thread that runs it.
class Transaction {
 public:
  Transaction(Connection& storage, Connection& telemetry, const Vault& vault) : storage_(storage), telemetry_(telemetry), vault_(vault) {}
  [[nodiscard]] Connection& storage() const noexcept { return storage_; }
  [[nodiscard]] Connection& telemetry() const noexcept { return telemetry_; }
  [[nodiscard]] const Vault& vault() const noexcept { return vault_; }

 private:
  Connection& storage_;
  Connection& telemetry_;
  const Vault& vault_;
};

}  // namespace omniroute::store
