#include <algorithm>
#include <array>
#include <string>

#include "omniroute/catalog/provider.hpp"

namespace omniroute::catalog {
namespace {

using Maybe = std::optional<bool>;
constexpr Maybe unknown = std::nullopt;

/// What models of a family take, told by a piece of their name (the vendors' model pages). The first row whose piece stands
/// in the name counts; a family is only in here where all its models agree.
struct Family {
  std::string_view piece;
  std::int64_t context = 0;     // 0 = not known
  std::int64_t max_output = 0;  // where a request for more is refused; 0 = not known
  Maybe images;
  Maybe audio;
  Maybe documents;
};
constexpr std::array families{
    Family{"claude-3-opus", 200'000, 4'096, true, false, true},
    Family{"claude-3-haiku", 200'000, 4'096, true, false, true},
    Family{"claude-3-sonnet", 200'000, 4'096, true, false, true},
    Family{"claude-3-5", 200'000, 8'192, true, false, true},
    Family{"claude-3.5", 200'000, 8'192, true, false, true},
    Family{"claude-3-7", 200'000, 64'000, true, false, true},
    Family{"claude-opus-4-2025", 200'000, 32'000, true, false, true},
    Family{"claude-opus-4-1", 200'000, 32'000, true, false, true},
    Family{"claude-opus-4.1", 200'000, 32'000, true, false, true},
    Family{"claude-opus-4-5", 200'000, 64'000, true, false, true},
    Family{"claude-opus-4.5", 200'000, 64'000, true, false, true},
    Family{"claude-sonnet-4", 200'000, 64'000, true, false, true},
    Family{"claude-haiku-4", 200'000, 64'000, true, false, true},
    Family{"claude-opus-4-6", 200'000, 128'000, true, false, true},
    Family{"claude-opus-4.6", 200'000, 128'000, true, false, true},
    Family{"claude", 200'000, 0, true, false, true},
    Family{"gpt-oss", 131'072, 0, false, false, false},
    Family{"gpt-3.5", 16'385, 4'096, false, false, false},
    Family{"gpt-4o-audio", 128'000, 16'384, unknown, true, unknown},
    Family{"gpt-4o", 128'000, 16'384, true, false, true},
    Family{"gpt-4.1", 1'047'576, 32'768, true, false, true},
    Family{"gpt-4-turbo", 128'000, 4'096, true, false, false},
    Family{"gpt-5", 400'000, 128'000, true, false, true},
    Family{"gemini-2.0", 1'048'576, 8'192, true, true, true},
    Family{"gemini-2.5", 1'048'576, 65'536, true, true, true},
    Family{"gemini-3", 1'048'576, 65'536, true, true, true},
    Family{"gemini", 1'048'576, 0, true, true, true},
    Family{"deepseek", 131'072, 0, false, false, false},
    Family{"kimi-k2.5", 262'144, 0, true, false, unknown},
    Family{"kimi-k2", 262'144, 0, false, false, false},
    Family{"glm-4.5v", 65'536, 0, true, false, unknown},
    Family{"glm-4.6v", 131'072, 0, true, false, unknown},
    Family{"glm-4.5", 131'072, 0, false, false, false},
    Family{"glm-4.6", 204'800, 0, false, false, false},
    Family{"glm-4.7", 204'800, 0, false, false, false},
    Family{"minimax-m2", 204'800, 0, false, false, false},
    Family{"qwen3-coder-plus", 1'000'000, 0, false, false, false},
    Family{"qwen3-coder", 262'144, 0, false, false, false},
    Family{"qwen3-max", 262'144, 0, false, false, false},
    Family{"llama-3.1", 131'072, 0, false, false, false},
    Family{"llama-3.3", 131'072, 0, false, false, false},
    Family{"llama3.1", 131'072, 0, false, false, false},
    Family{"llama3.3", 131'072, 0, false, false, false},
    Family{"codestral", 256'000, 0, false, false, false},
    Family{"mixtral", 0, 0, false, false, false},
    Family{"grok-3", 131'072, 0, false, false, false},
    Family{"grok-code", 256'000, 0, false, false, false},
    Family{"grok-4", 256'000, 0, true, false, unknown},
    Family{"command-r", 128'000, 0, false, false, false},
};

/// A bit for each character that stands in the text: a piece can only be in a name that has all its bits.
constexpr std::uint64_t letters_of(std::string_view text) noexcept {
  std::uint64_t bits = 0;
  for (const char c : text) bits |= std::uint64_t{1} << (static_cast<unsigned char>(c) & 63U);
  return bits;
}
constexpr auto letters = [] {
  std::array<std::uint64_t, families.size()> all{};
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = letters_of(families[i].piece);
  return all;
}();

const Family* family_of(std::string_view model_id) noexcept {
  std::array<char, 96> low{};
  const std::size_t length = std::min(low.size(), model_id.size());
  std::transform(model_id.begin(), model_id.begin() + static_cast<std::ptrdiff_t>(length), low.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  const std::string_view name(low.data(), length);
  const std::uint64_t there = letters_of(name);
  for (std::size_t i = 0; i < families.size(); ++i)
    if ((letters[i] & ~there) == 0 && name.find(families[i].piece) != name.npos) return &families[i];
  return nullptr;
}

}  // namespace

void complete_by_family(Model& model) {
  const Family* family = family_of(model.id);
  if (family == nullptr) return;
  if (!model.context && family->context > 0) model.context = family->context;
  if (!model.max_output && family->max_output > 0) model.max_output = family->max_output;
  if (!model.images) model.images = family->images;
  if (!model.audio) model.audio = family->audio;
  if (!model.documents) model.documents = family->documents;
}

Model family_model(std::string_view model_id) {
  Model model;
  model.id = model_id;
  complete_by_family(model);
  model.id.clear();
  return model;
}

}  // namespace omniroute::catalog
