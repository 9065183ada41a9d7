#include <algorithm>
#include <array>

#include "anthropic/losses.hpp"
#include "gemini/losses.hpp"
#include "omniroute/codec/loss_table.hpp"
#include "openai_chat/losses.hpp"
#include "openai_responses/losses.hpp"
#include "shared/field_reader.hpp"
#include "shared/vendor_state.hpp"

namespace omniroute::codec {
namespace {

constexpr std::array formats{Format::openai_chat, Format::openai_responses, Format::anthropic, Format::gemini};

LossRules rules_of(Format target) noexcept {
  switch (target) {
    case Format::openai_chat: return chat::loss_table;
    case Format::openai_responses: return responses::loss_table;
    case Format::anthropic: return anthropic::loss_table;
    case Format::gemini: break;
  }
  return gemini::loss_table;
}

std::string_view title_of(Format format) noexcept {
  switch (format) {
    case Format::openai_chat: return "OpenAI Chat Completions";
    case Format::openai_responses: return "OpenAI Responses";
    case Format::anthropic: return "Anthropic Messages";
    case Format::gemini: break;
  }
  return "Gemini";
}

// Of these nothing arrives as such, whatever both formats call them.
constexpr std::array never_mapped{Field::hosted_tools, Field::previous_response, Field::members,
                                  Field::own_part,     Field::orphan_result,     Field::extras};

// What a format's clients send that has no partner anywhere; the text stands before the rules for all of them.
constexpr std::string_view what_extras_are(Format client) noexcept {
  switch (client) {
    case Format::openai_chat:
      return "`logit_bias`, `logprobs`, `top_logprobs`, `modalities`, `audio`, `prediction`, `web_search_options`, "
             "`prompt_cache_retention` "
             "and whatever else is not named above";
    case Format::openai_responses:
      return "`include` (but for encrypted reasoning), `truncation`, `top_logprobs`, `max_tool_calls` and whatever else is not named above";
    case Format::anthropic:
      return "`container`, `context_management`, `mcp_servers`, `speed`, `inference_geo` and whatever else is not named above";
    case Format::gemini: break;
  }
  return "`safetySettings`, `labels`, `generationConfig.responseModalities`, `generationConfig.speechConfig`, "
         "`generationConfig.mediaResolution` and whatever else is not named above";
}

bool openai(Format format) noexcept { return format == Format::openai_chat || format == Format::openai_responses; }

/// True if the rule can befall what a client of that format sends.
bool concerns(const LossRule& rule, Format client, Format target) noexcept {
  if (rule.field == Field::service_tier) return !openai(client) || !openai(target);
  if (rule.field == Field::system && rule.cause == Cause::vendor) return client == Format::anthropic;
  if (rule.field == Field::extras && rule.cause == Cause::vendor) return !vendor_members(client).empty();
  return true;
}

std::string quoted(std::string_view name) { return "`" + std::string(name) + "`"; }

std::string quoted_list(std::string_view words) {
  std::string out;
  for (const char c : words) out += c == ' ' ? std::string("`, `") : std::string(1, c);
  return quoted(out);
}

void describe(Format client, Format target, Field field, std::string& out) {
  const std::string_view there = place_of(target, field);
  const auto row = [&](std::string_view member, std::string_view fate, std::string_view what) {
    out.append("| ").append(about(field)).append(" | ").append(member).append(" | ").append(fate).append(" | ").append(what).append(" |\n");
  };
  const std::string member = field == Field::extras            ? std::string(what_extras_are(client))
                             : place_of(client, field).empty() ? std::string("–")
                                                               : quoted(place_of(client, field));
  const auto befalls = [&](const LossRule& rule) { return rule.field == field && concerns(rule, client, target); };
  const LossRules rules = rules_of(target);
  const bool always =
      std::any_of(rules.begin(), rules.end(), [&](const LossRule& rule) { return befalls(rule) && rule.cause == Cause::absent; });
  const bool maps = std::find(never_mapped.begin(), never_mapped.end(), field) == never_mapped.end();
  if (maps && !always && !there.empty()) row(member, "mapped", quoted(there));
  for (const LossRule& rule : rules) {
    if (!befalls(rule)) continue;
    const bool held = field == Field::extras && rule.cause == Cause::vendor;
    row(held ? quoted_list(vendor_members(client)) : member, to_string(rule.fate), rule.why);
  }
}

/// Whether a client of that format can send it.
bool sent_by(Format client, Field field) noexcept {
  const bool nameless = field == Field::begun_answer || (field == Field::video && client == Format::openai_chat);
  return nameless || !place_of(client, field).empty();
}

void describe(Format client, Format target, std::string& out) {
  out.append("\n## ").append(title_of(client)).append(" → ").append(title_of(target)).append("\n\n");
  out += "| what | the client's member | becomes | where, or when and why |\n| --- | --- | --- | --- |\n";
  for (std::size_t n = 0; n < field_count; ++n) {
    const auto field = static_cast<Field>(n);
    if (sent_by(client, field)) describe(client, target, field, out);
  }
}

}  // namespace

std::vector<LossRow> loss_rows() {
  std::vector<LossRow> out;
  for (const Format target : formats)
    for (const LossRule& rule : rules_of(target)) out.push_back({target, to_string(rule.fate), rule.why});
  return out;
}

std::vector<std::string> unaccounted_fields() {
  std::vector<std::string> out;
  for (const Format client : formats)
    for (const Format target : formats)
      for (std::size_t n = 0; n < field_count; ++n) {
        const auto field = static_cast<Field>(n);
        if (client == target || !sent_by(client, field)) continue;
        std::string rows;
        describe(client, target, field, rows);
        if (!rows.empty()) continue;
        out.push_back(std::string(domain::to_string(client)) + " to " + std::string(domain::to_string(target)) + ": " +
                      std::string(about(field)));
      }
  return out;
}

std::string loss_table_as_markdown() {
  std::string out =
      "# What translation keeps, changes and loses\n\n"
      "Written by `tests/contract/run.py --write` from the tables that the codecs work by (`src/codec/*/losses.hpp`); a test fails where "
      "this page is out of date.\n\n"
      "- *mapped*: it arrives, under the name given.\n"
      "- *nearest*: it arrives in the nearest form that the target has, and the loss report says so.\n"
      "- *dropped*: it does not arrive. The answer's header `x-omniroute-dropped` and the request's record name it; with "
      "`x-omniroute-strict: true` the request is refused instead.\n"
      "- *refused*: the request is answered with a 400 that names the member.\n\n"
      "Several rows for one member: the first holds unless what a later one says is the case. Between client and upstream of one format "
      "nothing is read or written anew, and nothing is lost; but where more output is asked for than the model has, the request is written "
      "anew with what fits. `*` stands for a position in a list.\n";
  for (const Format client : formats)
    for (const Format target : formats)
      if (client != target) describe(client, target, out);
  return out;
}

}  // namespace omniroute::codec
