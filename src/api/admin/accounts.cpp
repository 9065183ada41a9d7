#include <nlohmann/json.hpp>

#include "form.hpp"
#include "handlers.hpp"
#include "present.hpp"
#include "probe.hpp"
#include "reply.hpp"
#include "router.hpp"

namespace omniroute::api {
namespace {

constexpr std::int64_t most_priority = 100;

config::AccountDraft draft_of(Form& form) {
  config::AccountDraft draft;
  draft.provider = form.text("provider");
  draft.name = form.text("name");
  if (const std::optional<std::string> type = form.text("authType")) {
    draft.auth_type = domain::parse_auth_type(*type);
    if (!draft.auth_type) form.refuse("authType", "takes apikey and none");
  }
  if (const std::optional<std::int64_t> priority = form.number("priority")) {
    if (*priority < 1 || *priority > most_priority) form.refuse("priority", "must be from 1 to 100");
    draft.priority = static_cast<int>(*priority);
  }
  draft.active = form.flag("isActive");
  draft.api_key = form.secret("apiKey");
  draft.proxy = form.secret("proxy");
  draft.default_model = form.text("defaultModel");
  return draft;
}

Error no_account(const std::string& id) { return {ErrorKind::not_found, "There is no connection " + id + "."}; }

Task<void> answer_account(const Services& services, Call& call, int status, Result<domain::Account> account) {
  if (!account) co_return co_await send_error(call, std::move(account).error());
  Json json = account_json(*account, *services.publisher.current());
  put_rest(services, *account, json);
  co_await answer(call, status, std::move(json));
}

}  // namespace

Task<void> list_accounts(Services& services, Call& call) {
  const std::shared_ptr<const config::Snapshot> snapshot = services.publisher.current();
  Json json;
  json["connections"] = Json::array();
  for (const domain::Account& account : snapshot->all_accounts()) {
    Json entry = account_json(account, *snapshot);
    put_rest(services, account, entry);
    json["connections"].push_back(std::move(entry));
  }
  co_await answer(call, 200, std::move(json));
}

Task<void> create_account(Services& services, Call& call) {
  Form form(call.request.body);
  config::AccountDraft draft = draft_of(form);
  if (!draft.provider) form.refuse("provider", "is required");
  if (!form.check()) co_return co_await send_error(call, form.check().error());
  Result<domain::Account> account = co_await editor_of(services, call).create_account(std::move(draft));
  co_await answer_account(services, call, 201, std::move(account));
}

Task<void> show_account(Services& services, Call& call) {
  const std::shared_ptr<const config::Snapshot> snapshot = services.publisher.current();
  const std::string id = parameter(call, 0);
  const domain::Account* account = snapshot->account(id);
  if (account == nullptr) co_return co_await send_error(call, no_account(id));
  Json json = account_json(*account, *snapshot);
  put_rest(services, *account, json);
  co_await answer(call, 200, std::move(json));
}

Task<void> update_account(Services& services, Call& call) {
  Form form(call.request.body);
  config::AccountDraft draft = draft_of(form);
  if (!form.check()) co_return co_await send_error(call, form.check().error());
  const bool other_way = draft.api_key || draft.proxy;
  Result<domain::Account> account = co_await editor_of(services, call).update_account(parameter(call, 0), std::move(draft));
  if (account && other_way) services.tables.accounts.clear(account->id, {});  // what was learnt of the old key is no word on the new one
  co_await answer_account(services, call, 200, std::move(account));
}

Task<void> remove_account(Services& services, Call& call) {
  const std::string id = parameter(call, 0);
  Status removed = co_await editor_of(services, call).remove_account(id);
  if (!removed) co_return co_await send_error(call, std::move(removed).error());
  services.tables.accounts.forget(id);
  co_await answer_success(call);
}

Task<void> test_account(Services& services, Call& call) {
  Form form(call.request.body);
  const std::string word = form.text("depth").value_or("list");
  if (word != "list" && word != "chat") form.refuse("depth", "takes list and chat");
  if (!form.check()) co_return co_await send_error(call, form.check().error());
  const Depth depth = word == "chat" ? Depth::chat : Depth::list;
  const std::shared_ptr<const config::Snapshot> snapshot = services.publisher.current();
  const std::string id = parameter(call, 0);
  const domain::Account* account = snapshot->account(id);
  const catalog::Provider* provider = account != nullptr ? snapshot->provider(account->provider) : nullptr;
  if (provider == nullptr) co_return co_await send_error(call, no_account(id));
  Diagnosis diagnosis = co_await probe(call.lane.upstreams, *provider, *account, snapshot->settings(), depth);
  // An account without a row (a provider that asks for no credential) has nowhere to note it.
  std::string failure;
  if (!diagnosis.valid) failure = diagnosis.message;
  if (diagnosis.valid) services.tables.accounts.clear(id, {});
  Status noted = co_await editor_of(services, call).note_test(id, std::move(failure));
  if (!noted && noted.error().kind != ErrorKind::not_found) co_return co_await send_error(call, std::move(noted).error());
  Json json;
  json["id"] = id;
  json["valid"] = diagnosis.valid;
  json["type"] = diagnosis.type;
  json["source"] = diagnosis.source;
  json["message"] = diagnosis.message;
  json["status"] = diagnosis.status == 0 ? Json(nullptr) : Json(diagnosis.status);
  json["latency"] = diagnosis.latency.count();
  json["model"] = diagnosis.model.empty() ? Json(nullptr) : Json(diagnosis.model);
  co_await answer(call, 200, std::move(json));
}

}  // namespace omniroute::api
