#include <chrono>
#include <nlohmann/json.hpp>

#include "form.hpp"
#include "handlers.hpp"
#include "omniroute/base/time_text.hpp"
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

/// A time as text; null takes the expiry away.
std::optional<std::int64_t> expiry_of(Form& form) {
  if (form.is_null("expiresAt")) return 0;
  const std::optional<std::string> text = form.text("expiresAt");
  if (!text) return std::nullopt;
  const std::optional<std::int64_t> moment = parse_time(*text);
  if (!moment) form.refuse("expiresAt", "must be a time such as 2027-01-31T12:00:00Z");
  return moment;
}

/// An amount in US dollars; null takes the limit away.
std::optional<std::int64_t> budget_of(Form& form, std::string_view name) {
  if (form.is_null(name)) return 0;
  const json::Value value = form.root().find(name);
  if (!value) return std::nullopt;
  const std::optional<std::int64_t> nano = config::parse_money(value.is(json::Kind::string) ? value.text() : value.raw());
  if (!nano) form.refuse(name, "must be an amount in US dollars such as 12.5");
  return nano;
}

config::KeyDraft draft_of(Form& form) {
  config::KeyDraft draft;
  draft.name = form.text("name");
  draft.scopes = scopes_of(form);
  draft.active = form.flag("isActive");
  draft.expires_ms = expiry_of(form);
  draft.allowed_models = form.texts("allowedModels");
  draft.requests_per_minute = form.number("requestsPerMinute");
  draft.tokens_per_minute = form.number("tokensPerMinute");
  draft.log_bodies = form.flag("logBodies");
  draft.log_errors_only = form.flag("logErrorsOnly");
  draft.daily_budget_nano = budget_of(form, "dailyBudgetUsd");
  draft.monthly_budget_nano = budget_of(form, "monthlyBudgetUsd");
  return draft;
}

/// The key with its text, which is shown this once.
Task<void> answer_new(Services& services, Call& call, int status, Result<config::NewKey> made) {
  if (!made) co_return co_await send_error(call, std::move(made).error());
  Json json = key_json(made->key, services.spending);
  json["key"] = made->text.reveal();
  co_await answer(call, status, std::move(json));
}

}  // namespace

Task<void> list_keys(Services& services, Call& call) {
  const std::shared_ptr<const config::Snapshot> snapshot = services.publisher.current();
  Json json;
  json["keys"] = Json::array();
  for (const domain::ApiKey& key : snapshot->keys()) json["keys"].push_back(key_json(key, services.spending));
  co_await answer(call, 200, std::move(json));
}

Task<void> create_key(Services& services, Call& call) {
  Form form(call.request.body);
  config::KeyDraft draft = draft_of(form);
  if (!draft.name) form.refuse("name", "is required");
  if (!form.check()) co_return co_await send_error(call, form.check().error());
  Result<config::NewKey> made = co_await editor_of(services, call).create_key(std::move(draft));
  co_await answer_new(services, call, 201, std::move(made));
}

Task<void> show_key(Services& services, Call& call) {
  const std::shared_ptr<const config::Snapshot> snapshot = services.publisher.current();
  const std::string id = parameter(call, 0);
  const domain::ApiKey* key = snapshot->key_by_id(id);
  if (key == nullptr) co_return co_await send_error(call, Error(ErrorKind::not_found, "There is no API key " + id + "."));
  Json json = key_json(*key, services.spending);
  co_await answer(call, 200, std::move(json));
}

Task<void> update_key(Services& services, Call& call) {
  Form form(call.request.body);
  config::KeyDraft draft = draft_of(form);
  if (!form.check()) co_return co_await send_error(call, form.check().error());
  Result<domain::ApiKey> key = co_await editor_of(services, call).update_key(parameter(call, 0), std::move(draft));
  if (!key) co_return co_await send_error(call, std::move(key).error());
  Json json = key_json(*key, services.spending);
  co_await answer(call, 200, std::move(json));
}

Task<void> rotate_key(Services& services, Call& call) {
  Form form(call.request.body);
  const std::chrono::seconds grace(form.number("graceSeconds").value_or(0));
  if (!form.check()) co_return co_await send_error(call, form.check().error());
  Result<config::NewKey> made = co_await editor_of(services, call).rotate_key(parameter(call, 0), grace);
  co_await answer_new(services, call, 200, std::move(made));
}

Task<void> remove_key(Services& services, Call& call) {
  Status removed = co_await editor_of(services, call).remove_key(parameter(call, 0));
  if (!removed) co_return co_await send_error(call, std::move(removed).error());
  co_await answer_success(call);
}

}  // namespace omniroute::api
