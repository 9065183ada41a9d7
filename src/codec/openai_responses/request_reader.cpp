#include <algorithm>
#include <array>

#include "openai_responses/format.hpp"
#include "openai_responses/reading.hpp"
#include "shared/field_reader.hpp"
#include "shared/raw.hpp"

namespace omniroute::codec {
namespace {

using json::At;
using json::Kind;
using json::Value;

// Members with a place of their own in the canonical form; all others are extras.
constexpr std::array<std::string_view, 21> known_members{"model",
                                                         "input",
                                                         "instructions",
                                                         "max_output_tokens",
                                                         "temperature",
                                                         "top_p",
                                                         "tools",
                                                         "tool_choice",
                                                         "text",
                                                         "reasoning",
                                                         "include",
                                                         "store",
                                                         "previous_response_id",
                                                         "stream",
                                                         "stream_options",
                                                         "metadata",
                                                         "user",
                                                         "parallel_tool_calls",
                                                         "prompt_cache_key",
                                                         "service_tier",
                                                         "background"};

template <class T, class Slot>
Status take(Result<std::optional<T>> value, Slot& slot) {
  if (!value) return value.error();
  if (*value) slot = **std::move(value);
  return {};
}

Status read_sampling(const At& root, ir::ChatRequest& request) {
  if (Status status = take<std::int64_t>(At(root, "max_output_tokens").integer(), request.max_output); !status) return status;
  if (Status status = take<double>(At(root, "temperature").number(), request.temperature); !status) return status;
  if (Status status = take<double>(At(root, "top_p").number(), request.top_p); !status) return status;
  return take<bool>(At(root, "parallel_tool_calls").boolean(), request.parallel_tools);
}

Status read_text_options(const At& text, ir::ChatRequest& request) {
  if (auto wrong = text.wrong(Kind::object)) return *std::move(wrong);
  if (Status status = take<std::string>(At(text, "verbosity").text(), request.verbosity); !status) return status;
  const At format(text, "format");
  if (auto wrong = format.wrong(Kind::object)) return *std::move(wrong);
  const std::string_view type = format.value().find("type").text();
  if (type == "json_object") request.output.kind = ir::OutputFormat::Kind::json;
  if (type != "json_schema") return {};
  request.output.kind = ir::OutputFormat::Kind::schema;
  request.output.name = format.value().find("name").text();
  request.output.description = format.value().find("description").text();
  const At schema(format, "schema");
  if (schema.absent()) return schema.error("is required");
  if (auto wrong = schema.wrong(Kind::object)) return *std::move(wrong);
  request.output.schema = compact(schema.value());
  return take<bool>(At(format, "strict").boolean(), request.output.strict);
}

Status read_reasoning_options(const At& reasoning, ir::ChatRequest& request) {
  if (auto wrong = reasoning.wrong(Kind::object)) return *std::move(wrong);
  ir::Thinking& thinking = request.thinking;
  if (reasoning.absent()) return {};
  if (Status status = take<std::string>(At(reasoning, "effort").text(), thinking.effort); !status) return status;
  if (Status status = take<std::string>(At(reasoning, "summary").text(), thinking.summary); !status) return status;
  if (thinking.summary.empty()) thinking.summary = reasoning.value().find("generate_summary").text();
  if (thinking.effort == "none")
    thinking.mode = ir::Thinking::Mode::off;
  else if (!thinking.effort.empty())
    thinking.mode = ir::Thinking::Mode::on;
  if (!thinking.summary.empty()) thinking.show = true;
  if (!members_except(reasoning.value(), "effort summary generate_summary").empty()) thinking.raw = compact(reasoning.value());
  return {};
}

Status read_include(const At& include, ir::ChatRequest& request) {
  if (auto wrong = include.wrong(Kind::array)) return *std::move(wrong);
  bool others = false;
  for (const Value value : include.value()) {
    if (value.text() == "reasoning.encrypted_content")
      request.thinking.encrypted = true;
    else
      others = true;
  }
  if (others) request.extras.push_back({"include", compact(include.value())});
  return {};
}

Status read_state(const At& root, ir::ChatRequest& request) {
  if (Status status = take<bool>(At(root, "stream").boolean(), request.stream); !status) return status;
  if (Status status = take<bool>(At(root, "store").boolean(), request.store); !status) return status;
  if (Status status = take<std::string>(At(root, "previous_response_id").text(), request.previous_response); !status) return status;
  if (Status status = take<std::string>(At(root, "user").text(), request.user); !status) return status;
  if (Status status = take<std::string>(At(root, "prompt_cache_key").text(), request.cache_key); !status) return status;
  if (Status status = take<std::string>(At(root, "service_tier").text(), request.service_tier); !status) return status;
  const At metadata(root, "metadata");
  if (auto wrong = metadata.wrong(Kind::object)) return *std::move(wrong);
  if (!metadata.absent()) request.metadata = compact(metadata.value());
  auto background = At(root, "background").boolean();
  if (!background) return background.error();
  if (background->value_or(false)) request.extras.push_back({"background", "true"});
  return {};
}

void read_extras(Value root, ir::ChatRequest& request) {
  for (auto it = root.begin(); it != root.end(); ++it) {
    const std::string_view name = it.key();
    if ((*it).absent() || std::find(known_members.begin(), known_members.end(), name) != known_members.end()) continue;
    // The newer name of `user`; kept apart only if both are given.
    if (name == "safety_identifier" && request.user.empty() && (*it).is(Kind::string)) {
      request.user = (*it).text();
      request.spellings.push_back({"user", "safety_identifier"});
      continue;
    }
    request.extras.push_back({std::string(name), compact(*it)});
  }
}

}  // namespace

Result<ir::ChatRequest> OpenAiResponses::decode_request(std::string_view body) {
  json::Document document;
  if (Status status = document.parse(body); !status) return status.error();
  const At root(document.root());
  if (!root.value().is(Kind::object)) return root.error("must be a JSON object");
  ir::ChatRequest request;
  request.origin = id;
  request.include_usage = true;
  if (Status status = take<std::string>(At(root, "model").text(), request.model); !status) return status.error();
  auto instructions = At(root, "instructions").text();
  if (!instructions) return instructions.error();
  if (*instructions && !(*instructions)->empty()) {
    ir::Text text;
    text.text = **std::move(instructions);
    request.system.push_back({std::move(text)});
    request.instructions = true;
  }
  if (Status status = responses::read_tools(At(root, "tools"), false, request); !status) return status.error();
  if (Status status = responses::read_tool_choice(At(root, "tool_choice"), request); !status) return status.error();
  if (Status status = responses::read_input(At(root, "input"), request); !status) return status.error();
  if (Status status = read_sampling(root, request); !status) return status.error();
  if (Status status = read_text_options(At(root, "text"), request); !status) return status.error();
  if (Status status = read_reasoning_options(At(root, "reasoning"), request); !status) return status.error();
  if (Status status = read_include(At(root, "include"), request); !status) return status.error();
  if (Status status = read_state(root, request); !status) return status.error();
  read_extras(root.value(), request);
  return request;
}

}  // namespace omniroute::codec
