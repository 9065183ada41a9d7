#include "responses.hpp"

#include "omniroute/codec/codec.hpp"
#include "reply.hpp"

namespace omniroute::api {

Task<void> refuse_upgrade(Services& /*services*/, Call& call) {
  constexpr int upgrade_required = 426;
  const Error error(ErrorKind::unsupported, "WebSockets are not served here; send POST /v1/responses.");
  std::string body = codec::codec_for(domain::Format::openai_responses).encode_error(error, call.id).body;
  co_await send_json(call, upgrade_required, std::move(body));
}

}  // namespace omniroute::api
