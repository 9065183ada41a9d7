#include "requests.hpp"

#include "decision.hpp"
#include "omniroute/http/url.hpp"
#include "reply.hpp"

namespace omniroute::api {

Task<void> show_own_route(Services& services, Call& call) {
  const std::string id = http::percent_decode(call.params[0]);
  std::optional<std::string> owner(call.caller.key_id);
  Result<std::optional<store::StoredTrace>> stored = co_await find_decision(services, call.lane.worker, id, std::move(owner));
  if (!stored) co_return co_await send_dialect_error(call, domain::Format::openai_chat, std::move(stored).error());
  if (!*stored) co_return co_await send_dialect_error(call, domain::Format::openai_chat, no_decision(id));
  Result<std::string> json = decision_json(**stored, *call.lane.config, false);
  if (!json) co_return co_await send_dialect_error(call, domain::Format::openai_chat, std::move(json).error());
  co_await send_json(call, 200, *std::move(json));
}

}  // namespace omniroute::api
