#pragma once
#include <cstdint>
#include <string_view>

namespace omniroute::codec::gemini {

/// What wording a model takes (Gemini API documentation on thinking, thought signatures and multimodal function
/// responses, 2026). Rows go by the beginning of the name; unknown names are taken for the newest family.
struct ModelTraits {
  std::string_view begins;
  bool thinks = true;
  std::string_view levels;        ///< words thinkingLevel takes, apart by spaces; empty: it takes budgets
  std::int64_t least_budget = 0;  ///< of those above 0
  std::int64_t most_budget = 0;
  bool can_be_off = true;          ///< takes budget 0
  bool signs = false;              ///< refuses calls of the current turn whose first lacks its signature
  bool result_parts = false;       ///< takes media inside functionResponse
  bool schema_with_tools = false;  ///< takes an output schema beside functions
};

const ModelTraits& traits_of(std::string_view model) noexcept;

}  // namespace omniroute::codec::gemini
