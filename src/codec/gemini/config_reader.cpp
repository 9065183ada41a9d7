#include <algorithm>

#include "gemini/reading.hpp"
#include "shared/raw.hpp"

namespace omniroute::codec::gemini {
namespace {

using ir::Format;
using json::At;
using json::Kind;
using json::Value;

constexpr std::string_view known_config =
    "maxOutputTokens temperature topP topK candidateCount stopSequences seed presencePenalty frequencyPenalty responseMimeType "
    "responseSchema "
    "responseJsonSchema _responseJsonSchema thinkingConfig";

std::string lower(std::string_view word) {
  std::string out(word);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

void read_thinking(const At& config, ir::ChatRequest& request, FieldReader& fields) {
  using Mode = ir::Thinking::Mode;
  if (!fields.has(config, Kind::object)) return;
  ir::Thinking& thinking = request.thinking;
  bool show = false;
  const At include = either(config, "includeThoughts", "include_thoughts");
  fields.boolean(include, show);
  if (!include.absent()) thinking.show = show;
  fields.integer(either(config, "thinkingBudget", "thinking_budget"), thinking.budget);
  std::string level;
  fields.text(either(config, "thinkingLevel", "thinking_level"), level);
  if (!level.empty() && level != "THINKING_LEVEL_UNSPECIFIED") thinking.effort = lower(level);
  if (thinking.budget == 0)
    thinking.mode = Mode::off;
  else if (thinking.budget == -1)
    thinking.mode = Mode::adaptive;
  else if (thinking.budget || !thinking.effort.empty())
    thinking.mode = Mode::on;
}

void read_output(const At& config, ir::ChatRequest& request, FieldReader& fields) {
  std::string mime;
  fields.text(either(config, "responseMimeType", "response_mime_type"), mime);
  At schema = either(config, "responseJsonSchema", "response_json_schema");
  if (schema.absent()) schema = either(config, "_responseJsonSchema", "_response_json_schema");
  if (schema.absent()) schema = either(config, "responseSchema", "response_schema");
  if (fields.has(schema, Kind::object)) {
    request.output.kind = ir::OutputFormat::Kind::schema;
    request.output.schema = plain_schema(schema.value());
  } else if (mime == "application/json") {
    request.output.kind = ir::OutputFormat::Kind::json;
  }
  const bool said = mime.empty() || mime == "text/plain" || mime == "application/json";
  if (!said)
    request.extras.push_back(
        {"generationConfig.responseMimeType", compact(either(config.value(), "responseMimeType", "response_mime_type"))});
}

void read_declaration(const At& at, ir::ChatRequest& request, FieldReader& fields) {
  if (!fields.needs(at, Kind::object)) return;
  ir::Tool tool;
  const At name(at, "name");
  if (!fields.needs(name, Kind::string)) return;
  tool.name = name.value().text();
  fields.text(At(at, "description"), tool.description);
  At schema = either(at, "parametersJsonSchema", "parameters_json_schema");
  if (schema.absent()) schema = At(at, "parameters");
  if (fields.has(schema, Kind::object)) tool.schema = plain_schema(schema.value());
  tool.extra = members_except(at.value(), "name description parameters parametersJsonSchema parameters_json_schema");
  request.tools.push_back(std::move(tool));
}

void read_tool(const At& at, ir::ChatRequest& request, FieldReader& fields) {
  if (!fields.needs(at, Kind::object)) return;
  for (auto it = at.value().begin(); it != at.value().end(); ++it) {
    const std::string_view key = it.key();
    if (key == "functionDeclarations" || key == "function_declarations") {
      const At list(at, *it, key);
      if (!fields.has(list, Kind::array)) continue;
      std::size_t index = 0;
      for (const Value value : list.value()) read_declaration(At(list, value, index++), request, fields);
    } else if (!(*it).absent()) {
      ir::HostedTool hosted;
      hosted.origin = Format::gemini;
      hosted.type = camel_case(key);
      hosted.raw = "{\"" + hosted.type + "\":" + compact(*it) + "}";
      request.hosted_tools.push_back(std::move(hosted));
    }
  }
}

}  // namespace

void read_generation_config(const At& config, ir::ChatRequest& request, FieldReader& fields) {
  if (!fields.has(config, Kind::object)) return;
  fields.integer(either(config, "maxOutputTokens", "max_output_tokens"), request.max_output);
  fields.number(At(config, "temperature"), request.temperature);
  fields.number(either(config, "topP", "top_p"), request.top_p);
  fields.integer(either(config, "topK", "top_k"), request.top_k);
  fields.integer(either(config, "candidateCount", "candidate_count"), request.candidates);
  fields.integer(At(config, "seed"), request.seed);
  fields.number(either(config, "presencePenalty", "presence_penalty"), request.presence_penalty);
  fields.number(either(config, "frequencyPenalty", "frequency_penalty"), request.frequency_penalty);
  const At stop = either(config, "stopSequences", "stop_sequences");
  if (fields.has(stop, Kind::array))
    for (const Value value : stop.value()) request.stop.emplace_back(value.text());
  read_output(config, request, fields);
  read_thinking(either(config, "thinkingConfig", "thinking_config"), request, fields);
  for (auto it = config.value().begin(); it != config.value().end(); ++it) {
    const std::string name = camel_case(it.key());
    if (!(*it).absent() && !lists(known_config, name)) request.extras.push_back({"generationConfig." + name, compact(*it)});
  }
}

void read_tools(const At& tools, ir::ChatRequest& request, FieldReader& fields) {
  if (!fields.has(tools, Kind::array)) return;
  std::size_t index = 0;
  for (const Value value : tools.value()) read_tool(At(tools, value, index++), request, fields);
}

void read_tool_config(const At& config, ir::ChatRequest& request) {
  using Mode = ir::ToolChoice::Mode;
  if (!config.value().is(Kind::object)) return;
  const Value calling = either(config.value(), "functionCallingConfig", "function_calling_config");
  const std::string_view mode = calling.find("mode").text();
  ir::ToolChoice& choice = request.tool_choice;
  for (const Value name : either(calling, "allowedFunctionNames", "allowed_function_names")) choice.names.emplace_back(name.text());
  if (mode == "NONE")
    choice.mode = Mode::none;
  else if (mode == "AUTO")
    choice.mode = Mode::automatic;
  else if (mode == "VALIDATED")
    choice.mode = choice.names.empty() ? Mode::automatic : Mode::subset;
  else if (mode == "ANY")
    choice.mode = choice.names.empty() ? Mode::required : choice.names.size() == 1 ? Mode::one : Mode::subset;
  choice.subset_required = mode == "ANY";
  if (choice.mode != Mode::one && choice.mode != Mode::subset) choice.names.clear();
  const bool more = !members_except(config.value(), "functionCallingConfig function_calling_config").empty();
  if (mode == "VALIDATED" || more) choice.raw = compact(config.value());
}

}  // namespace omniroute::codec::gemini
