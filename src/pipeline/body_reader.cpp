#include "body_reader.hpp"

#include <algorithm>
#include <array>
#include <functional>

#include "count_tokens.hpp"
#include "omniroute/json/document.hpp"

namespace omniroute::pipeline {
namespace {

using domain::Format;
using routing::Affinity;
using routing::AffinitySource;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// What stands behind `"type" :` at the place of a token that begins with its quote.
bool follows_type(std::string_view body, std::size_t quote) {
  constexpr std::string_view key = "\"type\"";
  std::size_t at = quote;
  while (at > 0 && is_blank(body[at - 1])) --at;
  if (at == 0 || body[at - 1] != ':') return false;
  --at;
  while (at > 0 && is_blank(body[at - 1])) --at;
  return at >= key.size() && body.substr(at - key.size(), key.size()) == key;
}

/// Gemini says what its inline data are in a member beside it.
void add_inline(std::string_view rest, routing::Media& media) {
  constexpr std::size_t near = 400;
  const std::string_view around = rest.substr(0, near);
  const auto says = [around](std::string_view kind) { return around.find(kind) != std::string_view::npos; };
  if (says("\"audio/"))
    media.audio = true;
  else if (says("\"application/"))
    media.documents = true;
  else
    media.images = true;
}

struct Token {
  std::string_view text;  // with both quotes
  bool typed;             // only as the value of "type"
  bool routing::Media::*what;
};
constexpr std::array tokens{
    Token{"\"image_url\"", false, &routing::Media::images},    Token{"\"input_image\"", true, &routing::Media::images},
    Token{"\"image\"", true, &routing::Media::images},         Token{"\"input_audio\"", true, &routing::Media::audio},
    Token{"\"input_file\"", true, &routing::Media::documents}, Token{"\"document\"", true, &routing::Media::documents},
    Token{"\"file\"", true, &routing::Media::documents},
};

/// The elements of a raw JSON array, one by one; the text is known to be sound JSON.
class Elements {
 public:
  explicit Elements(std::string_view array) : rest_(array.empty() ? array : array.substr(1)) {}
  std::string_view next() {
    std::size_t at = 0;
    while (at < rest_.size() && (is_blank(rest_[at]) || rest_[at] == ',')) ++at;
    rest_.remove_prefix(at);
    if (rest_.empty() || rest_.front() == ']') return {};
    const std::size_t length = value_length();
    const std::string_view element = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return element;
  }

