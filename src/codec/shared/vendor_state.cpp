#include "shared/vendor_state.hpp"

#include "shared/field_reader.hpp"

namespace omniroute::codec {
namespace {

constexpr std::string_view items = "item_reference compaction_trigger";

Error refused(std::string field, LossRules rules, Field of) {
  static constexpr LossRule unknown{Field::extras, Cause::vendor, Fate::refused, "it lies at another vendor."};
  const LossRule* rule = find_rule(rules, of, Cause::vendor);
  return refusal(std::move(field), rule == nullptr ? unknown : *rule);
}

}  // namespace

std::string_view vendor_members(Format origin) noexcept {
  if (origin == Format::openai_responses) return "conversation prompt background";
  return origin == Format::gemini ? "cachedContent" : "";
}

std::optional<Error> held_by_vendor(const ir::ChatRequest& request, Format target, LossRules rules) {
  if (request.origin == target) return std::nullopt;
  if (!request.previous_response.empty()) {
    Error error = refused("previous_response_id", rules, Field::previous_response);
    error.code = "previous_response_not_found";
    return error;
  }
  for (const ir::Extra& extra : request.extras)
    if (lists(vendor_members(request.origin), extra.name)) return refused(extra.name, rules, Field::extras);
  for (std::size_t n = 0; n < request.turns.size(); ++n)
    for (const ir::Part& part : request.turns[n].parts) {
      const auto* foreign = std::get_if<ir::Foreign>(&part.value);
      if (foreign != nullptr && foreign->origin != target && lists(items, foreign->type))
        return refused(turn_field(request, n), rules, Field::extras);
    }
  if (request.turns.empty() && request.system.empty()) {
    std::string field(field_name(request.origin, Field::messages));
    std::string message = field + ": at least one message is required";
    return Error(ErrorKind::bad_request, std::move(message), std::move(field));
  }
  return std::nullopt;
}

}  // namespace omniroute::codec
