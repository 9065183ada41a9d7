#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "omniroute/ir/chat.hpp"

/// Reasoning effort, budgets and levels (wire-formats.md 8.4). No vendor defines the numbers.
namespace omniroute::codec {

struct EffortRow {
  std::string_view effort;            ///< the hub's word, which is also the word of chat and Responses
  std::int64_t anthropic_budget;      ///< 0 = thinking disabled
  std::string_view anthropic_effort;  ///< "" = thinking disabled
  std::int64_t gemini_budget;
  std::string_view gemini_level;
};

/// The row of a word; nullptr for a word the table lacks.
const EffortRow* effort_row(std::string_view effort) noexcept;
/// The word that stands for a budget of tokens.
std::string_view effort_of_budget(std::int64_t budget) noexcept;
/// The word itself if `known` (words apart by spaces) has it, else the nearest below, else the lowest it has.
/// Empty if `known` is.
std::string_view nearest_effort(std::string_view effort, std::string_view known) noexcept;

/// The effort that a request asks for, taken from its word or else its budget: empty if it says none.
std::string_view wanted_effort(const ir::Thinking& thinking) noexcept;
/// The budget that a request asks for, from its number or else its word.
std::optional<std::int64_t> wanted_budget(const ir::Thinking& thinking) noexcept;

}  // namespace omniroute::codec
