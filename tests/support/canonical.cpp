#include "canonical.hpp"

#include <string_view>

namespace omniroute::tests {
namespace {

using Json = nlohmann::ordered_json;

void put(Json& out, const char* key, const std::string& text) {
  if (!text.empty()) out[key] = text;
}
void put(Json& out, const char* key, bool value) {
  if (value) out[key] = true;
}
template <class T>
void put(Json& out, const char* key, const std::optional<T>& value) {
  if (value) out[key] = *value;
}
// Raw JSON shows as JSON where it is that, so that cases can be read.
void put_raw(Json& out, const char* key, const std::string& raw) {
  if (raw.empty()) return;
  Json value = Json::parse(raw, nullptr, false);
  out[key] = value.is_discarded() ? Json{{"not json", raw}} : value;
}

Json opaque_json(const ir::Opaque& opaque) {
  return {{"origin", domain::to_string(opaque.origin)}, {"kind", opaque.kind}, {"bytes", opaque.bytes}};
}

void put(Json& out, const char* key, const std::optional<ir::Opaque>& opaque) {
  if (opaque) out[key] = opaque_json(*opaque);
}

Json part_json(const ir::Part& part);

Json parts_json(const std::vector<ir::Part>& parts) {
  Json out = Json::array();
  for (const ir::Part& part : parts) out.push_back(part_json(part));
  return out;
}

Json text_json(const ir::Text& text) {
  Json out{{"text", text.text}};
  put_raw(out, "cache", text.cache);
  put_raw(out, "citations", text.citations);
  put_raw(out, "extra", text.extra);
  put(out, "developer", text.developer);
  put(out, "continues", text.continues);
  put(out, "opaque", text.opaque);
  return out;
}

Json media_json(const ir::Media& media) {
  constexpr std::string_view kinds[] = {"image", "document", "audio", "video"};
  constexpr std::string_view sources[] = {"base64", "url", "file_id", "text", "raw"};
  Json out{{"media", kinds[static_cast<std::size_t>(media.kind)]},
           {"source", sources[static_cast<std::size_t>(media.source)]},
           {"data", media.data}};
  put(out, "mime", media.mime);
  put(out, "name", media.name);
  put(out, "detail", media.detail);
  put(out, "format", media.format);
  put_raw(out, "extra", media.extra);
  put_raw(out, "cache", media.cache);
  put(out, "opaque", media.opaque);
  return out;
}

Json call_json(const ir::ToolCall& call) {
  Json out{{"call", call.name}};
  put(out, "id", call.id);
  put(out, "arguments", call.arguments);
  put(out, "custom", call.custom);
  put(out, "name_space", call.name_space);
  put(out, "item_id", call.item_id);
  put(out, "opaque", call.opaque);
  put_raw(out, "cache", call.cache);
  put(out, "native", call.native);
  put_raw(out, "raw", call.raw);
  put_raw(out, "extra", call.extra);
  return out;
}

Json result_json(const ir::ToolResult& result) {
  Json out{{"result", result.call_id}};
  put(out, "name", result.name);
  out["content"] = parts_json(result.content);
  put(out, "is_error", result.is_error);
  put(out, "custom", result.custom);
  put_raw(out, "raw", result.raw);
  put_raw(out, "cache", result.cache);
  put(out, "native", result.native);
  return out;
}

Json reasoning_json(const ir::Reasoning& reasoning) {
  Json out{{"reasoning", reasoning.text}};
  put(out, "summary", reasoning.summary);
  put(out, "id", reasoning.id);
  for (const ir::Opaque& opaque : reasoning.opaque) out["opaque"].push_back(opaque_json(opaque));
  return out;
}

Json foreign_json(const ir::Foreign& foreign) {
  Json out{{"foreign", foreign.type}, {"origin", domain::to_string(foreign.origin)}};
  put_raw(out, "raw", foreign.raw);
  put(out, "carried", foreign.carried);
  return out;
}

Json part_json(const ir::Part& part) {
  if (const auto* text = std::get_if<ir::Text>(&part.value)) return text_json(*text);
  if (const auto* media = std::get_if<ir::Media>(&part.value)) return media_json(*media);
  if (const auto* call = std::get_if<ir::ToolCall>(&part.value)) return call_json(*call);
  if (const auto* result = std::get_if<ir::ToolResult>(&part.value)) return result_json(*result);
  if (const auto* reasoning = std::get_if<ir::Reasoning>(&part.value)) return reasoning_json(*reasoning);
  if (const auto* refusal = std::get_if<ir::Refusal>(&part.value)) return {{"refusal", refusal->text}};
  return foreign_json(std::get<ir::Foreign>(part.value));
}

Json turn_json(const ir::Turn& turn) {
  constexpr std::string_view roles[] = {"user", "assistant", "system"};
  Json out{{"role", roles[static_cast<std::size_t>(turn.role)]}};
  put(out, "name", turn.name);
  put(out, "developer", turn.developer);
  put_raw(out, "extra", turn.extra);
  out["parts"] = parts_json(turn.parts);
  return out;
}

Json tool_json(const ir::Tool& tool) {
  Json out{{"name", tool.name}};
  put(out, "description", tool.description);
  put_raw(out, "schema", tool.schema);
  put(out, "strict", tool.strict);
  put(out, "custom", tool.custom);
  put_raw(out, "custom_format", tool.custom_format);
  put(out, "name_space", tool.name_space);
  put(out, "native", tool.native);
  put(out, "in_item", tool.in_item);
  put(out, "deferred", tool.deferred);
  put_raw(out, "cache", tool.cache);
  put_raw(out, "extra", tool.extra);
  return out;
}

void put_choice(Json& out, const ir::ToolChoice& choice) {
  constexpr std::string_view modes[] = {"unset", "auto", "none", "required", "one", "subset"};
  if (choice.mode == ir::ToolChoice::Mode::unset && choice.raw.empty()) return;
  Json& made = out["tool_choice"];
  made["mode"] = modes[static_cast<std::size_t>(choice.mode)];
  if (!choice.names.empty()) made["names"] = choice.names;
  put(made, "required", choice.subset_required);
  put(made, "custom", choice.custom);
  put_raw(made, "raw", choice.raw);
}

void put_output(Json& out, const ir::OutputFormat& output) {
  if (output.kind == ir::OutputFormat::Kind::text) return;
  Json& made = out["output"];
  made["kind"] = output.kind == ir::OutputFormat::Kind::json ? "json" : "schema";
  put(made, "name", output.name);
  put(made, "description", output.description);
  put_raw(made, "schema", output.schema);
  put(made, "strict", output.strict);
}

void put_thinking(Json& out, const ir::Thinking& thinking) {
  constexpr std::string_view modes[] = {"unset", "off", "on", "adaptive"};
  Json made = Json::object();
  if (thinking.mode != ir::Thinking::Mode::unset) made["mode"] = modes[static_cast<std::size_t>(thinking.mode)];
  put(made, "effort", thinking.effort);
  put(made, "budget", thinking.budget);
  put(made, "summary", thinking.summary);
  put(made, "display", thinking.display);
  put(made, "show", thinking.show);
  put(made, "encrypted", thinking.encrypted);
  put_raw(made, "raw", thinking.raw);
  if (!made.empty()) out["thinking"] = made;
}

Json open_json(const ir::PartOpen& open) {
  constexpr std::string_view kinds[] = {"text", "reasoning", "tool_call", "refusal", "media", "foreign"};
  Json out{{"open", open.part}, {"kind", kinds[static_cast<std::size_t>(open.kind)]}};
  if (open.kind == ir::PartOpen::Kind::tool_call) out.update(call_json(open.call));
  put(out, "summary", open.summary);
  put(out, "item_id", open.item_id);
  put_raw(out, "extra", open.extra);
  if (open.choice > 0) out["choice"] = open.choice;
  if (open.media) out["media"] = media_json(*open.media);
  if (open.foreign) out["foreign"] = foreign_json(*open.foreign);
  return out;
}

Json note_json(const ir::PartNote& note) {
  Json out{{"note", note.part}, {"origin", domain::to_string(note.origin)}};
  put_raw(out, "raw", note.raw);
  put(out, "url", note.url);
  put(out, "title", note.title);
  put(out, "quote", note.quote);
  put(out, "begin", note.begin);
  put(out, "end", note.end);
  return out;
}

Json usage_json(const ir::Usage& usage) {
  Json counts = Json::object();
  put(counts, "input", usage.input);
  put(counts, "output", usage.output);
  put(counts, "cache_read", usage.cache_read);
  put(counts, "cache_write", usage.cache_write);
  put(counts, "reasoning", usage.reasoning);
  put(counts, "total", usage.total);
  return {{"usage", counts}};
}

Json finish_json(const ir::Finish& finish) {
  Json out{{"finish", ir::to_string(finish.reason)}};
  put(out, "raw", finish.raw);
  put(out, "stop_sequence", finish.stop_sequence);
  put_raw(out, "extra", finish.extra);
  if (finish.choice > 0) out["choice"] = finish.choice;
  return out;
}

Json event_json(const ir::Event& event) {
  if (const auto* start = std::get_if<ir::Start>(&event)) {
    Json out{{"start", start->id}, {"model", start->model}};
    if (start->created > 0) out["created"] = start->created;
    return out;
  }
  if (const auto* open = std::get_if<ir::PartOpen>(&event)) return open_json(*open);
  if (const auto* delta = std::get_if<ir::PartDelta>(&event)) return {{"delta", delta->part}, {"text", delta->text}};
  if (const auto* opaque = std::get_if<ir::PartOpaque>(&event)) return {{"opaque", opaque->part}, {"value", opaque_json(opaque->opaque)}};
  if (const auto* note = std::get_if<ir::PartNote>(&event)) return note_json(*note);
  if (const auto* close = std::get_if<ir::PartClose>(&event)) return {{"close", close->part}};
  if (const auto* usage = std::get_if<ir::Usage>(&event)) return usage_json(*usage);
  if (const auto* finish = std::get_if<ir::Finish>(&event)) return finish_json(*finish);
  if (const auto* failure = std::get_if<ir::Failure>(&event)) return {{"failure", canonical(failure->error)}};
  if (std::holds_alternative<ir::End>(event)) return {{"end", true}};
  if (std::holds_alternative<ir::Restart>(event)) return {{"restart", true}};
  return {{"ping", true}};
}

}  // namespace

std::string signature(const ir::Events& events, bool counts) {
  std::string out;
  const auto say = [&out](std::string_view text) { out.append(text).push_back('\x1f'); };
  for (const ir::Event& event : events) {
    const auto* usage = std::get_if<ir::Usage>(&event);
    if (!counts && (usage != nullptr || std::holds_alternative<ir::Ping>(event))) continue;
    say(std::to_string(event.index()));
    if (usage != nullptr)
      for (const auto& count : {usage->input, usage->output, usage->cache_read, usage->cache_write, usage->reasoning})
        say(std::to_string(count.value_or(-1)));
    if (const auto* start = std::get_if<ir::Start>(&event)) say(start->id + start->model);
    if (const auto* open = std::get_if<ir::PartOpen>(&event)) {
      say(std::to_string(open->part) + ' ' + std::to_string(static_cast<int>(open->kind)) + ' ' + std::to_string(open->choice));
      say(open->call.id + ' ' + open->call.name + ' ' + open->call.extra);
      if (open->media) say(open->media->mime + open->media->data);
      if (open->foreign) say(open->foreign->raw);
    }
    if (const auto* delta = std::get_if<ir::PartDelta>(&event)) say(std::to_string(delta->part) + delta->text);
    if (const auto* opaque = std::get_if<ir::PartOpaque>(&event))
      say(std::to_string(opaque->part) + opaque->opaque.kind + opaque->opaque.bytes);
    if (const auto* note = std::get_if<ir::PartNote>(&event)) say(std::to_string(note->part) + note->raw);
    if (const auto* close = std::get_if<ir::PartClose>(&event)) say(std::to_string(close->part));
    if (const auto* finish = std::get_if<ir::Finish>(&event))
      say(std::string(ir::to_string(finish->reason)) + finish->raw + finish->stop_sequence);
    if (const auto* failure = std::get_if<ir::Failure>(&event)) say(failure->error.message);
  }
  return out;
}

Json canonical(const ir::ChatRequest& request) {
  Json out{{"model", request.model}};
  put(out, "stream", request.stream);
  if (!request.system.empty()) out["system"] = parts_json(request.system);
  out["turns"] = Json::array();
  for (const ir::Turn& turn : request.turns) out["turns"].push_back(turn_json(turn));
  for (const ir::Tool& tool : request.tools) out["tools"].push_back(tool_json(tool));
  for (const ir::HostedTool& tool : request.hosted_tools) out["hosted_tools"].push_back(tool.type);
  put_choice(out, request.tool_choice);
  put(out, "parallel_tools", request.parallel_tools);
  put(out, "max_output", request.max_output);
  put(out, "temperature", request.temperature);
  put(out, "top_p", request.top_p);
  put(out, "top_k", request.top_k);
  put(out, "presence_penalty", request.presence_penalty);
  put(out, "frequency_penalty", request.frequency_penalty);
  put(out, "seed", request.seed);
  put(out, "candidates", request.candidates);
  if (!request.stop.empty()) out["stop"] = request.stop;
  put_output(out, request.output);
  put_thinking(out, request.thinking);
  put(out, "verbosity", request.verbosity);
  put(out, "user", request.user);
  put_raw(out, "metadata", request.metadata);
  put(out, "cache_key", request.cache_key);
  put(out, "service_tier", request.service_tier);
  put(out, "store", request.store);
  put(out, "previous_response", request.previous_response);
  for (const ir::Extra& extra : request.extras) put_raw(out["extras"], extra.name.c_str(), extra.raw);
  return out;
}

Json canonical(const ir::Events& events) {
  Json out = Json::array();
  for (const ir::Event& event : events) out.push_back(event_json(event));
  return out;
}

Json canonical(const Error& error) {
  Json out{{"kind", to_string(error.kind)}, {"message", error.message}};
  put(out, "param", error.param);
  put(out, "code", error.code);
  put(out, "type", error.type);
  if (error.upstream_status != 0) out["upstream_status"] = error.upstream_status;
  if (error.retry_after) out["retry_after_ms"] = error.retry_after->count();
  return out;
}

}  // namespace omniroute::tests
