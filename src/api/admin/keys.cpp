#include <algorithm>
#include <nlohmann/json.hpp>

#include "form.hpp"
#include "handlers.hpp"
#include "present.hpp"
#include "reply.hpp"

namespace omniroute::api {
namespace {

std::optional<domain::Scopes> scopes_of(Form& form) {
  const std::optional<std::vector<std::string>> names = form.texts("scopes");
  if (!names) return std::nullopt;
  domain::Scopes scopes;
  for (const std::string& name : *names) {
    const std::optional<domain::Scope> scope = domain::parse_scope(name);
    if (scope) {
      scopes = scopes | *scope;
    } else {
      form.refuse("scopes", "takes inference, read and admin");
    }
  }
  return scopes;
}

config::KeyDraft draft_of(Form& form) {
  config::KeyDraft draft;
  draft.name = form.text("name");
  draft.scopes = scopes_of(form);
  draft.active = form.flag("isActive");
  return draft;
}

/// The key with its text, which is shown this once.
Task<void> answer_new(Call& call, int status, Result<config::NewKey> made) {
  if (!made) co_return co_await send_error(call, std::move(made).error());
  Json json = key_json(made->key);
  json["key"] = made->text.reveal();
  co_await answer(call, status, std::move(json));
}

}  // namespace

Task<void> list_keys(Services& services, Call& call) {
  const std::shared_ptr<const config::Snapshot> snapshot = services.publisher.current();
  Json json;
  json["keys"] = Json::array();
  for (const domain::ApiKey& key : snapshot->keys()) json["keys"].push_back(key_json(key));
  co_await answer(call, 200, std::move(json));
}

Task<void> create_key(Services& services, Call& call) {
  Form form(call.request.body);
  config::KeyDraft draft = draft_of(form);
  if (!draft.name) form.refuse("name", "is required");
  if (!form.check()) co_return co_await send_error(call, form.check().error());
  Result<config::NewKey> made = co_await services.editor.create_key(std::move(draft));
  co_await answer_new(call, 201, std::move(made));
}

Task<void> update_key(Services& services, Call& call) {
  Form form(call.request.body);
  config::KeyDraft draft = draft_of(form);
  if (!form.check()) co_return co_await send_error(call, form.check().error());
  Result<domain::ApiKey> key = co_await services.editor.update_key(parameter(call, 0), std::move(draft));
  if (!key) co_return co_await send_error(call, std::move(key).error());
  Json json = key_json(*key);
  co_await answer(call, 200, std::move(json));
}

Task<void> rotate_key(Services& services, Call& call) {
  Result<config::NewKey> made = co_await services.editor.rotate_key(parameter(call, 0));
  co_await answer_new(call, 200, std::move(made));
}

Task<void> remove_key(Services& services, Call& call) {
  Status removed = co_await services.editor.remove_key(parameter(call, 0));
  if (!removed) co_return co_await send_error(call, std::move(removed).error());
  co_await answer_success(call);
}

}  // namespace omniroute::api
