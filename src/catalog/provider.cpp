#include "omniroute/catalog/provider.hpp"

#include <algorithm>
#include <array>

namespace omniroute::catalog {
namespace {

using domain::Format;

constexpr std::array<std::string_view, 6> tiers{"subscription", "apikey", "cheap", "free", "local", "node"};
constexpr std::array<std::string_view, 3> auths{"apikey", "oauth", "none"};
constexpr std::array<std::string_view, 3> permissions{"official", "documented", "not_permitted"};

constexpr std::string_view model_mark = "{model}";

/// Percent-encodes what may not stand in a path segment (RFC 3986); "/" and ":" stay, as the vendors' own paths have them.
void append_encoded(std::string_view text, std::string& out) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  constexpr std::string_view plain = "-._~/:@";
  for (const char c : text) {
    const bool alphanumeric = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    if (alphanumeric || plain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += digits[byte >> 4];
      out += digits[byte & 15U];
    }
  }
}

/// The URL with the model's name where its mark stands.
std::string filled_in(const std::string& url, std::string_view model_id) {
  const std::size_t mark = url.find(model_mark);
  if (mark == std::string::npos) return url;
  std::string filled = url.substr(0, mark);
  append_encoded(model_id, filled);
  filled.append(url, mark + model_mark.size());
  return filled;
}

/// What each format adds to a base URL, as its vendor documents it.
void set_urls(Provider& provider, const std::string& base) {
  provider.models_url = base + "/models";
  switch (*provider.format) {
    case Format::openai_chat: provider.chat_url = base + "/chat/completions"; break;
    case Format::openai_responses:
      provider.chat_url = base + "/responses";
      provider.responses_url = provider.chat_url;
      provider.count_tokens_url = base + "/responses/input_tokens";
      break;
    case Format::anthropic:
      provider.chat_url = base + "/messages";
      provider.count_tokens_url = base + "/messages/count_tokens";
      break;
    case Format::gemini:
      provider.chat_url = base + "/models/{model}:generateContent";
      provider.stream_url = base + "/models/{model}:streamGenerateContent?alt=sse";
      provider.count_tokens_url = base + "/models/{model}:countTokens";
      return;
  }
  provider.stream_url = provider.chat_url;
}

void set_credential_header(Provider& provider) {
  switch (*provider.format) {
    case Format::openai_chat:
    case Format::openai_responses:
      provider.auth_header = "authorization";
      provider.auth_prefix = "Bearer ";
      break;
    case Format::anthropic:
      provider.auth_header = "x-api-key";
      provider.headers.push_back({"anthropic-version", "2023-06-01"});
      break;
    case Format::gemini: provider.auth_header = "x-goog-api-key"; break;
  }
}

}  // namespace

std::string_view to_string(Tier tier) noexcept { return tiers[static_cast<std::size_t>(tier)]; }
std::string_view to_string(Auth auth) noexcept { return auths[static_cast<std::size_t>(auth)]; }
std::string_view to_string(Permission permission) noexcept { return permissions[static_cast<std::size_t>(permission)]; }

const Model* Provider::model(std::string_view model_id) const noexcept {
  const auto found = std::find_if(models.begin(), models.end(), [&](const Model& model) { return model.id == model_id; });
  return found == models.end() ? nullptr : &*found;
}

std::string Provider::url_for(std::string_view model_id, bool stream) const {
  const Model* known = model(model_id);
  const bool by_responses = known != nullptr && known->format == Format::openai_responses && !responses_url.empty();
  const std::string& url = by_responses ? responses_url : (stream ? stream_url : chat_url);
  return filled_in(url, model_id);
}

std::string Provider::count_url_for(std::string_view model_id) const { return filled_in(count_tokens_url, model_id); }

Provider provider_from_node(const domain::Node& node) {
  Provider provider;
  provider.id = node.id;
  provider.alias = node.prefix;
  provider.name = node.name;
  provider.tier = Tier::node;
  provider.format = node.format;
  provider.format_word = domain::to_string(node.format);
  provider.kinds = {"chat"};
  provider.passthrough_models = true;
  provider.ca_file = node.ca_file;
  provider.is_node = true;
  set_urls(provider, node.base_url);
  set_credential_header(provider);
  return provider;
}

}  // namespace omniroute::catalog
