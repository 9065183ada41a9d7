#include "target_profile.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace omniroute::pipeline {
namespace {

/// What models of a family can do beyond their format's common ground, by a piece of their name (wire-formats.md 3.1, 5.1,
/// 8.4; the vendors' model pages, November 2026). The first row that fits counts.
struct Family {
  std::string_view piece;
  bool adaptive = false;
  bool system_turns = false;
  bool sampling = true;
  bool output_format = true;
};
constexpr std::array families{
    Family{"claude-opus-4-7", true, true, false, true},   Family{"claude-opus-4-8", true, true, false, true},
    Family{"claude-opus-5", true, true, false, true},     Family{"claude-sonnet-5", true, true, false, true},
    Family{"claude-haiku-5", true, true, false, true},    Family{"claude-opus-4-6", true, false, true, true},
    Family{"claude-sonnet-4-6", true, false, true, true}, Family{"claude-opus-4-5", false, false, true, true},
    Family{"claude-sonnet-4-5", false, false, true, true}, Family{"claude-haiku-4-5", false, false, true, true},
    Family{"claude-3", false, false, true, false},        Family{"claude-sonnet-4", false, false, true, false},
    Family{"claude-opus-4", false, false, true, false},
};

/// Chat models that refuse `max_tokens`, wherever they are served.
constexpr std::array<std::string_view, 5> reasoning_models{"gpt-5", "gpt-6", "o1", "o3", "o4-"};

/// Chat models whose servers take `reasoning_content` back, and need it inside a tool loop.
constexpr std::array<std::string_view, 6> reasoning_echo{"deepseek", "kimi", "glm", "qwen", "minimax", "mimo"};

bool begins(std::string_view model, std::string_view piece) {
  const std::size_t slash = model.rfind('/');
  return model.substr(slash == std::string_view::npos ? 0 : slash + 1).starts_with(piece);
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

void apply_family(std::string_view model, codec::Target& profile) {
  const auto row = std::find_if(families.begin(), families.end(), [model](const Family& f) { return model.find(f.piece) != std::string_view::npos; });
  if (row == families.end()) return;
  profile.adaptive_thinking = row->adaptive;
  profile.system_turns = row->system_turns;
  profile.sampling = row->sampling;
  profile.output_format = row->output_format;
}

}  // namespace

codec::Target profile_of(const routing::Target& target) {
  codec::Target profile;
  profile.model = target.model;
  const catalog::Model* known = target.provider->model(target.model);
  if (known != nullptr) profile.max_output = known->max_output;
  const std::string model = lower(target.model);
  const bool vendor = target.provider->chat_url.find("//api.openai.com/") != std::string::npos;
  const bool reasons = std::any_of(reasoning_models.begin(), reasoning_models.end(), [&model](std::string_view piece) { return begins(model, piece); });
  profile.legacy_max_tokens = !vendor && !reasons;
  profile.developer_role = vendor;
  profile.reasoning_content =
      std::any_of(reasoning_echo.begin(), reasoning_echo.end(), [&model](std::string_view piece) { return model.find(piece) != std::string::npos; });
  const auto& quirks = target.provider->quirks;
  profile.stream_usage = std::find(quirks.begin(), quirks.end(), "no_stream_options") == quirks.end();
  apply_family(model, profile);
  return profile;
}

}  // namespace omniroute::pipeline
