#pragma once
#include <vector>

#include "omniroute/base/result.hpp"
#include "omniroute/domain/money.hpp"

/// The owner's prices and budgets, in the configuration database.
namespace omniroute::store {

class Transaction;

class Prices {
 public:
  explicit Prices(Transaction& transaction) : transaction_(transaction) {}
  /// The newest row of each model, those that take a price away too.
  Result<std::vector<domain::OwnPrice>> present();
  /// Every row there ever was, newest first, for who reckons an old request again.
  Result<std::vector<domain::OwnPrice>> history();
  Status add(const domain::OwnPrice& price);

 private:
  Result<std::vector<domain::OwnPrice>> rows(const char* sql);
  Transaction& transaction_;
};

class Budgets {
 public:
  explicit Budgets(Transaction& transaction) : transaction_(transaction) {}
  Result<std::vector<domain::Budget>> all();
  /// One without limits is removed.
  Status save(const domain::Budget& budget);

 private:
  Transaction& transaction_;
};

}  // namespace omniroute::store
