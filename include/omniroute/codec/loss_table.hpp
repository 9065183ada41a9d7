#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "omniroute/domain/format.hpp"

/// The rules by which requests lose something, as a table for people and for tests. The writers work by the same rows.
namespace omniroute::codec {

struct LossRow {
  domain::Format target;
  std::string_view fate;  ///< "nearest", "dropped" or "refused"
  std::string_view why;   ///< what a Loss or a refusal by this rule says, or begins with
};
std::vector<LossRow> loss_rows();

/// docs/translation.md: mapped, nearest, dropped and refused for each pair and member.
std::string loss_table_as_markdown();

/// Members of a client's format of which the tables do not say what becomes of them at a target; must be none.
std::vector<std::string> unaccounted_fields();

}  // namespace omniroute::codec
