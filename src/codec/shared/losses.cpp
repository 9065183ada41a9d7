#include "shared/losses.hpp"

#include <algorithm>

#include "shared/field_reader.hpp"
#include "shared/history.hpp"

namespace omniroute::codec {
namespace {

using domain::Format;

struct Names {
  Field field;
  std::string_view about;
  std::string_view hub;  // for clients of formats that have no place for it
  std::string_view chat, responses, anthropic, gemini;
};

// In the order of Field. * stands for a position.
constexpr std::array<Names, field_count> names{{
    {Field::max_output, "output limit", "max_tokens", "max_completion_tokens", "max_output_tokens", "max_tokens",
     "generationConfig.maxOutputTokens"},
    {Field::temperature, "temperature", "temperature", "temperature", "temperature", "temperature", "generationConfig.temperature"},
    {Field::top_p, "nucleus sampling", "top_p", "top_p", "top_p", "top_p", "generationConfig.topP"},
    {Field::top_k, "top-k sampling", "top_k", "", "", "top_k", "generationConfig.topK"},
    {Field::stop, "stop sequences", "stop", "stop", "", "stop_sequences", "generationConfig.stopSequences"},
    {Field::candidates, "several answers", "n", "n", "", "", "generationConfig.candidateCount"},
    {Field::seed, "seed", "seed", "seed", "", "", "generationConfig.seed"},
    {Field::presence_penalty, "presence penalty", "presence_penalty", "presence_penalty", "", "", "generationConfig.presencePenalty"},
    {Field::frequency_penalty, "frequency penalty", "frequency_penalty", "frequency_penalty", "", "", "generationConfig.frequencyPenalty"},
    {Field::tool_choice, "tool choice", "tool_choice", "tool_choice", "tool_choice", "tool_choice", "toolConfig.functionCallingConfig"},
    {Field::parallel_tools, "parallel calls", "parallel_tool_calls", "parallel_tool_calls", "parallel_tool_calls",
     "tool_choice.disable_parallel_tool_use", ""},
    {Field::output_format, "structured output", "response_format", "response_format", "text.format", "output_config.format",
     "generationConfig.responseJsonSchema"},
    {Field::thinking, "reasoning effort or budget", "thinking", "reasoning_effort", "reasoning", "thinking",
     "generationConfig.thinkingConfig"},
    {Field::verbosity, "verbosity", "verbosity", "verbosity", "text.verbosity", "", ""},
    {Field::user, "end user", "user", "user", "user", "metadata.user_id", ""},
    {Field::metadata, "metadata", "metadata", "metadata", "metadata", "", ""},
    {Field::cache_key, "prompt cache key", "prompt_cache_key", "prompt_cache_key", "prompt_cache_key", "", ""},
    {Field::service_tier, "service tier", "service_tier", "service_tier", "service_tier", "service_tier", ""},
    {Field::store, "keeping the answer", "store", "store", "store", "", ""},
    {Field::previous_response, "earlier response", "previous_response_id", "", "previous_response_id", "", ""},
    {Field::hosted_tools, "vendor's own tools", "tools", "tools", "tools", "tools", "tools"},
    {Field::tools, "functions", "tools", "tools", "tools", "tools", "tools"},
    {Field::strict, "strict schema", "strict", "tools.*.function.strict", "tools.*.strict", "tools.*.strict", ""},
    {Field::custom_tool, "free-text tools", "tools", "tools.*.custom", "tools.*.custom", "", ""},
    {Field::messages, "messages", "messages", "messages", "input", "messages", "contents"},
    {Field::system, "system text", "system", "messages", "instructions", "system", "systemInstruction"},
    {Field::system_turn, "system text in the middle", "messages.*.role", "messages.*.role", "input.*.role", "messages.*.role", ""},
    {Field::speaker, "speaker's name", "messages.*.name", "messages.*.name", "", "", ""},
    {Field::begun_answer, "a last turn of the assistant", "messages", "", "", "messages.*", ""},
    {Field::image, "image, inline", "image", "messages.*.content.*.image_url", "input.*.content.*.input_image",
     "messages.*.content.*.image", "contents.*.parts.*.inlineData"},
    {Field::image_url, "image by address", "image", "messages.*.content.*.image_url", "input.*.content.*.input_image",
     "messages.*.content.*.image", "contents.*.parts.*.fileData"},
    {Field::detail, "image resolution", "detail", "messages.*.content.*.image_url.detail", "input.*.content.*.detail", "", ""},
    {Field::document, "document, inline", "document", "messages.*.content.*.file", "input.*.content.*.input_file",
     "messages.*.content.*.document", "contents.*.parts.*.inlineData"},
    {Field::document_url, "document by address", "document", "", "input.*.content.*.file_url", "messages.*.content.*.document",
     "contents.*.parts.*.fileData"},
    {Field::text_document, "text document", "document", "", "input.*.content.*.input_file", "messages.*.content.*.document",
     "contents.*.parts.*.inlineData"},
    {Field::file_name, "file name", "filename", "messages.*.content.*.file.filename", "input.*.content.*.filename",
     "messages.*.content.*.title", ""},
    {Field::audio, "audio", "audio", "messages.*.content.*.input_audio", "", "", "contents.*.parts.*.inlineData"},
    {Field::video, "video", "video", "", "", "", "contents.*.parts.*.fileData"},
    {Field::file_id, "file at the vendor", "file_id", "messages.*.content.*.file.file_id", "input.*.content.*.file_id",
     "messages.*.content.*.source.file_id", "contents.*.parts.*.fileData"},
    {Field::answer_media, "media in the assistant's turns", "image", "", "", "", "contents.*.parts.*.inlineData"},
    {Field::cache_mark, "cache mark", "cache_control", "", "", "cache_control", ""},
    {Field::citations, "citations", "citations", "", "input.*.content.*.annotations", "messages.*.content.*.citations", ""},
    {Field::members, "further members of messages, parts and tools", "members", "messages.*", "input.*", "messages.*.content.*",
     "contents.*.parts.*"},
    {Field::error_mark, "error mark of a result", "is_error", "", "", "messages.*.content.*.is_error",
     "contents.*.parts.*.functionResponse.response.error"},
    {Field::orphan_result, "result without its call", "messages", "messages.*", "input.*", "messages.*", "contents.*"},
    {Field::reasoning, "reasoning of earlier turns", "reasoning", "messages.*.reasoning_content", "input.*.reasoning",
     "messages.*.content.*.thinking", "contents.*.parts.*.thought"},
    {Field::signature, "opaque reasoning bytes", "signature", "", "input.*.encrypted_content", "messages.*.content.*.signature",
     "contents.*.parts.*.thoughtSignature"},
    {Field::refusal, "refusal", "refusal", "messages.*.refusal", "input.*.content.*.refusal", "", ""},
    {Field::own_part, "part of an unknown or own type", "part", "messages.*.content.*", "input.*", "messages.*.content.*",
     "contents.*.parts.*"},
    {Field::extras, "other members", "members", "*", "*", "*", "*"},
}};

constexpr bool in_order() {
  for (std::size_t n = 0; n < names.size(); ++n)
    if (static_cast<std::size_t>(names[n].field) != n) return false;
  return true;
}
static_assert(in_order());

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

std::string words_of(const LossRule& rule, std::string_view detail) {
  std::string out(rule.why);
  if (!detail.empty()) out.append(out.ends_with('.') ? "" : " ").append(detail);
  return out;
}

/// Walks what a request holds beside its members.
class MemberNotes {
 public:
  MemberNotes(Losses& losses, const ir::ChatRequest& request, LossRules rules) : losses_(losses), request_(request), rules_(rules) {}