 private:
  [[nodiscard]] std::size_t value_length() const {
    std::size_t depth = 0;
    for (std::size_t at = 0; at < rest_.size(); ++at) {
      switch (rest_[at]) {
        case '"': at = string_end(at); break;
        case '{':
        case '[': ++depth; continue;
        case '}':
        case ']':
          if (depth == 0) return at;
          --depth;
          break;
        case ',':
          if (depth == 0) return at;
          continue;
        default: continue;
      }
      if (depth == 0) return at + 1;
    }
    return rest_.size();
  }
  [[nodiscard]] std::size_t string_end(std::size_t quote) const {
    std::size_t at = quote + 1;
    while (at < rest_.size() && rest_[at] != '"') at += rest_[at] == '\\' ? 2 : 1;
    return at;
  }
  std::string_view rest_;
};

std::uint64_t mixed(std::uint64_t a, std::uint64_t b) { return (a ^ (b + 0x9e3779b97f4a7c15U + (a << 6U) + (a >> 2U))); }

/// A key of its caller alone: two callers with the same words are two conversations.
std::uint64_t key_of(const Exchange& x, AffinitySource source, std::string_view text) {
  const std::hash<std::string_view> hash;
  return mixed(mixed(hash(x.caller.key_id), static_cast<std::uint64_t>(source)), hash(text));
}

std::string_view unquoted(std::string_view raw) {
  return raw.size() >= 2 && raw.front() == '"' ? raw.substr(1, raw.size() - 2) : std::string_view();
}

std::string_view user_of(std::string_view metadata) {
  if (metadata.empty() || metadata.front() != '{') return {};
  std::array<json::Member, 1> inside{json::Member{"user_id"}};
  return json::scan(metadata, inside) ? unquoted(inside[0].value) : std::string_view();
}

Affinity first_turns(const Exchange& x, std::string_view system, std::string_view turns) {
  if (turns.empty() || turns.front() != '[') return {};
  std::uint64_t key = key_of(x, AffinitySource::first_turns, system);
  Elements elements(turns);
  std::size_t count = 0;
  bool open = true;
  for (std::string_view element = elements.next(); !element.empty() && count < 3; element = elements.next(), ++count) {
    if (!open) continue;
    key = mixed(key, std::hash<std::string_view>{}(element));
    // Up to the first thing the user said: that is the same in each later request.
    open = element.find("\"user\"") == std::string_view::npos;
  }
  if (count == 0) return {};
  return {AffinitySource::first_turns, key, count >= 3};
}

}  // namespace

routing::Media sniff_media(std::string_view body) noexcept {
  routing::Media media;
  for (std::size_t quote = body.find('"'); quote != std::string_view::npos; quote = body.find('"', quote + 1)) {
    const char next = quote + 1 < body.size() ? body[quote + 1] : '\0';
    if (next != 'i' && next != 'd' && next != 'f') continue;
    if (quote > 0 && body[quote - 1] == '\\') continue;
    const std::string_view rest = body.substr(quote);
    if (rest.starts_with("\"inlineData\"") || rest.starts_with("\"inline_data\"") || rest.starts_with("\"fileData\"") ||
        rest.starts_with("\"file_data\":{"))
      add_inline(rest, media);
    for (const Token& token : tokens)
      if (rest.starts_with(token.text) && (!token.typed || follows_type(body, quote))) media.*token.what = true;
  }
  return media;
}

std::int64_t ExchangeBody::tokens() {
  if (const Result<const ir::ChatRequest*> chat = x_.chat()) return estimate_tokens(**chat);
  constexpr std::int64_t bytes_a_token = 4;
  return static_cast<std::int64_t>(x_.request.body.size()) / bytes_a_token;
}

routing::Media ExchangeBody::media() {
  routing::Media media = sniff_media(x_.request.body);
  media.tools = x_.envelope.tools;
  return media;
}

Affinity ExchangeBody::affinity() {
  std::array<json::Member, 7> members{
      json::Member{"prompt_cache_key"}, json::Member{"metadata"}, json::Member{"messages"},    json::Member{"input"},
      json::Member{"contents"},         json::Member{"system"},   json::Member{"instructions"}};
  if (!json::scan(x_.request.body, members)) return {};
  const auto& [cache_key, metadata, messages, input, contents, system, instructions] = members;
  if (const std::string_view key = unquoted(cache_key.value); !key.empty())
    return {AffinitySource::prompt_cache_key, key_of(x_, AffinitySource::prompt_cache_key, key), true};
  for (const std::string_view name :
       {"x-session-id", "x-omniroute-session-id", "x-claude-code-session-id", "session_id", "session-id", "x-litellm-trace-id"}) {
    const std::string_view value = x_.request.header(name);
    if (!value.empty()) return {AffinitySource::session_header, key_of(x_, AffinitySource::session_header, value), true};
  }
  if (const std::string_view user = user_of(metadata.value); !user.empty())
    return {AffinitySource::user_id, key_of(x_, AffinitySource::user_id, user), true};
  switch (x_.format) {
    case Format::openai_chat: return first_turns(x_, {}, messages.value);
    case Format::anthropic: return first_turns(x_, system.value, messages.value);
    case Format::openai_responses: return first_turns(x_, instructions.value, input.value);
    case Format::gemini: return first_turns(x_, {}, contents.value);
  }
  return {};
}

}  // namespace omniroute::pipeline
