#include <array>

#include "openai_responses/writing.hpp"
#include "shared/ids.hpp"

namespace omniroute::codec::responses {
namespace {

struct Prefix {
  std::string_view type;
  std::string_view prefix;
};

constexpr std::array<Prefix, 9> prefixes{{{"message", "msg"},
                                          {"reasoning", "rs"},
                                          {"function_call", "fc"},
                                          {"custom_tool_call", "ctc"},
                                          {"local_shell_call", "lsh"},
                                          {"shell_call", "sh"},
                                          {"apply_patch_call", "apc"},
                                          {"tool_search_call", "tsc"},
                                          {"image_generation_call", "ig"}}};

// Behind the prefix of an id that this gateway made.
constexpr std::string_view made_mark = "_omr";

void write_reasoning(const ir::Thinking& thinking, json::Writer& out) {
  if (!thinking.raw.empty()) {
    out.key("reasoning").raw(thinking.raw);
    return;
  }
  const auto word = [&out](std::string_view key, const std::string& text) {
    out.key(key);
    text.empty() ? out.null() : out.string(text);
  };
  out.key("reasoning").begin_object();
  word("effort", thinking.effort);
  word("summary", thinking.summary);
  out.end_object();
}

template <class T, class Write>
void write_or_null(json::Writer& out, std::string_view key, const T& value, Write write) {
  out.key(key);
  if (value)
    write(*value);
  else
    out.null();
}

void write_text_or_null(json::Writer& out, std::string_view key, const std::string& text) {
  out.key(key);
  text.empty() ? out.null() : out.string(text);
}

const std::string* extra(const ir::ChatRequest& request, std::string_view name) {
  for (const ir::Extra& each : request.extras)
    if (each.name == name) return &each.raw;
  return nullptr;
}

}  // namespace

std::string_view id_prefix(std::string_view item_type) noexcept {
  for (const Prefix& row : prefixes)
    if (row.type == item_type) return row.prefix;
  return {};
}

std::string made_item_id(std::string_view item_type, std::string_view response_id, std::size_t index) {
  const std::string_view prefix = id_prefix(item_type);
  std::string id(prefix.empty() ? "item" : prefix);
  return id.append(made_mark).append(short_hash(response_id)).append("_").append(std::to_string(index));
}

bool is_vendor_item_id(std::string_view item_type, std::string_view id) noexcept {
  const std::string_view prefix = id_prefix(item_type);
  if (prefix.empty() || !id.starts_with(prefix) || id.size() > 64) return false;
  return !id.substr(prefix.size()).starts_with(made_mark);
}

std::string echo_members(const ReplyContext& context) {
  static const ir::ChatRequest nothing;
  const bool known = context.request != nullptr && context.request->origin == Format::openai_responses;
  const ir::ChatRequest& request = known ? *context.request : nothing;
  std::string out;
  json::Writer writer(out);
  writer.begin_object();
  const auto* first = request.instructions && !request.system.empty() ? std::get_if<ir::Text>(&request.system.front().value) : nullptr;
  write_text_or_null(writer, "instructions", first == nullptr ? std::string() : first->text);
  write_or_null(writer, "max_output_tokens", request.max_output, [&](std::int64_t n) { writer.integer(n); });
  writer.key("metadata").raw(request.metadata.empty() ? "{}" : request.metadata);
  writer.key("parallel_tool_calls").boolean(request.parallel_tools.value_or(true));
  write_text_or_null(writer, "previous_response_id", request.previous_response);
  write_text_or_null(writer, "prompt_cache_key", request.cache_key);
  write_reasoning(request.thinking, writer);
  writer.key("service_tier").string(request.service_tier.empty() ? "default" : request.service_tier);
  writer.key("store").boolean(request.store.value_or(true));
  writer.key("temperature").number(request.temperature.value_or(1));
  write_text_options(request, true, writer);
  const std::size_t before_choice = out.size();
  write_tool_choice(request, writer);
  if (out.size() == before_choice) writer.key("tool_choice").string("auto");
  const std::size_t before_tools = out.size();
  write_tools(request, writer);
  if (out.size() == before_tools) writer.key("tools").raw("[]");
  writer.key("top_p").number(request.top_p.value_or(1));
  const std::string* truncation = extra(request, "truncation");
  writer.key("truncation").raw(truncation == nullptr ? "\"disabled\"" : *truncation);
  write_text_or_null(writer, "user", request.user);
  writer.end_object();
  out.front() = ',';
  out.pop_back();
  return out;
}

}  // namespace omniroute::codec::responses