  void run() {
    for (const ir::Tool& tool : request_.tools) members(tool.extra, "tools");
    for (std::size_t n = 0; n < request_.turns.size(); ++n) {
      const ir::Turn& turn = request_.turns[n];
      if (!turn.extra.empty()) members(turn.extra, turn_field(request_, n));
      for (const ir::Part& part : turn.parts) look_at(part, n);
    }
  }

 private:
  void note(std::string field, Field of) {
    const Cause cause = of == Field::own_part ? Cause::vendor : Cause::absent;
    if (const LossRule* rule = find_rule(rules_, of, cause)) note_loss(losses_, std::move(field), *rule);
  }

  void members(std::string_view raw, const std::string& where) {
    json::Document document;
    if (raw.empty() || !document.parse(raw)) return;
    for (auto it = document.root().begin(); it != document.root().end(); ++it)
      if (!lists("id status", it.key())) note(where + "." + std::string(it.key()), Field::members);
  }

  void opaque(const std::optional<ir::Opaque>& bytes, std::size_t turn) {
    if (bytes && !bytes->bytes.empty() && bytes->origin == request_.origin)
      note(turn_field(request_, turn) + ".thoughtSignature", Field::signature);
  }

  void look_at(const ir::Part& part, std::size_t turn) {
    if (const auto* text = std::get_if<ir::Text>(&part.value)) {
      if (!text->citations.empty()) note(turn_field(request_, turn) + ".citations", Field::citations);
      if (!text->extra.empty()) members(text->extra, turn_field(request_, turn));
      opaque(text->opaque, turn);
    } else if (const auto* media = std::get_if<ir::Media>(&part.value)) {
      if (!media->extra.empty()) members(media->extra, turn_field(request_, turn));
      opaque(media->opaque, turn);
    } else if (const auto* call = std::get_if<ir::ToolCall>(&part.value)) {
      if (!call->extra.empty()) members(call->extra, turn_field(request_, turn));
      opaque(call->opaque, turn);
    } else if (const auto* result = std::get_if<ir::ToolResult>(&part.value)) {
      for (const ir::Part& inner : result->content) {
        const auto* foreign = std::get_if<ir::Foreign>(&inner.value);
        if (foreign != nullptr && !foreign->carried && foreign_text(*foreign).empty())
          note(turn_field(request_, turn) + ".content", Field::own_part);
        look_at(inner, turn);
      }
    }
  }

