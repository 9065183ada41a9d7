#include <algorithm>
#include <array>
#include <string>

#include "omniroute/codec/translate.hpp"

namespace omniroute::codec {
namespace {

/// What models of a family can do, by a piece of their name (the vendors' model pages, November 2026). The first row
/// that fits counts.
struct Family {
  std::string_view piece;
  bool adaptive;
  bool system_turns;
  bool sampling;
  bool output_format;
  bool prefill;
};
constexpr std::array<Family, 14> families{{
    {"claude-opus-4-7", true, true, false, true, false},
    {"claude-opus-4-8", true, true, false, true, false},
    {"claude-opus-5", true, true, false, true, false},
    {"claude-sonnet-5", true, true, false, true, false},
    {"claude-haiku-5", true, true, false, true, false},
    {"claude-opus-4-6", true, false, true, true, false},
    {"claude-sonnet-4-6", true, false, true, true, false},
    {"claude-opus-4-5", false, false, true, true, true},
    {"claude-sonnet-4-5", false, false, true, true, true},
    {"claude-haiku-4-5", false, false, true, true, true},
    {"claude-3", false, false, true, false, true},
    {"claude-sonnet-4", false, false, true, false, true},
    {"claude-opus-4", false, false, true, false, true},
    // Newer than this table: as the newest it knows.
    {"claude-", true, true, false, true, false},
}};

/// Chat models whose servers take `reasoning_content` back, and need it inside a tool loop.
constexpr std::array<std::string_view, 6> echoes{"deepseek", "kimi", "glm", "qwen", "minimax", "mimo"};

}  // namespace

Target target_for_model(std::string_view model) {
  std::string name(model);
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  std::replace(name.begin(), name.end(), '.', '-');  // claude-opus-4.7 is seen too
  const auto holds = [&name](std::string_view piece) { return name.find(piece) != std::string::npos; };
  Target target;
  target.model = model;
  target.reasoning_content = std::any_of(echoes.begin(), echoes.end(), holds);
  const auto row = std::find_if(families.begin(), families.end(), [&holds](const Family& family) { return holds(family.piece); });
  if (row == families.end()) return target;
  target.adaptive_thinking = row->adaptive;
  target.system_turns = row->system_turns;
  target.sampling = row->sampling;
  target.output_format = row->output_format;
  target.prefill = row->prefill;
  return target;
}

}  // namespace omniroute::codec
