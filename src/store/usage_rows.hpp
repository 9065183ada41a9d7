#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "connection.hpp"
#include "omniroute/domain/usage.hpp"
#include "omniroute/store/usage.hpp"

namespace omniroute::store {

/// The columns of `usage` in the order of both functions below.
extern const std::string_view usage_columns;

Result<Statement> prepare_usage_insert(Connection& connection);
void bind_usage(Statement& statement, const domain::UsageRow& row);
/// Reads a row whose columns begin at `first` in the order of usage_columns.
domain::UsageRow read_usage(const Statement& statement, int first);

/// Ten sums from column `first` on, in the order of UsageTotals.
UsageTotals read_totals(const Statement& row, int first);
/// Appends the rows that are left: id, provider, when last, ten sums.
Status read_groups(Statement& statement, std::vector<UsageGroup>& into);

}  // namespace omniroute::store
