#include "shared/losses.hpp"

#include <algorithm>
#include <array>

#include "shared/field_reader.hpp"

namespace omniroute::codec {
namespace {

using domain::Format;

struct Names {
  Field field;
  std::string_view chat, responses, anthropic, gemini;
};

// In the order of Field.
constexpr std::array<Names, 24> names{{
    {Field::max_output, "max_completion_tokens", "max_output_tokens", "max_tokens", "generationConfig.maxOutputTokens"},
    {Field::temperature, "temperature", "temperature", "temperature", "generationConfig.temperature"},
    {Field::top_p, "top_p", "top_p", "top_p", "generationConfig.topP"},
    {Field::top_k, "top_k", "top_k", "top_k", "generationConfig.topK"},
    {Field::stop, "stop", "stop", "stop_sequences", "generationConfig.stopSequences"},
    {Field::candidates, "n", "n", "n", "generationConfig.candidateCount"},
    {Field::seed, "seed", "seed", "seed", "generationConfig.seed"},
    {Field::presence_penalty, "presence_penalty", "presence_penalty", "presence_penalty", "generationConfig.presencePenalty"},
    {Field::frequency_penalty, "frequency_penalty", "frequency_penalty", "frequency_penalty", "generationConfig.frequencyPenalty"},
    {Field::tool_choice, "tool_choice", "tool_choice", "tool_choice", "toolConfig.functionCallingConfig"},
    {Field::parallel_tools, "parallel_tool_calls", "parallel_tool_calls", "tool_choice.disable_parallel_tool_use", "parallel_tool_calls"},
    {Field::output_format, "response_format", "text.format", "output_config.format", "generationConfig.responseJsonSchema"},
    {Field::thinking, "reasoning_effort", "reasoning", "thinking", "generationConfig.thinkingConfig"},
    {Field::verbosity, "verbosity", "text.verbosity", "verbosity", "verbosity"},
    {Field::user, "user", "user", "metadata.user_id", "labels"},
    {Field::metadata, "metadata", "metadata", "metadata", "labels"},
    {Field::cache_key, "prompt_cache_key", "prompt_cache_key", "prompt_cache_key", "cachedContent"},
    {Field::service_tier, "service_tier", "service_tier", "service_tier", "serviceTier"},
    {Field::store, "store", "store", "store", "store"},
    {Field::previous_response, "previous_response_id", "previous_response_id", "previous_response_id", "previous_response_id"},
    {Field::hosted_tools, "tools", "tools", "tools", "tools"},
    {Field::tools, "tools", "tools", "tools", "tools"},
    {Field::messages, "messages", "input", "messages", "contents"},
    {Field::system, "messages", "instructions", "system", "systemInstruction"},
}};

// "messages.3.content.1" -> "messages.*.content.*": what a loss is about, wherever it stands.
std::string shape_of(std::string_view field) {
  std::string out;
  while (!field.empty()) {
    const std::size_t end = std::min(field.find('.'), field.size());
    const std::string_view step = field.substr(0, end);
    const bool number = !step.empty() && step.find_first_not_of("0123456789") == std::string_view::npos;
    out.append(number ? "*" : step).push_back('.');
    field.remove_prefix(std::min(end + 1, field.size()));
  }
  return out;
}

}  // namespace

std::string_view field_name(Format format, Field field) noexcept {
  const Names& row = names[static_cast<std::size_t>(field)];
  switch (format) {
    case Format::openai_chat: return row.chat;
    case Format::openai_responses: return row.responses;
    case Format::anthropic: return row.anthropic;
    case Format::gemini: return row.gemini;
  }
  return row.chat;
}

std::string turn_field(const ir::ChatRequest& request, std::size_t turn) {
  std::size_t index = turn;
  if (request.origin == Format::openai_chat)  // its system messages stand in the same list
    for (const ir::Part& part : request.system) {
      const auto* text = std::get_if<ir::Text>(&part.value);
      if (text != nullptr && !text->continues) ++index;
    }
  return std::string(field_name(request.origin, Field::messages)) + "." + std::to_string(index);
}

void note_loss(Losses& losses, std::string field, Loss::How how, std::string_view why) {
  const std::string shape = shape_of(field);
  for (const Loss& loss : losses)
    if (loss.why == why && shape_of(loss.field) == shape) return;
  losses.push_back({std::move(field), how, std::string(why)});
}

void note_loss(Losses& losses, const ir::ChatRequest& request, Field field, Loss::How how, std::string_view why) {
  note_loss(losses, std::string(field_name(request.origin, field)), how, why);
}

void note_choice_without_tools(Losses& losses, const ir::ChatRequest& request) {
  using Mode = ir::ToolChoice::Mode;
  const bool had_tools = !request.tools.empty() || !request.hosted_tools.empty();
  const Mode mode = request.tool_choice.mode;
  const bool harmless = mode == Mode::automatic || mode == Mode::none || (mode == Mode::unset && request.tool_choice.raw.empty());
  if (had_tools && !harmless)
    note_loss(losses, request, Field::tool_choice, Loss::How::dropped, "it points at a tool that the target lacks");
}

void note_extras(Losses& losses, const ir::ChatRequest& request, std::string_view kept) {
  for (const ir::Extra& extra : request.extras)
    if (!lists(kept, extra.name)) note_loss(losses, extra.name, Loss::How::dropped, "the target's format has no such member");
}

}  // namespace omniroute::codec
