#include "gemini/models.hpp"

#include <array>

namespace omniroute::codec::gemini {
namespace {

constexpr std::array<ModelTraits, 10> rows{{
    {"gemini-3-pro", true, "LOW HIGH", 0, 0, false, true, true, true},
    {"gemini-3.1-pro", true, "LOW MEDIUM HIGH", 0, 0, false, true, true, true},
    {"gemini-2.5-pro", true, "", 128, 32768, false, false, false, false},
    {"gemini-2.5-flash-image", false, "", 0, 0, true, false, false, false},
    {"gemini-2.5-flash-lite", true, "", 512, 24576, true, false, false, false},
    {"gemini-2.5", true, "", 1, 24576, true, false, false, false},
    {"gemini-2.0", false, "", 0, 0, true, false, false, false},
    {"gemini-1", false, "", 0, 0, true, false, false, false},
    {"gemma", false, "", 0, 0, true, false, false, false},
    {"", true, "MINIMAL LOW MEDIUM HIGH", 0, 0, true, true, true, true},
}};

}  // namespace

const ModelTraits& traits_of(std::string_view model) noexcept {
  model.remove_prefix(model.rfind('/') + 1);  // "models/…", "publishers/google/models/…"; npos + 1 is 0
  for (const ModelTraits& row : rows)
    if (model.starts_with(row.begins)) return row;
  return rows.back();
}

}  // namespace omniroute::codec::gemini
