#include "gemini.hpp"

#include <algorithm>

#include "inference.hpp"
#include "models.hpp"
#include "omniroute/http/url.hpp"
#include "omniroute/json/writer.hpp"
#include "reply.hpp"

namespace omniroute::api {
namespace {

using domain::Format;

Error no_such(std::string what) { return {ErrorKind::not_found, std::move(what), "model"}; }

void write_model(json::Writer& writer, const ListedModel& model) {
  writer.begin_object().key("name").string("models/" + model.id);
  writer.key("displayName").string(model.name.empty() ? model.root : model.name);
  writer.key("supportedGenerationMethods").begin_array().string("generateContent").string("countTokens").end_array().end_object();
}

}  // namespace

Task<void> gemini_action(Services& services, Call& call) {
  const std::string rest = http::percent_decode(call.params[0]);
  const std::size_t colon = rest.rfind(':');
  const std::string action = colon == std::string::npos ? std::string() : rest.substr(colon + 1);
  InferenceCall inference{Format::gemini, pipeline::Operation::generate, rest.substr(0, colon), false, false};
  if (inference.model.starts_with("models/")) inference.model.erase(0, 7);
  if (action == "streamGenerateContent") {
    inference.stream = true;
    inference.json_array = http::query_value(call.request.query, "alt") != "sse";
  } else if (action == "countTokens") {
    inference.operation = pipeline::Operation::count_tokens;
  } else if (action != "generateContent") {
    Error error =
        no_such("There is no action ':" + action.substr(0, 60) + "'; known are generateContent, streamGenerateContent and countTokens.");
    co_return co_await send_dialect_error(call, Format::gemini, std::move(error));
  }
  co_await serve_inference(services, call, std::move(inference));
}

Task<void> gemini_models(Services& services, Call& call) {
  Result<std::vector<ListedModel>> models = co_await listed_models(services, call);
  if (!models) co_return co_await send_dialect_error(call, Format::gemini, std::move(models).error());
  std::string body;
  json::Writer writer(body);
  writer.begin_object().key("models").begin_array();
  for (const ListedModel& model : *models) write_model(writer, model);
  writer.end_array().end_object();
  co_await send_json(call, 200, std::move(body));
}

Task<void> gemini_model(Services& services, Call& call) {
  Result<std::vector<ListedModel>> models = co_await listed_models(services, call);
  if (!models) co_return co_await send_dialect_error(call, Format::gemini, std::move(models).error());
  const std::string wanted = http::percent_decode(call.params[0]);
  const auto model = std::find_if(models->begin(), models->end(), [&wanted](const ListedModel& m) { return m.id == wanted; });
  if (model == models->end()) {
    Error error = no_such("The model '" + wanted + "' is not in the list of GET /v1beta/models.");
    co_return co_await send_dialect_error(call, Format::gemini, std::move(error));
  }
  std::string body;
  json::Writer writer(body);
  write_model(writer, *model);
  co_await send_json(call, 200, std::move(body));
}

}  // namespace omniroute::api
