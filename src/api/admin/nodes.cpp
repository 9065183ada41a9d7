#include <algorithm>
#include <nlohmann/json.hpp>

#include "form.hpp"
#include "handlers.hpp"
#include "present.hpp"
#include "reply.hpp"

namespace omniroute::api {
namespace {

config::NodeDraft draft_of(Form& form) {
  config::NodeDraft draft;
  draft.prefix = form.text("prefix");
  draft.name = form.text("name");
  if (const std::optional<std::string> type = form.text("type")) {
    draft.format = parse_node_type(*type);
    if (!draft.format) form.refuse("type", "takes openai, anthropic, responses and gemini");
  }
  draft.base_url = form.text("baseUrl");
  draft.ca_file = form.text("caFile");
  return draft;
}

/// The node's first connection, if the same call brings a credential for it or says that none is asked for.
std::optional<config::AccountDraft> connection_of(Form& form) {
  config::AccountDraft draft;
  draft.api_key = form.secret("apiKey");
  draft.proxy = form.secret("proxy");
  if (const std::optional<std::string> type = form.text("authType")) {
    draft.auth_type = domain::parse_auth_type(*type);
    if (!draft.auth_type) form.refuse("authType", "takes apikey and none");
  }
  const bool wanted = draft.api_key || draft.auth_type == domain::AuthType::none;
  if (!wanted) return std::nullopt;
  return draft;
}

Task<void> answer_node(Call& call, Result<domain::Node> node) {
  if (!node) co_return co_await send_error(call, std::move(node).error());
  Json json = node_json(*node);
  co_await answer(call, 200, std::move(json));
}

}  // namespace

Task<void> list_nodes(Services& services, Call& call) {
  const std::shared_ptr<const config::Snapshot> snapshot = services.publisher.current();
  Json json;
  json["nodes"] = Json::array();
  for (const domain::Node& node : snapshot->nodes()) json["nodes"].push_back(node_json(node));
  co_await answer(call, 200, std::move(json));
}

Task<void> create_node(Services& services, Call& call) {
  Form form(call.request.body);
  config::NodeDraft draft = draft_of(form);
  std::optional<config::AccountDraft> connection = connection_of(form);
  for (const std::string_view name : {"prefix", "baseUrl"})
    if (!form.text(name)) form.refuse(name, "is required");
  if (!form.check()) co_return co_await send_error(call, form.check().error());
  if (!draft.name) draft.name = draft.prefix;
  Result<config::NewNode> made = co_await editor_of(services, call).create_node(std::move(draft), std::move(connection));
  if (!made) co_return co_await send_error(call, std::move(made).error());
  Json json = node_json(made->node);
  if (made->account) json["connection"] = account_json(*made->account, *services.publisher.current());
  co_await answer(call, 201, std::move(json));
}

Task<void> show_node(Services& services, Call& call) {
  const std::shared_ptr<const config::Snapshot> snapshot = services.publisher.current();
  const std::string id = parameter(call, 0);
  const domain::Node* node = snapshot->node(id);
  Result<domain::Node> found = Error(ErrorKind::not_found, "There is no node " + id + ".");
  if (node != nullptr) found = *node;
  co_await answer_node(call, std::move(found));
}

Task<void> update_node(Services& services, Call& call) {
  Form form(call.request.body);
  config::NodeDraft draft = draft_of(form);
  if (!form.check()) co_return co_await send_error(call, form.check().error());
  Result<domain::Node> node = co_await editor_of(services, call).update_node(parameter(call, 0), std::move(draft));
  co_await answer_node(call, std::move(node));
}

Task<void> remove_node(Services& services, Call& call) {
  Status removed = co_await editor_of(services, call).remove_node(parameter(call, 0));
  if (!removed) co_return co_await send_error(call, std::move(removed).error());
  co_await answer_success(call);
}

}  // namespace omniroute::api
