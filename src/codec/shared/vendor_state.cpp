#include "shared/vendor_state.hpp"

#include "shared/field_reader.hpp"
#include "shared/losses.hpp"

namespace omniroute::codec {
namespace {

constexpr std::string_view items = "item_reference compaction_trigger";

bool is_held(Format origin, std::string_view member) noexcept {
  if (origin == Format::openai_responses) return lists("conversation prompt background", member);
  return origin == Format::gemini && member == "cachedContent";
}

Error refused(std::string field, std::string_view why) {
  std::string message = field + ": " + std::string(why);
  return {ErrorKind::unsupported, std::move(message), std::move(field)};
}

}  // namespace

std::optional<Error> held_by_vendor(const ir::ChatRequest& request, Format target) {
  if (request.origin == target) return std::nullopt;
  if (!request.previous_response.empty()) {
    Error error = refused("previous_response_id", "the target keeps no responses, and this one is not known here.");
    error.code = "previous_response_not_found";
    return error;
  }
  for (const ir::Extra& extra : request.extras)
    if (is_held(request.origin, extra.name))
      return refused(extra.name, "what it asks for lies at another vendor and cannot be had from this target.");
  for (std::size_t n = 0; n < request.turns.size(); ++n)
    for (const ir::Part& part : request.turns[n].parts) {
      const auto* foreign = std::get_if<ir::Foreign>(&part.value);
      if (foreign != nullptr && foreign->origin != target && lists(items, foreign->type))
        return refused(turn_field(request, n), "an item of type " + foreign->type + " means nothing to this target.");
    }
  return std::nullopt;
}

}  // namespace omniroute::codec
