#pragma once
#include <cstdint>
#include <optional>

#include "omniroute/access/spending.hpp"
#include "omniroute/domain/money.hpp"
#include "omniroute/domain/usage.hpp"
#include "omniroute/pipeline/exchange.hpp"

namespace omniroute::pipeline {

/// What tokens cost, in billionths of a US dollar, each token counted in one class alone. Nothing if neither what was read nor what was
/// written is known.
std::optional<std::int64_t> cost_of(const domain::TokenPrice& price, const domain::Tokens& tokens) noexcept;

/// Reserves what the request may come to, with its first target; the exchange holds the booking. Errors: see access::Spending::book.
Status book(Exchange& exchange, access::Spending& spending);

/// Puts cost and price version into the record and settles the booking.
void settle(Exchange& exchange, access::Spending& spending, domain::UsageRow& row);

}  // namespace omniroute::pipeline
