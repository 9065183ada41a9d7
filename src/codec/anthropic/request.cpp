#include <utility>

#include "anthropic/format.hpp"
#include "anthropic/request_reader.hpp"

namespace omniroute::codec {
namespace {

using json::At;
using json::Kind;
using Mode = ir::Thinking::Mode;

// Members that have a place in the canonical form; all others are kept as extras.
constexpr std::string_view known_members =
    "model messages system stream max_tokens temperature top_p top_k stop_sequences tools tool_choice thinking output_config output_format "
    "metadata service_tier";

void read_stop(const At& at, ir::ChatRequest& request, FieldReader& fields) {
  if (!fields.has(at, Kind::array)) return;
  std::size_t index = 0;
  for (auto it = at.value().begin(); it != at.value().end(); ++it) {
    const At each(at, *it, index++);
    if (fields.needs(each, Kind::string)) request.stop.emplace_back(each.value().text());
  }
}

void read_thinking(const At& at, ir::Thinking& thinking, FieldReader& fields) {
  if (!fields.has(at, Kind::object)) return;
  std::string type;
  fields.text(At(at, "type"), type);
  fields.integer(At(at, "budget_tokens"), thinking.budget);
  fields.text(At(at, "display"), thinking.display);
  thinking.mode = type == "disabled" ? Mode::off : type == "enabled" ? Mode::on : Mode::adaptive;
  const bool known = type == "disabled" || type == "enabled" || type == "adaptive";
  if (!known || !members_except(at.value(), "type budget_tokens display").empty()) fields.raw(at, thinking.raw);
}

void read_format(const At& at, ir::OutputFormat& output, FieldReader& fields) {
  if (!fields.has(at, Kind::object)) return;
  std::string type;
  fields.text(At(at, "type"), type);
  if (type != "json_schema") return;
  output.kind = ir::OutputFormat::Kind::schema;
  if (fields.needs(At(at, "schema"), Kind::object)) fields.raw(At(at, "schema"), output.schema);
  fields.text(At(at, "name"), output.name);
}

void read_output(const At& root, ir::ChatRequest& request, FieldReader& fields) {
  read_format(At(root, "output_format"), request.output, fields);  // the member of an earlier beta
  if (!At(root, "output_format").value().absent()) request.spellings.push_back({"output_config.format", "output_format"});
  const At config(root, "output_config");
  if (!fields.has(config, Kind::object)) return;
  fields.text(At(config, "effort"), request.thinking.effort);
  read_format(At(config, "format"), request.output, fields);
  const std::string others = members_except(config.value(), "effort format");
  if (!others.empty()) request.extras.push_back({"output_config", others});
}

void read_metadata(const At& at, ir::ChatRequest& request, FieldReader& fields) {
  if (!fields.has(at, Kind::object)) return;
  fields.text(At(at, "user_id"), request.user);
  const std::string others = members_except(at.value(), "user_id");
  if (!others.empty()) request.extras.push_back({"metadata", others});
}

Result<ir::ChatRequest> read_request(json::Value value) {
  const At root(value);
  if (!value.is(Kind::object)) return root.error("must be a JSON object");
  ir::ChatRequest request;
  request.origin = Format::anthropic;
  FieldReader fields;
  fields.text(At(root, "model"), request.model);
  fields.boolean(At(root, "stream"), request.stream);
  request.include_usage = true;  // usage always comes
  anthropic::read_system(At(root, "system"), request, fields);
  if (fields.needs(At(root, "messages"), Kind::array)) anthropic::read_messages(At(root, "messages"), request, fields);
  anthropic::read_tools(root, request, fields);
  fields.integer(At(root, "max_tokens"), request.max_output);
  fields.number(At(root, "temperature"), request.temperature);
  fields.number(At(root, "top_p"), request.top_p);
  fields.integer(At(root, "top_k"), request.top_k);
  fields.text(At(root, "service_tier"), request.service_tier);
  read_stop(At(root, "stop_sequences"), request, fields);
  read_thinking(At(root, "thinking"), request.thinking, fields);
  read_output(root, request, fields);
  read_metadata(At(root, "metadata"), request, fields);
  for (auto it = value.begin(); it != value.end(); ++it)
    if (!lists(known_members, it.key()) && !(*it).absent()) request.extras.push_back({std::string(it.key()), std::string((*it).raw())});
  if (fields.failed()) return fields.take();
  return request;
}

}  // namespace

Result<ir::ChatRequest> Anthropic::decode_request(std::string_view body) {
  json::Document document;
  if (Status parsed = document.parse(body); !parsed) return std::move(parsed).error();
  return read_request(document.root());
}

}  // namespace omniroute::codec
