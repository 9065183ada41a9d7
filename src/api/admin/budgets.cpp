#include <nlohmann/json.hpp>

#include "form.hpp"
#include "handlers.hpp"
#include "present.hpp"
#include "reply.hpp"

namespace omniroute::api {
namespace {

/// One budget, and what it stands at.
Json budget_json(const Services& services, std::string_view key_id, std::string_view provider, std::int64_t daily, std::int64_t monthly) {
  const access::Standing standing = services.spending.standing(key_id, provider);
  const std::int64_t percent = services.publisher.current()->settings().budget_warning_percent;
  const auto over = [percent](std::int64_t part, std::int64_t whole) { return whole > 0 && part >= whole / 100 * percent; };
  const auto full = [](std::int64_t part, std::int64_t whole) { return whole > 0 && part >= whole; };
  Json json;
  json["apiKeyId"] = key_id.empty() ? Json(nullptr) : Json(key_id);
  json["provider"] = provider.empty() ? Json(nullptr) : Json(provider);
  json["dailyLimitUsd"] = money_json(daily);
  json["monthlyLimitUsd"] = money_json(monthly);
  json["dailyTotal"] = dollars_json(standing.spent_today);
  json["monthlyTotal"] = dollars_json(standing.spent_this_month);
  json["dailyUnpriced"] = standing.unpriced_today;
  json["monthlyUnpriced"] = standing.unpriced_this_month;
  json["reserved"] = dollars_json(standing.reserved);
  json["warning"] = over(standing.spent_today, daily) || over(standing.spent_this_month, monthly);
  json["exhausted"] = full(standing.spent_today, daily) || full(standing.spent_this_month, monthly);
  return json;
}

Json all_json(const Services& services) {
  const std::shared_ptr<const config::Snapshot> snapshot = services.publisher.current();
  Json json;
  const domain::Budget* whole = snapshot->budget("");
  json["global"] = budget_json(services, "", "", whole != nullptr ? whole->daily_nano : 0, whole != nullptr ? whole->monthly_nano : 0);
  json["providers"] = Json::array();
  for (const domain::Budget& budget : snapshot->budgets())
    if (!budget.provider.empty())
      json["providers"].push_back(budget_json(services, "", budget.provider, budget.daily_nano, budget.monthly_nano));
  json["keys"] = Json::array();
  for (const domain::ApiKey& key : snapshot->keys()) {
    Json entry = budget_json(services, key.id, "", key.daily_budget_nano, key.monthly_budget_nano);
    entry["name"] = key.name;
    json["keys"].push_back(std::move(entry));
  }
  json["warningThreshold"] = static_cast<double>(snapshot->settings().budget_warning_percent) / 100.0;
  json["dayBegan"] = time_json(services.spending.day_begin());
  json["monthBegan"] = time_json(services.spending.month_begin());
  return json;
}

std::int64_t limit_of(Form& form, std::string_view name) {
  const json::Value value = form.root().find(name);
  if (value.absent()) return 0;
  const std::optional<std::int64_t> nano = config::parse_money(value.is(json::Kind::string) ? value.text() : value.raw());
  if (!nano) form.refuse(name, "must be an amount in US dollars such as 12.5");
  return nano.value_or(0);
}

}  // namespace

Task<void> show_budgets(Services& services, Call& call) {
  Json json = all_json(services);
  co_await answer(call, 200, std::move(json));
}

Task<void> change_budget(Services& services, Call& call) {
  Form form(call.request.body);
  const std::optional<std::string> key_id = form.text("apiKeyId");
  domain::Budget budget;
  budget.provider = form.text("provider").value_or("");
  budget.daily_nano = limit_of(form, "dailyLimitUsd");
  budget.monthly_nano = limit_of(form, "monthlyLimitUsd");
  if (key_id && !budget.provider.empty()) form.refuse("provider", "cannot stand beside apiKeyId");
  if (!form.check()) co_return co_await send_error(call, form.check().error());
  if (key_id) {
    config::KeyDraft draft;
    draft.daily_budget_nano = budget.daily_nano;
    draft.monthly_budget_nano = budget.monthly_nano;
    Result<domain::ApiKey> changed = co_await editor_of(services, call).update_key(*key_id, std::move(draft));
    if (!changed) co_return co_await send_error(call, std::move(changed).error());
  } else {
    Status changed = co_await editor_of(services, call).set_budget(std::move(budget));
    if (!changed) co_return co_await send_error(call, std::move(changed).error());
  }
  Json json = all_json(services);
  co_await answer(call, 200, std::move(json));
}

}  // namespace omniroute::api
