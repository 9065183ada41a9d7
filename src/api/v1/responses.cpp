#include "responses.hpp"

#include "inference.hpp"
#include "kept_reply.hpp"
#include "omniroute/codec/codec.hpp"
#include "omniroute/http/url.hpp"
#include "omniroute/json/document.hpp"
#include "omniroute/json/writer.hpp"
#include "reply.hpp"

namespace omniroute::api {
namespace {

using domain::Format;

Error no_such_response(const std::string& id) {
  Error error(ErrorKind::not_found, "Response with id '" + id + "' not found.", "response_id");
  error.code = "response_not_found";
  return error;
}

/// The request's own input as an array of items.
std::string items_of(json::Value input) {
  if (input.is(json::Kind::array)) return std::string(input.raw());
  std::string items;
  json::Writer writer(items);
  writer.begin_array();
  if (input.is(json::Kind::string)) writer.begin_object().key("role").string("user").key("content").raw(input.raw()).end_object();
  writer.end_array();
  return items;
}

void append_items(std::string_view array, json::Writer& writer) {
  json::Document document;
  if (!document.parse(array)) return;
  for (auto it = document.root().begin(); it != document.root().end(); ++it) writer.raw((*it).raw());
}

/// The request with its whole conversation instead of the reference to an earlier answer.
std::string with_history(json::Value root, const std::vector<domain::StoredResponse>& chain, std::string_view own_items) {
  std::string body;
  json::Writer writer(body);
  writer.begin_object();
  for (auto it = root.begin(); it != root.end(); ++it)
    if (it.key() != "input" && it.key() != "previous_response_id") writer.key(it.key()).raw((*it).raw());
  writer.key("input").begin_array();
  for (const domain::StoredResponse& turn : chain) {
    append_items(turn.input.reveal(), writer);
    json::Document response;
    if (response.parse(turn.response.reveal())) append_items(response.root().find("output").raw(), writer);
  }
  append_items(own_items, writer);
  writer.end_array().end_object();
  return body;
}

/// True if the account that answered before is the only one that can be asked now: it knows the conversation itself.
bool same_account(const Call& call, std::string_view model, const domain::StoredResponse& last) {
  const std::optional<routing::Target> target = routing::sole_target(*call.lane.config, model);
  return target && target->format == Format::openai_responses && target->account->id == last.account_id;
}

/// What is known of a request before it goes down the path.
struct Opening {
  domain::StoredResponse record;
  std::string model;
  bool keep = false;
};

/// Reads what concerns the kept answers; a body that is wrong is left to the path, which says so.
Opening read_opening(const Call& call, json::Value root) {
  Opening opening;
  opening.model = root.find("model").text();
  opening.keep = root.is(json::Kind::object) && root.find("store").raw() != "false";
  opening.record.previous_id = root.find("previous_response_id").text();
  opening.record.key_id = call.caller.key_id;
  opening.record.created_ms = std::chrono::duration_cast<std::chrono::milliseconds>(call.began_wall.time_since_epoch()).count();
  opening.record.input = Secret(items_of(root.find("input")));
  return opening;
}

/// The account that will know the answer's id, if there is only one that can answer.
std::string only_account(const Call& call, std::string_view model) {
  const std::optional<routing::Target> target = routing::sole_target(*call.lane.config, model);
  return target ? target->account->id : std::string();
}

/// Puts a kept conversation in the place of the reference to it, unless the account that is asked knows it itself.
Task<Status> find_history(Call& call, store::Responses& responses, json::Value root, const Opening& opening) {
  if (opening.record.previous_id.empty()) co_return Status();
  Result<std::vector<domain::StoredResponse>> chain = co_await responses.chain(opening.record.previous_id, opening.record.key_id);
  if (!chain) co_return std::move(chain).error();
  if (!chain->empty() && !same_account(call, opening.model, chain->back())) {
    std::string body = with_history(root, *chain, opening.record.input.reveal());
    call.request.body = std::move(body);
  }
  co_return Status();
}

/// Calls whose answer nobody goes on from.
Task<void> serve_unkept(Services& services, Call& call, pipeline::Operation operation) {
  store::Responses responses(services.database);
  json::Document document;
  Status found;
  if (document.parse(call.request.body)) {
    const Opening opening = read_opening(call, document.root());
    found = co_await find_history(call, responses, document.root(), opening);
  }
  if (!found) {
    Error error = std::move(found).error();
    co_return co_await send_dialect_error(call, Format::openai_responses, std::move(error));
  }
  InferenceCall inference{Format::openai_responses, operation, {}, false, false};
  co_await serve_inference(services, call, std::move(inference));
}

}  // namespace

Task<void> create_response(Services& services, Call& call) {
  InferenceCall inference{Format::openai_responses, pipeline::Operation::generate, {}, false, false};
  store::Responses responses(services.database);
  json::Document document;
  if (!document.parse(call.request.body)) co_return co_await serve_inference(services, call, std::move(inference));
  Opening opening = read_opening(call, document.root());
  Status found = co_await find_history(call, responses, document.root(), opening);
  if (!found) {
    Error error = std::move(found).error();
    co_return co_await send_dialect_error(call, Format::openai_responses, std::move(error));
  }
  if (!opening.keep) co_return co_await serve_inference(services, call, std::move(inference));
  opening.record.account_id = only_account(call, opening.model);
  KeptReply reply(call.reply, responses, std::move(opening.record));
  Call inner{call.request,       reply,
             call.lane,          call.path,
             call.params,        std::move(call.caller),
             std::move(call.id), call.began,
             call.began_wall,    std::move(call.headers)};
  co_await serve_inference(services, inner, std::move(inference));
}

Task<void> compact_response(Services& services, Call& call) { return serve_unkept(services, call, pipeline::Operation::compact); }

Task<void> count_input(Services& services, Call& call) { return serve_unkept(services, call, pipeline::Operation::count_tokens); }

Task<void> show_response(Services& services, Call& call) {
  const std::string id = http::percent_decode(call.params[0]);
  store::Responses responses(services.database);
  Result<std::optional<domain::StoredResponse>> found = co_await responses.find(id, call.caller.key_id);
  if (found && *found) {
    std::string body((*found)->response.reveal());
    co_return co_await send_json(call, 200, std::move(body));
  }
  Error error = found ? no_such_response(id) : std::move(found).error();
  co_await send_dialect_error(call, Format::openai_responses, std::move(error));
}

Task<void> remove_response(Services& services, Call& call) {
  const std::string id = http::percent_decode(call.params[0]);
  store::Responses responses(services.database);
  Result<bool> removed = co_await responses.remove(id, call.caller.key_id);
  if (removed && *removed) {
    std::string body;
    json::Writer(body).begin_object().key("id").string(id).key("object").string("response").key("deleted").boolean(true).end_object();
    co_return co_await send_json(call, 200, std::move(body));
  }
  Error error = removed ? no_such_response(id) : std::move(removed).error();
  co_await send_dialect_error(call, Format::openai_responses, std::move(error));
}

Task<void> refuse_upgrade(Services& /*services*/, Call& call) {
  constexpr int upgrade_required = 426;
  const Error error(ErrorKind::unsupported, "WebSockets are not served here; send POST /v1/responses.");
  std::string body = codec::codec_for(Format::openai_responses).encode_error(error, call.id).body;
  co_await send_json(call, upgrade_required, std::move(body));
}

}  // namespace omniroute::api
