#include "gemini/format.hpp"
#include "gemini/reading.hpp"
#include "shared/raw.hpp"

namespace omniroute::codec {

using json::At;

Result<ir::ChatRequest> Gemini::decode_request(std::string_view body) {
  json::Document document;
  if (Status status = document.parse(body); !status) return status.error();
  const At root(document.root());
  if (!root.value().is(json::Kind::object)) return root.error("must be a JSON object");
  ir::ChatRequest request;
  request.origin = id;
  request.include_usage = true;
  FieldReader fields;
  gemini::read_system(gemini::either(root, "systemInstruction", "system_instruction"), request, fields);
  gemini::read_contents(At(root, "contents"), request, fields);
  gemini::read_tools(At(root, "tools"), request, fields);
  gemini::read_tool_config(gemini::either(root, "toolConfig", "tool_config"), request);
  gemini::read_generation_config(gemini::either(root, "generationConfig", "generation_config"), request, fields);
  if (fields.failed()) return fields.take();
  for (auto it = root.value().begin(); it != root.value().end(); ++it) {
    std::string name = gemini::camel_case(it.key());
    if ((*it).absent() || lists("model contents systemInstruction tools toolConfig generationConfig", name)) continue;
    request.extras.push_back({std::move(name), compact(*it)});
  }
  return request;
}

}  // namespace omniroute::codec
