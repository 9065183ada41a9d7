#include "omniroute/pipeline/target_profile.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "omniroute/codec/translate.hpp"

namespace omniroute::pipeline {
namespace {

/// Chat models that refuse `max_tokens`, wherever they are served.
constexpr std::array<std::string_view, 5> reasoning_models{"gpt-5", "gpt-6", "o1", "o3", "o4-"};

bool begins(std::string_view model, std::string_view piece) {
  const std::size_t slash = model.rfind('/');
  return model.substr(slash == std::string_view::npos ? 0 : slash + 1).starts_with(piece);
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

}  // namespace

std::optional<std::int64_t> most_output(const routing::Target& target) {
  const catalog::Model* known = target.provider->model(target.model);
  return known != nullptr ? known->max_output : catalog::family_model(target.model).max_output;
}

codec::Target profile_of(const routing::Target& target) {
  codec::Target profile = codec::target_for_model(target.model);
  profile.max_output = most_output(target);
  const std::string model = lower(target.model);
  const bool vendor = target.provider->chat_url.find("//api.openai.com/") != std::string::npos;
  const bool reasons =
      std::any_of(reasoning_models.begin(), reasoning_models.end(), [&model](std::string_view piece) { return begins(model, piece); });
  profile.legacy_max_tokens = !vendor && !reasons;
  profile.developer_role = vendor;
  profile.custom_tools = vendor;
  const auto& quirks = target.provider->quirks;
  profile.stream_usage = std::find(quirks.begin(), quirks.end(), "no_stream_options") == quirks.end();
  return profile;
}

}  // namespace omniroute::pipeline
