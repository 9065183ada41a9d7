#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "omniroute/codec/codec.hpp"

/// What a target cannot carry: each format's folder has one table of rules (losses.hpp there), which its writer notes
/// losses by and docs/translation.md is made from. Nothing is lost but by a rule.
namespace omniroute::codec {

/// What a request can hold, as far as formats differ in it. `names` in losses.cpp says how each format calls it.
enum class Field : std::uint8_t {
  max_output,
  temperature,
  top_p,
  top_k,
  stop,
  candidates,
  seed,
  presence_penalty,
  frequency_penalty,
  tool_choice,
  parallel_tools,
  output_format,
  thinking,
  verbosity,
  user,
  metadata,
  cache_key,
  service_tier,
  store,
  previous_response,
  hosted_tools,
  tools,
  strict,
  custom_tool,
  messages,
  system,
  system_turn,
  speaker,
  begun_answer,
  image,
  image_url,
  detail,
  document,
  document_url,
  text_document,
  file_name,
  audio,
  video,
  file_id,
  answer_media,
  cache_mark,
  citations,
  members,
  error_mark,
  orphan_result,
  reasoning,
  signature,
  refusal,
  own_part,
  extras,
};
inline constexpr std::size_t field_count = static_cast<std::size_t>(Field::extras) + 1;

/// What made it be lost, so that a writer can tell apart several rules for one field.
enum class Cause : std::uint8_t {
  absent,    ///< the format has no place for it, whatever it says
  range,     ///< beyond the values that are taken
  count,     ///< more of them than are taken
  model,     ///< this model does not take it
  conflict,  ///< something else in the request excludes it
  words,     ///< the format says it otherwise
  off,       ///< cannot be switched off
  room,      ///< another setting leaves no room
  history,   ///< what the history lacks
  lacking,   ///< it points at something that the target lacks
  kind,      ///< this kind of it
  broken,    ///< it cannot be read
  vendor,    ///< it lies at another vendor
};

enum class Fate : std::uint8_t { nearest, dropped, refused };
std::string_view to_string(Fate fate) noexcept;

/// A row of a format's table.
struct LossRule {
  Field field;
  Cause cause;
  Fate fate;
  std::string_view why;  ///< one clause for people
};
using LossRules = std::span<const LossRule>;

/// The row of a table; a table without it does not compile.
template <std::size_t N>
consteval const LossRule& row_of(const std::array<LossRule, N>& rules, Field field, Cause cause) {
  for (const LossRule& rule : rules)
    if (rule.field == field && rule.cause == cause) return rule;
  throw "the format's table of losses lacks this row";
}

/// The row of a table, or null.
const LossRule* find_rule(LossRules rules, Field field, Cause cause) noexcept;

/// What it is, for people.
std::string_view about(Field field) noexcept;

/// The member's name in a format, as a JSON path with * for positions; empty where the format has no place for it.
std::string_view place_of(domain::Format format, Field field) noexcept;

/// What a loss is called to a client of that format: as place_of(); where the format has none, the hub's own name.
std::string_view field_name(domain::Format format, Field field) noexcept;

/// "messages.3" and the like: where a turn stands in the client's body (leading system messages counted).
std::string turn_field(const ir::ChatRequest& request, std::size_t turn);

/// Adds a loss, unless the same thing was lost by the same rule elsewhere: it is noted once, at its first.
/// `detail` is put behind the rule's words. The rule must not be one that refuses.
void note_loss(Losses& losses, std::string field, const LossRule& rule, std::string_view detail = {});
/// The same for a member of the request itself.
void note_loss(Losses& losses, const ir::ChatRequest& request, const LossRule& rule, std::string_view detail = {});

/// The error of a rule that refuses: `unsupported`, naming the field.
Error refusal(std::string field, const LossRule& rule, std::string_view detail = {});

/// Notes a choice that cannot be sent because none of the request's tools can.
void note_choice_without_tools(Losses& losses, const ir::ChatRequest& request, const LossRule& rule);

/// Notes every extra member of the request as dropped (Field::extras), but those whose name `kept` lists (apart by spaces).
void note_extras(Losses& losses, const ir::ChatRequest& request, LossRules rules, std::string_view kept = {});

/// Notes what messages, parts and tools hold for the client's own format only: further members, citations, signatures.
void note_members(Losses& losses, const ir::ChatRequest& request, LossRules rules);

}  // namespace omniroute::codec
