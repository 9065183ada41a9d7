#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "omniroute/codec/codec.hpp"

/// Noting what a target cannot carry, under the client's own name for it.
namespace omniroute::codec {

/// Members of a request whose name differs from format to format.
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
  messages,
  system,
};

/// The member's name in a format, as a JSON path; where the format has none, the hub's own name.
std::string_view field_name(domain::Format format, Field field) noexcept;

/// "messages.3" and the like: where a turn stands in the client's body (leading system messages counted).
std::string turn_field(const ir::ChatRequest& request, std::size_t turn);

/// Adds a loss. The same thing lost for the same reason in many places is noted once, at its first.
void note_loss(Losses& losses, std::string field, Loss::How how, std::string_view why);
void note_loss(Losses& losses, const ir::ChatRequest& request, Field field, Loss::How how, std::string_view why);

/// Notes a choice that cannot be sent because none of the request's tools can.
void note_choice_without_tools(Losses& losses, const ir::ChatRequest& request);

/// Notes every extra member of the request as dropped, but those whose name `kept` lists (apart by spaces).
void note_extras(Losses& losses, const ir::ChatRequest& request, std::string_view kept = {});

}  // namespace omniroute::codec
