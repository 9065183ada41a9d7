#include "omniroute/store/money_tables.hpp"

#include "transaction.hpp"

namespace omniroute::store {

Result<std::vector<domain::OwnPrice>> Prices::rows(const char* sql) {
  Result<Statement> statement = transaction_.storage().prepare(sql);
  if (!statement) return statement.error();
  std::vector<domain::OwnPrice> prices;
  Result<bool> row = statement->step();
  for (; row && *row; row = statement->step()) {
    domain::OwnPrice price;
    price.id = statement->integer(0);
    price.provider = statement->text(1);
    price.model = statement->text(2);
    if (!statement->is_null(3))
      price.price = domain::TokenPrice{statement->real(3), statement->real(4), statement->real(5), statement->real(6), statement->real(7)};
    price.created_ms = statement->integer(8);
    prices.push_back(std::move(price));
  }
  if (!row) return row.error();
  return prices;
}

Result<std::vector<domain::OwnPrice>> Prices::present() {
  return rows(
      "SELECT id, provider, model, input, output, cache_read, cache_write, reasoning, created_ms FROM prices p WHERE id = (SELECT max(id) "
      "FROM prices q WHERE q.provider = p.provider AND q.model = p.model) ORDER BY provider, model");
}

Result<std::vector<domain::OwnPrice>> Prices::history() {
  return rows(
      "SELECT id, provider, model, input, output, cache_read, cache_write, reasoning, created_ms FROM prices ORDER BY id DESC LIMIT 10000");
}

Status Prices::add(const domain::OwnPrice& price) {
  Result<Statement> statement = transaction_.storage().prepare(
      "INSERT INTO prices (provider, model, input, output, cache_read, cache_write, reasoning, created_ms) VALUES (?, ?, ?, ?, ?, ?, ?, "
      "?)");
  if (!statement) return statement.error();
  statement->bind_all(std::string_view(price.provider), std::string_view(price.model));
  if (price.price) {
    const domain::TokenPrice& p = *price.price;
    for (const double value : {p.input, p.output, p.cache_read, p.cache_write, p.reasoning}) statement->bind(value);
  } else {
    for (int i = 0; i < 5; ++i) statement->bind_null();
  }
  return statement->bind(price.created_ms).run();
}

Result<std::vector<domain::Budget>> Budgets::all() {
  Result<Statement> statement = transaction_.storage().prepare("SELECT provider, daily_nano, monthly_nano FROM budgets ORDER BY provider");
  if (!statement) return statement.error();
  std::vector<domain::Budget> budgets;
  Result<bool> row = statement->step();
  for (; row && *row; row = statement->step())
    budgets.push_back({std::string(statement->text(0)), statement->integer(1), statement->integer(2)});
  if (!row) return row.error();
  return budgets;
}

Status Budgets::save(const domain::Budget& budget) {
  const bool none = budget.daily_nano == 0 && budget.monthly_nano == 0;
  Result<Statement> statement =
      transaction_.storage().prepare(none ? "DELETE FROM budgets WHERE provider = ?"
                                          : "INSERT OR REPLACE INTO budgets (provider, daily_nano, monthly_nano) VALUES (?, ?, ?)");
  if (!statement) return statement.error();
  statement->bind(std::string_view(budget.provider));
  if (!none) statement->bind_all(budget.daily_nano, budget.monthly_nano);
  return statement->run();
}

}  // namespace omniroute::store
