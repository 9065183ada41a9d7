#include "shared/effort.hpp"

#include <algorithm>
#include <array>

#include "shared/field_reader.hpp"

namespace omniroute::codec {
namespace {

constexpr std::array<EffortRow, 7> rows{{
    {"none", 0, "", 0, "MINIMAL"},
    {"minimal", 1024, "low", 512, "MINIMAL"},
    {"low", 2048, "low", 1024, "LOW"},
    {"medium", 8192, "medium", 8192, "MEDIUM"},
    {"high", 16384, "high", 16384, "HIGH"},
    {"xhigh", 32768, "xhigh", 24576, "HIGH"},
    {"max", 60000, "max", 32768, "HIGH"},
}};

}  // namespace

const EffortRow* effort_row(std::string_view effort) noexcept {
  for (const EffortRow& row : rows)
    if (row.effort == effort) return &row;
  return nullptr;
}

std::string_view effort_of_budget(std::int64_t budget) noexcept {
  if (budget == 0) return "none";
  if (budget < 0) return {};  // automatic
  if (budget < 1024) return "minimal";
  if (budget <= 4096) return "low";
  if (budget <= 10000) return "medium";
  return budget <= 24000 ? "high" : "xhigh";
}

std::string_view nearest_effort(std::string_view effort, std::string_view known) noexcept {
  const EffortRow* row = effort_row(effort);
  if (row == nullptr) return {};
  const auto at = static_cast<std::size_t>(row - rows.data());
  for (std::size_t n = at + 1; n > 0; --n)
    if (lists(known, rows[n - 1].effort)) return rows[n - 1].effort;
  for (std::size_t n = at + 1; n < rows.size(); ++n)
    if (lists(known, rows[n].effort)) return rows[n].effort;
  return {};
}

std::string_view wanted_effort(const ir::Thinking& thinking) noexcept {
  if (thinking.mode == ir::Thinking::Mode::off) return "none";
  if (!thinking.effort.empty()) return thinking.effort;
  return thinking.budget ? effort_of_budget(*thinking.budget) : std::string_view();
}

std::optional<std::int64_t> wanted_budget(const ir::Thinking& thinking) noexcept {
  if (thinking.budget) return thinking.budget;
  const EffortRow* row = effort_row(thinking.effort);
  if (row == nullptr) return std::nullopt;
  return row->anthropic_budget;
}

}  // namespace omniroute::codec
