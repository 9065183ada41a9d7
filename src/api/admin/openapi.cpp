// The description of the whole API, docs/openapi.yaml, as JSON.
#include <nlohmann/json.hpp>

#include "handlers.hpp"
#include "omniroute/base/log.hpp"
#include "omniroute/services/yaml.hpp"
#include "present.hpp"
#include "reply.hpp"

extern "C" {
extern const char api_description_begin[];
extern const char api_description_end[];
}

namespace omniroute::api {
namespace {

/// Converted once, when first asked for.
const Result<Json>& description() {
  static const Result<Json> json =
      services::read_yaml({api_description_begin, static_cast<std::size_t>(api_description_end - api_description_begin)});
  return json;
}

}  // namespace

Task<void> show_openapi(Services& services, Call& call) {
  const Result<Json>& shared = description();
  if (!shared) co_return co_await send_error(call, shared.error());
  Json json = *shared;
  json["info"]["version"] = services.version;
  co_await answer(call, 200, std::move(json));
}

}  // namespace omniroute::api
