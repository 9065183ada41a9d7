#include "shared/finish.hpp"

#include <algorithm>
#include <array>

namespace omniroute::codec {
namespace {

using domain::Format;
using ir::FinishClass;

struct Word {
  Format format;
  std::string_view word;
  FinishClass reason;
};

// The first word of a class in its format is the one that is written.
constexpr std::array<Word, 44> words{{
    {Format::openai_chat, "stop", FinishClass::stop},
    {Format::openai_chat, "tool_calls", FinishClass::tool},
    {Format::openai_chat, "function_call", FinishClass::tool},
    {Format::openai_chat, "length", FinishClass::length},
    {Format::openai_chat, "content_filter", FinishClass::filter},
    {Format::openai_chat, "error", FinishClass::error},
    {Format::openai_chat, "insufficient_system_resource", FinishClass::error},
    {Format::openai_responses, "completed", FinishClass::stop},
    {Format::openai_responses, "max_output_tokens", FinishClass::length},
    {Format::openai_responses, "content_filter", FinishClass::filter},
    {Format::openai_responses, "failed", FinishClass::error},
    {Format::openai_responses, "cancelled", FinishClass::error},
    {Format::anthropic, "end_turn", FinishClass::stop},
    {Format::anthropic, "stop_sequence", FinishClass::stop},
    {Format::anthropic, "tool_use", FinishClass::tool},
    {Format::anthropic, "max_tokens", FinishClass::length},
    {Format::anthropic, "model_context_window_exceeded", FinishClass::length},
    {Format::anthropic, "refusal", FinishClass::filter},
    {Format::anthropic, "pause_turn", FinishClass::pause},
    {Format::anthropic, "compaction", FinishClass::pause},
    {Format::gemini, "STOP", FinishClass::stop},
    {Format::gemini, "MAX_TOKENS", FinishClass::length},
    {Format::gemini, "SAFETY", FinishClass::filter},
    {Format::gemini, "RECITATION", FinishClass::filter},
    {Format::gemini, "LANGUAGE", FinishClass::filter},
    {Format::gemini, "BLOCKLIST", FinishClass::filter},
    {Format::gemini, "PROHIBITED_CONTENT", FinishClass::filter},
    {Format::gemini, "SPII", FinishClass::filter},
    {Format::gemini, "IMAGE_SAFETY", FinishClass::filter},
    {Format::gemini, "IMAGE_PROHIBITED_CONTENT", FinishClass::filter},
    {Format::gemini, "IMAGE_RECITATION", FinishClass::filter},
    {Format::gemini, "MODEL_ARMOR", FinishClass::filter},
    {Format::gemini, "MALFORMED_FUNCTION_CALL", FinishClass::error},
    {Format::gemini, "UNEXPECTED_TOOL_CALL", FinishClass::error},
    {Format::gemini, "TOO_MANY_TOOL_CALLS", FinishClass::error},
    {Format::gemini, "MISSING_THOUGHT_SIGNATURE", FinishClass::error},
    {Format::gemini, "MALFORMED_RESPONSE", FinishClass::error},
    {Format::gemini, "NO_IMAGE", FinishClass::error},
    {Format::gemini, "IMAGE_OTHER", FinishClass::error},
    {Format::gemini, "OTHER", FinishClass::other},
    {Format::gemini, "CONTINUATION", FinishClass::pause},
    // OpenAI-compatible servers that let their backend's word through.
    {Format::openai_chat, "end_turn", FinishClass::stop},
    {Format::openai_chat, "max_tokens", FinishClass::length},
    {Format::openai_chat, "tool_use", FinishClass::tool},
}};

std::optional<std::int64_t> member(json::Value object, std::string_view key) {
  std::int64_t number = 0;
  if (!object.find(key).integer(number)) return std::nullopt;
  return number;
}

std::optional<std::int64_t> sum(std::optional<std::int64_t> a, std::optional<std::int64_t> b) {
  if (!a && !b) return std::nullopt;
  return a.value_or(0) + b.value_or(0);
}

ir::Usage read_chat(json::Value u) {
  const json::Value prompt = u.find("prompt_tokens_details");
  const json::Value completion = u.find("completion_tokens_details");
  ir::Usage out;
  out.input = member(u, "prompt_tokens");
  out.output = member(u, "completion_tokens");
  out.total = member(u, "total_tokens");
  out.reasoning = member(completion, "reasoning_tokens");
  out.cache_read = member(prompt, "cached_tokens");
  if (!out.cache_read) out.cache_read = member(u, "prompt_cache_hit_tokens");
  if (!out.cache_read) out.cache_read = member(u, "cached_tokens");
  out.cache_write = member(prompt, "cache_write_tokens");
  // xAI and some others count reasoning in the total only.
  const bool apart =
      out.input && out.output && out.total && out.reasoning.value_or(0) > 0 && *out.total == *out.input + *out.output + *out.reasoning;
  if (apart) *out.output += *out.reasoning;
  return out;
}

ir::Usage read_responses(json::Value u) {
  ir::Usage out;
  out.input = member(u, "input_tokens");
  out.output = member(u, "output_tokens");
  out.total = member(u, "total_tokens");
  out.cache_read = member(u.find("input_tokens_details"), "cached_tokens");
  out.cache_write = member(u.find("input_tokens_details"), "cache_write_tokens");
  out.reasoning = member(u.find("output_tokens_details"), "reasoning_tokens");
  return out;
}

ir::Usage read_gemini(json::Value u) {
  ir::Usage out;
  out.input = member(u, "promptTokenCount");
  if (out.input) *out.input += member(u, "toolUsePromptTokenCount").value_or(0);
  out.reasoning = member(u, "thoughtsTokenCount");
  out.output = sum(member(u, "candidatesTokenCount"), out.reasoning);
  out.cache_read = member(u, "cachedContentTokenCount");
  out.total = member(u, "totalTokenCount");
  return out;
}

std::int64_t total_of(const ir::Usage& u) { return u.total.value_or(u.input.value_or(0) + u.output.value_or(0)); }

void write_details(json::Writer& out, std::string_view name,
                   std::initializer_list<std::pair<std::string_view, std::optional<std::int64_t>>> members) {
  if (std::all_of(members.begin(), members.end(), [](const auto& each) { return !each.second; })) return;
  out.key(name).begin_object();
  for (const auto& [key, value] : members)
    if (value) out.key(key).integer(*value);
  out.end_object();
}

void write_anthropic(const ir::Usage& u, json::Writer& out) {
  const std::int64_t rest = u.input.value_or(0) - u.cache_read.value_or(0) - u.cache_write.value_or(0);
  out.key("input_tokens").integer(std::max<std::int64_t>(rest, 0));
  out.key("cache_creation_input_tokens").integer(u.cache_write.value_or(0));
  out.key("cache_read_input_tokens").integer(u.cache_read.value_or(0));
  out.key("output_tokens").integer(u.output.value_or(0));
  write_details(out, "output_tokens_details", {{"thinking_tokens", u.reasoning}});
}

void write_gemini(const ir::Usage& u, json::Writer& out) {
  const std::int64_t shown = u.output.value_or(0) - u.reasoning.value_or(0);
  out.key("promptTokenCount").integer(u.input.value_or(0));
  out.key("candidatesTokenCount").integer(std::max<std::int64_t>(shown, 0));
  out.key("totalTokenCount").integer(total_of(u));
  if (u.cache_read) out.key("cachedContentTokenCount").integer(*u.cache_read);
  if (u.reasoning) out.key("thoughtsTokenCount").integer(*u.reasoning);
}

}  // namespace

FinishClass finish_class(Format format, std::string_view word) noexcept {
  for (const Word& row : words)
    if (row.format == format && row.word == word) return row.reason;
  return FinishClass::other;
}

std::string_view finish_word(Format format, FinishClass reason) noexcept {
  // Chat clients loop or fail on any other than four words; its own "error" is not one of them.
  if (format == Format::openai_chat && reason == FinishClass::error) return "stop";
  if (format == Format::openai_responses && reason == FinishClass::stop) return {};
  for (const Word& row : words)
    if (row.format == format && row.reason == reason) return row.word;
  return format == Format::openai_responses ? std::string_view() : finish_word(format, FinishClass::stop);
}

FinishClass settled(FinishClass reason, bool has_calls) noexcept {
  if (reason == FinishClass::length || reason == FinishClass::filter || reason == FinishClass::error) return reason;
  if (has_calls) return FinishClass::tool;
  return reason == FinishClass::tool ? FinishClass::stop : reason;
}

ir::Usage read_usage(Format format, json::Value usage) {
  switch (format) {
    case Format::openai_chat: return read_chat(usage);
    case Format::openai_responses: return read_responses(usage);
    case Format::gemini: return read_gemini(usage);
    case Format::anthropic: break;
  }
  AnthropicUsage merged;
  merged.take(usage);
  return merged.total();
}

void write_usage(Format format, const ir::Usage& usage, json::Writer& out) {
  out.begin_object();
  switch (format) {
    case Format::anthropic: write_anthropic(usage, out); break;
    case Format::gemini: write_gemini(usage, out); break;
    case Format::openai_chat:
      out.key("prompt_tokens").integer(usage.input.value_or(0));
      out.key("completion_tokens").integer(usage.output.value_or(0));
      out.key("total_tokens").integer(total_of(usage));
      write_details(out, "prompt_tokens_details", {{"cached_tokens", usage.cache_read}, {"cache_write_tokens", usage.cache_write}});
      write_details(out, "completion_tokens_details", {{"reasoning_tokens", usage.reasoning}});
      break;
    case Format::openai_responses:
      out.key("input_tokens").integer(usage.input.value_or(0));
      write_details(out, "input_tokens_details",
                    {{"cached_tokens", usage.cache_read.value_or(0)}, {"cache_write_tokens", usage.cache_write}});
      out.key("output_tokens").integer(usage.output.value_or(0));
      write_details(out, "output_tokens_details", {{"reasoning_tokens", usage.reasoning.value_or(0)}});
      out.key("total_tokens").integer(total_of(usage));
      break;
  }
  out.end_object();
}

void AnthropicUsage::take(json::Value usage) {
  const auto over = [&usage](std::optional<std::int64_t>& mine, std::string_view key) {
    if (const auto later = member(usage, key)) mine = later;
  };
  over(input_, "input_tokens");
  over(output_, "output_tokens");
  over(cache_read_, "cache_read_input_tokens");
  over(cache_write_, "cache_creation_input_tokens");
  if (const auto later = member(usage.find("output_tokens_details"), "thinking_tokens")) thinking_ = later;
}

ir::Usage AnthropicUsage::total() const {
  ir::Usage out;
  if (input_) out.input = *input_ + cache_read_.value_or(0) + cache_write_.value_or(0);
  out.output = output_;
  out.cache_read = cache_read_;
  out.cache_write = cache_write_;
  out.reasoning = thinking_;
  if (out.input && out.output) out.total = *out.input + *out.output;
  return out;
}

}  // namespace omniroute::codec
