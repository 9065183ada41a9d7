#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "omniroute/access/spending.hpp"
#include "omniroute/domain/money.hpp"
#include "omniroute/domain/usage.hpp"
#include "omniroute/pipeline/exchange.hpp"

namespace omniroute::pipeline {

/// What tokens cost, in billionths of a US dollar, each token counted in one class alone. Nothing if neither what was read nor what was
/// written is known.
std::optional<std::int64_t> cost_of(const domain::TokenPrice& price, const domain::Tokens& tokens) noexcept;

/// The most tokens that a request body, whatever its format, lets the model write; 0 if it does not say.
std::int64_t asked_output(std::string_view body);

/// Lets the request in as far as its key's limits and budgets, and those of all, are concerned. Errors: see access::Spending::book.
Status book(Exchange& exchange, access::Spending& spending);
/// Holds what an attempt at `target` may come to. Errors: payment_required, of the gateway.
Result<access::Reservation> reserve(const Exchange& exchange, access::Spending& spending, const routing::Target& target);

/// The budgets of a configuration, for plans.
class BudgetPurse final : public routing::Purse {
 public:
  BudgetPurse(const access::Spending& spending, const config::Snapshot& config) : spending_(spending), config_(config) {}
  [[nodiscard]] std::optional<routing::Overdraft> overdraft(std::string_view provider) const override;

 private:
  const access::Spending& spending_;
  const config::Snapshot& config_;
};

/// Puts cost and price version into the record, and settles booking and reservation.
void settle(Exchange& exchange, access::Spending& spending, domain::UsageRow& row);
/// The same for an attempt that another one beat to the client.
void settle_beaten(Exchange& exchange, access::Spending& spending, Beaten& beaten, domain::UsageRow& row);

}  // namespace omniroute::pipeline