  Losses& losses_;
  const ir::ChatRequest& request_;
  LossRules rules_;
};

}  // namespace

std::string_view to_string(Fate fate) noexcept {
  switch (fate) {
    case Fate::nearest: return "nearest";
    case Fate::dropped: return "dropped";
    case Fate::refused: break;
  }
  return "refused";
}

const LossRule* find_rule(LossRules rules, Field field, Cause cause) noexcept {
  const auto it =
      std::find_if(rules.begin(), rules.end(), [&](const LossRule& rule) { return rule.field == field && rule.cause == cause; });
  return it == rules.end() ? nullptr : &*it;
}

std::string_view about(Field field) noexcept { return names[static_cast<std::size_t>(field)].about; }

std::string_view place_of(Format format, Field field) noexcept {
  const Names& row = names[static_cast<std::size_t>(field)];
  switch (format) {
    case Format::openai_chat: return row.chat;
    case Format::openai_responses: return row.responses;
    case Format::anthropic: return row.anthropic;
    case Format::gemini: break;
  }
  return row.gemini;
}

std::string_view field_name(Format format, Field field) noexcept {
  const std::string_view place = place_of(format, field);
  return place.empty() ? names[static_cast<std::size_t>(field)].hub : place;
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

void note_loss(Losses& losses, std::string field, const LossRule& rule, std::string_view detail) {
  std::string why = words_of(rule, detail);
  const std::string shape = shape_of(field);
  for (const Loss& loss : losses)
    if (loss.why == why && shape_of(loss.field) == shape) return;
  losses.push_back({std::move(field), rule.fate == Fate::nearest ? Loss::How::nearest : Loss::How::dropped, std::move(why)});
}

void note_loss(Losses& losses, const ir::ChatRequest& request, const LossRule& rule, std::string_view detail) {
  std::string_view name = field_name(request.origin, rule.field);
  name = name.substr(0, name.find(".*"));
  for (const ir::Spelling& spelling : request.spellings)
    if (spelling.usual == name) name = spelling.written;
  note_loss(losses, std::string(name), rule, detail);
}

Error refusal(std::string field, const LossRule& rule, std::string_view detail) {
  std::string message = field + ": " + words_of(rule, detail);
  return {ErrorKind::unsupported, std::move(message), std::move(field)};
}

void note_choice_without_tools(Losses& losses, const ir::ChatRequest& request, const LossRule& rule) {
  using Mode = ir::ToolChoice::Mode;
  const bool had_tools = !request.tools.empty() || !request.hosted_tools.empty();
  const Mode mode = request.tool_choice.mode;
  const bool harmless = mode == Mode::automatic || mode == Mode::none || (mode == Mode::unset && request.tool_choice.raw.empty());
  if (had_tools && !harmless) note_loss(losses, request, rule);
}

void note_extras(Losses& losses, const ir::ChatRequest& request, LossRules rules, std::string_view kept) {
  const LossRule* rule = find_rule(rules, Field::extras, Cause::absent);
  for (const ir::Extra& extra : request.extras)
    if (rule != nullptr && !lists(kept, extra.name)) note_loss(losses, extra.name, *rule);
}

void note_members(Losses& losses, const ir::ChatRequest& request, LossRules rules) { MemberNotes(losses, request, rules).run(); }

}  // namespace omniroute::codec
