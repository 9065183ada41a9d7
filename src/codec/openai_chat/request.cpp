#include <array>
#include <string_view>
#include <utility>

#include "openai_chat/format.hpp"
#include "openai_chat/request_reader.hpp"
#include "shared/effort.hpp"

namespace omniroute::codec {
namespace {

using json::At;
using json::Kind;

// Members that have a place in the canonical form; all others are kept as extras.
constexpr std::string_view known_members =
    "model messages stream max_tokens max_completion_tokens temperature top_p top_k presence_penalty frequency_penalty seed n stop tools "
    "functions tool_choice function_call parallel_tool_calls response_format reasoning_effort verbosity user safety_identifier "
    "prompt_cache_key metadata store service_tier";

void read_stop(const At& at, ir::ChatRequest& request, FieldReader& fields) {
  if (at.absent()) return;
  if (at.value().is(Kind::string)) {
    request.stop.emplace_back(at.value().text());
    return;
  }
  if (!at.value().is(Kind::array)) return fields.fail(at, "must be a string or an array of strings");
  std::size_t index = 0;
  for (auto it = at.value().begin(); it != at.value().end(); ++it, ++index) {
    const At each(at, *it, index);
    if (fields.has(each, Kind::string)) request.stop.emplace_back(each.value().text());
  }
}

void read_output(const At& at, ir::ChatRequest& request, FieldReader& fields) {
  if (!fields.has(at, Kind::object)) return;
  std::string type;
  fields.text(At(at, "type"), type);
  if (type == "json_object") request.output.kind = ir::OutputFormat::Kind::json;
  if (type != "json_schema") {
    if (type != "json_object" && type != "text") request.extras.push_back({"response_format", std::string(at.value().raw())});
    return;
  }
  const At schema(at, "json_schema");
  if (!fields.needs(schema, Kind::object)) return;
  request.output.kind = ir::OutputFormat::Kind::schema;
  fields.text(At(schema, "name"), request.output.name);
  fields.text(At(schema, "description"), request.output.description);
  if (fields.has(At(schema, "schema"), Kind::object)) fields.raw(At(schema, "schema"), request.output.schema);
  fields.boolean(At(schema, "strict"), request.output.strict);
}

// `reasoning` {effort, max_tokens, enabled, exclude} and `thinking` {type, budget_tokens} are other providers' members
// in chat. What they mean is read; as written they stay among the extras.
void read_thinking(const At& root, ir::ChatRequest& request, FieldReader& fields) {
  ir::Thinking& thinking = request.thinking;
  using Mode = ir::Thinking::Mode;
  fields.text(At(root, "reasoning_effort"), thinking.effort);
  const At reasoning(root, "reasoning");
  if (reasoning.value().is(Kind::object)) {
    if (thinking.effort.empty()) fields.text(At(reasoning, "effort"), thinking.effort);
    fields.integer(At(reasoning, "max_tokens"), thinking.budget);
    std::optional<bool> enabled;
    fields.boolean(At(reasoning, "enabled"), enabled);
    if (enabled) thinking.mode = *enabled ? Mode::on : Mode::off;
    std::optional<bool> exclude;
    fields.boolean(At(reasoning, "exclude"), exclude);
    if (exclude) thinking.show = !*exclude;
  }
  const At other(root, "thinking");
  if (other.value().is(Kind::object)) {
    std::string type;
    fields.text(At(other, "type"), type);
    if (type == "enabled") thinking.mode = Mode::on;
    if (type == "disabled") thinking.mode = Mode::off;
    if (type == "adaptive") thinking.mode = Mode::adaptive;
    fields.integer(At(other, "budget_tokens"), thinking.budget);
  }
  if (thinking.mode == Mode::unset && !thinking.effort.empty()) thinking.mode = thinking.effort == "none" ? Mode::off : Mode::on;
  if (thinking.mode == Mode::unset && thinking.budget) thinking.mode = *thinking.budget == 0 ? Mode::off : Mode::on;
}

void read_settings(const At& root, ir::ChatRequest& request, FieldReader& fields) {
  fields.integer(At(root, "max_tokens"), request.max_output);
  fields.integer(At(root, "max_completion_tokens"), request.max_output);  // the newer one wins
  fields.number(At(root, "temperature"), request.temperature);
  fields.number(At(root, "top_p"), request.top_p);
  fields.integer(At(root, "top_k"), request.top_k);
  fields.number(At(root, "presence_penalty"), request.presence_penalty);
  fields.number(At(root, "frequency_penalty"), request.frequency_penalty);
  fields.integer(At(root, "seed"), request.seed);
  fields.integer(At(root, "n"), request.candidates);
  fields.boolean(At(root, "parallel_tool_calls"), request.parallel_tools);
  fields.text(At(root, "verbosity"), request.verbosity);
  fields.text(At(root, "user"), request.user);
  fields.text(At(root, "safety_identifier"), request.user);
  fields.text(At(root, "prompt_cache_key"), request.cache_key);
  fields.text(At(root, "service_tier"), request.service_tier);
  fields.boolean(At(root, "store"), request.store);
  if (fields.has(At(root, "metadata"), Kind::object)) fields.raw(At(root, "metadata"), request.metadata);
}

// Under which of its names a client gave a member: a loss is told by that one.
void note_spellings(const At& root, ir::ChatRequest& request) {
  constexpr std::array<ir::Spelling, 6> spellings{{{"max_completion_tokens", "max_tokens"},
                                                   {"user", "safety_identifier"},
                                                   {"tools", "functions"},
                                                   {"tool_choice", "function_call"},
                                                   {"reasoning_effort", "reasoning"},
                                                   {"reasoning_effort", "thinking"}}};
  for (const ir::Spelling& spelling : spellings)
    if (At(root, spelling.usual).value().absent() && !At(root, spelling.written).value().absent()) request.spellings.push_back(spelling);
}

void read_stream(const At& root, ir::ChatRequest& request, FieldReader& fields) {
  fields.boolean(At(root, "stream"), request.stream);
  const At options(root, "stream_options");
  if (!fields.has(options, Kind::object)) return;
  fields.boolean(At(options, "include_usage"), request.include_usage);
  const std::string others = members_except(options.value(), "include_usage");
  if (!others.empty()) request.extras.push_back({"stream_options", others});
}

// The vendor's own wording writes list positions in brackets.
Error in_own_words(Error error) {
  if (error.param.empty()) return error;
  std::string path;
  for (std::size_t at = 0; at < error.param.size();) {
    const std::size_t end = std::min(error.param.find('.', at), error.param.size());
    const std::string step = error.param.substr(at, end - at);
    if (!step.empty() && step.find_first_not_of("0123456789") == std::string::npos) {
      path.append("[").append(step).append("]");
    } else {
      path.append(path.empty() ? "" : ".").append(step);
    }
    at = end + 1;
  }
  if (error.message.compare(0, error.param.size() + 2, error.param + ": ") == 0)
    error.message = "Invalid '" + path + "': it " + error.message.substr(error.param.size() + 2) + ".";
  error.param = std::move(path);
  return error;
}

Result<ir::ChatRequest> read_request(json::Value value) {
  const At root(value);
  if (!value.is(Kind::object)) return root.error("must be a JSON object");
  ir::ChatRequest request;
  request.origin = Format::openai_chat;
  FieldReader fields;
  fields.text(At(root, "model"), request.model);
  read_stream(root, request, fields);
  if (fields.needs(At(root, "messages"), Kind::array)) chat::read_messages(At(root, "messages"), request, fields);
  chat::read_tools(root, request, fields);
  read_settings(root, request, fields);
  note_spellings(root, request);
  read_stop(At(root, "stop"), request, fields);
  read_output(At(root, "response_format"), request, fields);
  read_thinking(root, request, fields);
  for (auto it = value.begin(); it != value.end(); ++it)
    if (!lists(known_members, it.key()) && it.key() != "stream_options" && !(*it).absent())
      request.extras.push_back({std::string(it.key()), std::string((*it).raw())});
  if (fields.failed()) return fields.take();
  return request;
}

}  // namespace

Result<ir::ChatRequest> OpenAiChat::decode_request(std::string_view body) {
  json::Document document;
  if (Status parsed = document.parse(body); !parsed) return in_own_words(std::move(parsed).error());
  Result<ir::ChatRequest> request = read_request(document.root());
  if (!request) return in_own_words(std::move(request).error());
  return request;
}

}  // namespace omniroute::codec
